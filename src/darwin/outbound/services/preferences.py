"""What people say of how they may be reached: recorded, confirmed by a second person, never overwritten."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.outbound.channels import channels_of
from darwin.outbound.deciding import preference_of, situations_of, window_of
from darwin.outbound.judging import Condition, guarded, unsafe_links, widens
from darwin.outbound.models import ContactPoint, IdentifiedHow, PointKind, SafeContact
from darwin.outbound.permissions import DECIDE_UNSAFE, RECORD_SAFE_CONTACT, permitted
from darwin.outbound.points import Destination, destination, locked_point


class PreferenceRefused(DarwinError):
    """An answer that cannot be kept as it stands. The sentence says why and what to do."""


@transaction.atomic
def open_point(*, actor: Actor, number: str, kind: PointKind = PointKind.TELEPHONE) -> ContactPoint:
    """The row of a number or address, so that its page can be opened without the value in the address bar.

    Raises NoSuchPoint, and NotPermitted.
    """
    permitted(actor, RECORD_SAFE_CONTACT)
    where = destination(kind, number)
    known = ContactPoint.objects.filter(kind=where.kind, value=where.value).first()
    if known is not None:
        return known
    point = locked_point(where)
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="outbound.opened_point",
        subjects=[Subject("contact_point", point.id)],
        fields=["kind", "value"],
    )
    return point


@transaction.atomic
def record_safe_contact(
    *,
    actor: Actor,
    number: str,
    kind: PointKind = PointKind.TELEPHONE,
    person: UUID | None = None,
    allowed: Collection[str] = (),
    not_allowed: Collection[str] = (),
    conditions: Collection[str] = (),
    windows: Sequence[dict[str, Any]] = (),
    words: str = "",
    identified_how: str = IdentifiedHow.NOT,
    asked_at: datetime | None = None,
) -> SafeContact:
    """Keep what somebody said of one number or address.

    allowed, not_allowed: codes of its channels; what is in neither was not asked. conditions: codes of
    judging.Condition. windows: as SafeContact. person: whom it is from, where they are identified; then it
    supersedes their earlier answer and those of nobody in particular, otherwise only the latter.

    What restricts holds at once. What takes protection away (a yes for a guarded number, a no taken back, a
    condition dropped, an hour added) waits for `confirm_safe_contact`, and the earlier answers hold beside
    it until then. Raises PreferenceRefused, NoSuchPoint and NotPermitted.
    """
    asker = permitted(actor, RECORD_SAFE_CONTACT)
    at = clock.now()
    where = destination(kind, number)
    new = SafeContact(
        person_id=person,
        allowed=sorted(set(allowed)),
        not_allowed=sorted(set(not_allowed)),
        conditions=sorted(set(conditions)),
        windows=list(windows),
        words=words.strip(),
        identified_how=identified_how,
        asked_at=asked_at or at,
        asked_by=asker,
        recorded_at=at,
    )
    _check(new, kind, at)
    new.point = locked_point(where)
    return _keep(actor, new, where, at)


def _keep(actor: Actor, new: SafeContact, where: Destination, at: datetime) -> SafeContact:
    """Store the answer beside or instead of the earlier ones; its point is locked."""
    earlier = _earlier(new)
    yes_to_guarded = bool(new.allowed) and _is_guarded(where, at)
    if yes_to_guarded and not new.identified_how:
        raise PreferenceRefused(
            _(
                "Identify them first: this number is not safe, and whoever answers it may not be the victim. "
                "What they do not want can be kept without that. What you typed is kept."
            )
        )
    new.needs_second_person = yes_to_guarded or any(
        widens(preference_of(row), preference_of(new)) for row in earlier
    )
    new.save(force_insert=True)
    if new.stands:
        _supersede(earlier, new, at)
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="outbound.recorded_safe_contact",
        subjects=_subjects(new),
        fields=["allowed", "not_allowed", "conditions", "windows", "words"],
        counts={
            "needs_second_person": int(new.needs_second_person),
            "superseded": len(earlier) if new.stands else 0,
        },
    )
    return new


@transaction.atomic
def confirm_safe_contact(*, actor: Actor, preference: SafeContact, reason: str) -> SafeContact:
    """Stand, as a second person, for an answer that takes protection away; what it supersedes ends now.

    Raises PreferenceRefused if the same person asked, it was superseded, or it was decided already;
    NotPermitted for anybody but a supervisor.
    """
    at = clock.now()
    row = _for_second_person(actor, preference, reason)
    row.confirmed_at, row.confirmed_by_id = at, actor.id
    where = Destination(PointKind(row.point.kind), row.point.value)
    row.confirmed_links = max(unsafe_links(one) for one in situations_of(where, at).values())
    row.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_links"])
    earlier = [one for one in _earlier(row) if (one.recorded_at, one.id) < (row.recorded_at, row.id)]
    _supersede(earlier, row, at)
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="outbound.confirmed_safe_contact",
        subjects=_subjects(row),
        fields=["confirmed_at"],
        counts={"superseded": len(earlier)},
        reason=reason.strip(),
    )
    return row


@transaction.atomic
def decline_safe_contact(*, actor: Actor, preference: SafeContact, reason: str) -> SafeContact:
    """Decide, as a second person, against an answer that would take protection away: what it permits never
    holds, what it restricts does. Raises as confirm_safe_contact."""
    row = _for_second_person(actor, preference, reason)
    row.declined_at, row.declined_by_id = clock.now(), actor.id
    row.save(update_fields=["declined_at", "declined_by"])
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="outbound.declined_safe_contact",
        subjects=_subjects(row),
        fields=["declined_at"],
        reason=reason.strip(),
    )
    return row


def _for_second_person(actor: Actor, preference: SafeContact, reason: str) -> SafeContact:
    permitted(actor, DECIDE_UNSAFE)
    if not reason.strip():
        raise PreferenceRefused(_("Say why: it is kept with your name. Nothing was changed."))
    ContactPoint.objects.select_for_update().get(pk=preference.point_id)
    row = SafeContact.objects.select_related("point").get(pk=preference.pk)
    if row.asked_by_id == actor.id:
        raise PreferenceRefused(
            _("You asked this yourself, so you cannot be the second person. Ask another supervisor.")
        )
    if row.superseded_at is not None:
        raise PreferenceRefused(
            _("They have said something else since. Look at the latest answer. Nothing was changed.")
        )
    if row.confirmed_at is not None or row.declined_at is not None:
        raise PreferenceRefused(_("Somebody has decided this already. Nothing was changed."))
    return row


def _check(new: SafeContact, kind: PointKind, at: datetime) -> None:
    """Raises PreferenceRefused if what was said makes no answer."""
    known = {channel.code for channel in channels_of(kind)}
    strange = (set(new.allowed) | set(new.not_allowed)) - known
    if strange:
        raise PreferenceRefused(
            _("%(channels)s cannot reach a %(kind)s. Choose again; what you typed is kept.")
            % {"channels": ", ".join(sorted(strange)), "kind": kind.label}
        )
    if set(new.allowed) & set(new.not_allowed):
        raise PreferenceRefused(
            _("One way cannot be both safe and not safe. Choose one; what you typed is kept.")
        )
    if set(new.conditions) - set(Condition):
        raise PreferenceRefused(
            _("One of the conditions is not known. Choose again; what you typed is kept.")
        )
    if not (new.allowed or new.not_allowed or new.conditions or new.windows or new.words):
        raise PreferenceRefused(
            _("Nothing was answered yet, so there is nothing to keep. Not asked stays not known.")
        )
    if new.person_id is not None and not new.identified_how:
        raise PreferenceRefused(_("Say how they were identified. What you typed is kept."))
    if new.asked_at > at:
        raise PreferenceRefused(_("They cannot have been asked in the future. What you typed is kept."))
    for window in new.windows:
        _check_window(window)


def _check_window(window: dict[str, Any]) -> None:
    try:
        parsed = window_of(window)
    except (AssertionError, KeyError, TypeError, ValueError):
        parsed = None
    if parsed is None or not parsed.days or not parsed.days <= frozenset(range(7)):
        raise PreferenceRefused(_("Give the days, and the hours as 08:00 and 18:00. What you typed is kept."))


def _is_guarded(where: Destination, at: datetime) -> bool:
    return any(guarded(one) for one in situations_of(where, at).values())


def _earlier(new: SafeContact) -> list[SafeContact]:
    """What the new answer is to supersede: the same person's, and those of nobody in particular."""
    rows = SafeContact.objects.filter(point_id=new.point_id, superseded_at=None).exclude(pk=new.pk)
    return [row for row in rows.select_for_update() if row.person_id in (None, new.person_id)]


def _supersede(earlier: Sequence[SafeContact], new: SafeContact, at: datetime) -> None:
    SafeContact.objects.filter(pk__in=[row.pk for row in earlier]).update(superseded_at=at, superseded_by=new)


def _subjects(row: SafeContact) -> list[Subject]:
    found = [Subject("safe_contact", row.id), Subject("contact_point", row.point_id)]
    if row.person_id is not None:
        found.append(Subject("person", row.person_id))
    return found
