"""What a page shows of one number or address: may it be reached and how, what was said, what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.outbound.channels import channels_of
from darwin.outbound.deciding import Asked, situations_of
from darwin.outbound.forms import DAYS, IDENTIFIED, SafeContactForm
from darwin.outbound.judging import Answer, Decision, Limits, judge
from darwin.outbound.models import ContactPoint, PointKind, SafeContact
from darwin.outbound.permissions import DECIDE_UNSAFE
from darwin.outbound.points import Destination
from darwin.outbound.wording import advice, condition_words, kind_words, sentences
from darwin.staff.models import Account
from darwin.theme import formats

HISTORY = 20


@dataclass(frozen=True, slots=True)
class WayShown:
    """One channel. state: "safe" to use now, "not_now" or "not_safe"; why: sentences; how: conditions."""

    label: str
    state: str
    why: list[str]
    how: list[str]


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """One answer: what was said of each channel, and where it stands."""

    row: SafeContact
    said: list[tuple[str, str]]
    how: list[str]
    hours: list[str]
    identified: str
    waits: bool
    may_confirm: bool


@dataclass(frozen=True, slots=True)
class SafeContactShown:
    """The part "Safe contact" of a page. saved_at: when this very answer was kept, after a save."""

    point: ContactPoint
    kind: str
    advice: str
    ways: list[WayShown]
    asked: bool
    answers: list[AnswerShown]
    earlier: list[AnswerShown]
    form: SafeContactForm
    may_decide: bool
    fault: str = ""
    saved_at: datetime | None = None
    words: list[str] = field(default_factory=list)


def safe_contact_of(
    point: ContactPoint,
    reader: Account,
    *,
    form: SafeContactForm | None = None,
    fault: str = "",
    saved_at: datetime | None = None,
) -> SafeContactShown:
    """What `reader` is shown of a number or address. Five queries. The page records the consultation."""
    at = clock.now()
    kind = PointKind(point.kind)
    situations = situations_of(Destination(kind, point.value), at, Asked(by=reader.id))
    decisions = {code: judge(situation) for code, situation in situations.items()}
    ways = [
        _way(str(channel.label), decisions[channel.code], situations[channel.code].limits)
        for channel in channels_of(kind)
    ]
    rows = point.preferences.select_related("asked_by", "confirmed_by", "declined_by").order_by("-id")
    supervises = DECIDE_UNSAFE.permits(reader)
    shown = [_answer(row, kind, reader, supervises) for row in rows[:HISTORY]]
    number = next(iter(situations.values())).kind
    return SafeContactShown(
        point=point,
        kind=kind_words(number) if kind is PointKind.TELEPHONE else "",
        advice=advice(number),
        ways=ways,
        asked=any(decision.asked for decision in decisions.values()),
        answers=[one for one in shown if one.row.superseded_at is None],
        earlier=[one for one in shown if one.row.superseded_at is not None],
        form=form or SafeContactForm(kind),
        may_decide=supervises and kind is PointKind.TELEPHONE,
        fault=fault,
        saved_at=saved_at,
        words=sorted({words for decision in decisions.values() for words in decision.words}),
    )


def _way(label: str, decision: Decision, limits: Limits) -> WayShown:
    why = sentences(decision, limits)
    if decision.allowed:
        return WayShown(label, "safe", [], condition_words(decision.conditions))
    if decision.safe and decision.can_be_reached:
        return WayShown(label, "not_now", why, condition_words(decision.conditions))
    # Whoever may not ring at all needs neither the hours nor the conditions.
    return WayShown(label, "not_safe", why[:1], [])


def _answer(row: SafeContact, kind: PointKind, reader: Account, supervises: bool) -> AnswerShown:
    # An answer that stands can still be confirmed: for the day on which the number turns out not to be safe.
    undecided = row.superseded_at is None and row.confirmed_at is None and row.declined_at is None
    return AnswerShown(
        row=row,
        said=[(str(channel.label), _said(row, channel.code)) for channel in channels_of(kind)],
        how=condition_words(row.conditions),
        hours=hours_words(row.windows),
        identified=str(dict(IDENTIFIED).get(row.identified_how, "")),
        waits=undecided and row.needs_second_person,
        may_confirm=undecided and bool(row.allowed) and supervises and row.asked_by_id != reader.id,
    )


def _said(row: SafeContact, channel: str) -> str:
    if channel in row.not_allowed:
        return Answer.NOT_ALLOWED.value
    return (Answer.ALLOWED if channel in row.allowed else Answer.NOT_ASKED).value


def hours_words(windows: Sequence[dict[str, Any]]) -> list[str]:
    """The hours as they are read: “Mon, Wed 09:00 to 17:00”."""
    names = {int(number): str(name) for number, name in DAYS}
    found = []
    for window in windows:
        days = sorted(int(day) for day in window["days"])
        who = _("every day") if len(days) == 7 else ", ".join(names[day] for day in days)
        if window["from"] == window["to"]:
            found.append(_("%(days)s, all day") % {"days": who})
        else:
            found.append(
                _("%(days)s %(from)s to %(to)s") % {"days": who, "from": window["from"], "to": window["to"]}
            )
    return found


def value_shown(point: ContactPoint) -> str:
    """The number in its groups, or the address as it is kept."""
    return formats.telephone(point.value) if point.kind == PointKind.TELEPHONE else point.value
