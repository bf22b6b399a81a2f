"""May this number or address be reached: what is known is read here, and decided in `judging`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from darwin.deadlines.clock import LONDON
from darwin.ledger.actors import Subject
from darwin.outbound import thresholds
from darwin.outbound.channels import Channel, all_channels, channel_named, channels_of
from darwin.outbound.judging import (
    Condition,
    Decision,
    Limits,
    Override,
    Preference,
    Situation,
    Try,
    Window,
    judge,
)
from darwin.outbound.models import Attempt, PointKind, SafeContact, UnsafeOverride
from darwin.outbound.points import Destination, destination
from darwin.records.phones import NOTHING_KNOWN, PhoneFacts, identities_of

__all__ = ["Asked", "Condition", "Decision", "decide", "decide_all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """For whom and by whom a decision is asked; all of it may be open.

    subject: what it is about, for the number of tries in all. person: who is to be reached. purpose: a code
    of outbound_purpose. by: the account that would do it. attempt: the open attempt that asks again.
    """

    subject: Subject | None = None
    person: UUID | None = None
    purpose: str = ""
    by: UUID | None = None
    attempt: UUID | None = None


NOBODY = Asked()


def decide(number: str | None, channel: str, at: datetime, asked: Asked = NOBODY) -> Decision:
    """May this number (or e-mail or postal address) be reached by this channel at `at`, and how.

    Raises UnknownChannel. What nobody has asked about is never taken for safe: see `judging.judge`.
    """
    return decide_all([number], channel, at, asked)[number]


def decide_all(
    numbers: Iterable[str | None], channel: str, at: datetime, asked: Asked = NOBODY
) -> dict[str | None, Decision]:
    """The decision for each of the numbers as they were given, in as many queries as for one."""
    way_out = channel_named(channel)
    where = {written: destination(way_out.kind, written) for written in numbers}
    known = _known(way_out.kind, {place for place in where.values() if place.reachable}, at, asked)
    return {written: judge(_situation(way_out, place, at, asked, known)) for written, place in where.items()}


def situations_of(place: Destination, at: datetime, asked: Asked = NOBODY) -> dict[str, Situation]:
    """All that the decisions on one number or address rest on, by the code of each channel that leads there;
    in as many queries as for one."""
    known = _known(place.kind, {place} if place.reachable else set(), at, asked)
    return {channel.code: _situation(channel, place, at, asked, known) for channel in channels_of(place.kind)}


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of some numbers or addresses, by value."""

    limits: Limits
    preferences: Mapping[str, list[Preference]]
    overrides: Mapping[str, Override]
    tries: Mapping[str, list[Try]]
    with_person: list[Try]
    facts: Mapping[str, PhoneFacts]
    tries_before: int
    any_hour: bool


def _known(kind: PointKind, places: set[Destination], at: datetime, asked: Asked) -> _Known:
    values = {place.value for place in places}
    limits = thresholds.limits(at)
    if not values:
        return _Known(limits, {}, {}, {}, [], {}, 0, False)
    tries, with_person = _tries(kind, values, at, limits.gap, asked)
    purpose = thresholds.purpose(asked.purpose, at) if asked.purpose else None
    return _Known(
        limits=limits,
        preferences=_preferences(kind, values),
        overrides=_overrides(kind, values),
        tries=tries,
        with_person=with_person,
        facts=identities_of(values, at) if kind is PointKind.TELEPHONE else {},
        tries_before=_tries_before(asked, at),
        any_hour=bool(purpose and purpose.attributes.get("at_any_hour")),
    )


def _situation(channel: Channel, place: Destination, at: datetime, asked: Asked, known: _Known) -> Situation:
    facts = known.facts.get(place.value, NOTHING_KNOWN)
    return Situation(
        way=channel.way,
        at=at,
        given=bool(place.value),
        reachable=place.reachable,
        kind=facts.kind,
        links=facts.links,
        preferences=tuple(known.preferences.get(place.value, ())),
        override=known.overrides.get(place.value),
        tries=(*known.tries.get(place.value, ()), *known.with_person),
        tries_before=known.tries_before,
        limits=known.limits,
        any_hour=known.any_hour,
        by=asked.by,
        attempt=asked.attempt,
    )


def preference_of(row: SafeContact) -> Preference:
    """A stored answer as a plain value."""
    return Preference(
        allowed=frozenset(row.allowed),
        not_allowed=frozenset(row.not_allowed),
        conditions=frozenset(Condition(code) for code in row.conditions),
        windows=tuple(window_of(item) for item in row.windows),
        asked_at=row.asked_at,
        confirmed_at=row.confirmed_at,
        confirmed_links=row.confirmed_links,
        standing=row.stands,
        words=row.words,
    )


def window_of(item: Mapping[str, object]) -> Window:
    """A stored window as a plain value."""
    days = item["days"]
    assert isinstance(days, list)
    return Window(
        frozenset(int(day) for day in days),
        time.fromisoformat(str(item["from"])),
        time.fromisoformat(str(item["to"])),
    )


def _preferences(kind: PointKind, values: set[str]) -> dict[str, list[Preference]]:
    rows = (
        SafeContact.objects.filter(point__kind=kind, point__value__in=values, superseded_at=None)
        .select_related("point")
        .order_by("asked_at", "id")
    )
    found: dict[str, list[Preference]] = {}
    for row in rows:
        found.setdefault(row.point.value, []).append(preference_of(row))
    return found


def _overrides(kind: PointKind, values: set[str]) -> dict[str, Override]:
    rows = UnsafeOverride.objects.filter(
        point__kind=kind, point__value__in=values, superseded_at=None
    ).select_related("point", "attempt")
    return {row.point.value: override_of(row) for row in rows}


def override_of(row: UnsafeOverride) -> Override:
    """A stored override as a plain value; it is read with its attempt."""
    used: Attempt | None = getattr(row, "attempt", None)
    return Override(
        decided_at=row.decided_at,
        until=row.until,
        rung_by=row.rung_by_id,
        conditions=frozenset(Condition(code) for code in row.conditions),
        attempt=used.id if used else None,
    )


def _tries(
    kind: PointKind, values: set[str], at: datetime, gap: timedelta, asked: Asked
) -> tuple[dict[str, list[Try]], list[Try]]:
    """The tries that matter now, by number; and the open ones that are with the person on another number."""
    known = thresholds.results(at)
    not_safe = [code for code, value in known.items() if value.attributes.get("not_safe")]
    midnight = datetime.combine(at.astimezone(LONDON).date(), time(), LONDON)
    here = Q(point__kind=kind, point__value__in=values) & (
        Q(ended_at=None) | Q(begun_at__gte=midnight) | Q(ended_at__gte=at - gap) | Q(result__in=not_safe)
    )
    elsewhere = Q(person_id=asked.person, ended_at=None) if asked.person else Q(pk__in=[])
    found: dict[str, list[Try]] = {}
    with_person: list[Try] = []
    for row in Attempt.objects.filter(here | elsewhere).select_related("point", "by").order_by("begun_at"):
        result = known.get(row.result)
        made = result is None or bool(result.attributes.get("counts_as_try"))
        one = Try(
            id=row.id,
            begun_at=row.begun_at,
            ended_at=row.ended_at,
            disturbs=made and channel_named(row.channel).disturbs,
            told_not_safe=row.result in not_safe,
            held_by=row.by_id,
            held_by_name=row.by.display_name if row.by else row.part,
        )
        if row.point.kind == kind and row.point.value in values:
            found.setdefault(row.point.value, []).append(one)
        else:
            with_person.append(one)
    return found, with_person


def _tries_before(asked: Asked, at: datetime) -> int:
    """How many attempts that rang or buzzed were made for the same subject."""
    if asked.subject is None:
        return 0
    uncounted = [
        code for code, value in thresholds.results(at).items() if not value.attributes.get("counts_as_try")
    ]
    loud = [channel.code for channel in all_channels() if channel.disturbs]
    made = Attempt.objects.filter(
        subject_kind=asked.subject.kind, subject_id=asked.subject.id, channel__in=loud
    )
    if asked.attempt is not None:
        made = made.exclude(pk=asked.attempt)
    return made.exclude(result__in=uncounted).count()
