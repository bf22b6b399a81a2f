"""Writes of markers, on a person, a place or a number, and of restrictions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.records.models import (
    Location,
    Marker,
    Person,
    PhoneIdentity,
    RestrictedRecord,
    VulnerabilityMarker,
    WarningMarker,
)
from darwin.records.services.people import listed, must_be_in_use
from darwin.reference.queries import threshold

M = TypeVar("M", bound=Marker)
Marked = Person | Location | PhoneIdentity
RESTRICTABLE = ("person", "location", "phone", "vehicle")


class MarkerRefused(DarwinError):
    """A marker or a restriction does not fit. The text says why."""


def mark_vulnerable(
    *, actor: Actor, on: Marked, code: str, source: str, note: str = "", review_on: date | None = None
) -> VulnerabilityMarker:
    """Say why somebody may be at greater risk: a code of the list vulnerability_marker.

    review_on: when it is looked at again; after records.marker_review_months if not given. The open marker if
    it is there already. Raises MarkerRefused without a source; PersonRefused for another code, or for a
    person whose record is joined to another or disposed of.
    """
    return _mark(VulnerabilityMarker, "vulnerability_marker", actor, on, code, source, note, review_on)


def mark_warning(
    *, actor: Actor, on: Marked, code: str, source: str, note: str = "", review_on: date | None = None
) -> WarningMarker:
    """Say what an officer needs to know to stay safe: a code of the list warning_marker. As above."""
    return _mark(WarningMarker, "warning_marker", actor, on, code, source, note, review_on)


@transaction.atomic
def _mark(
    kind: type[M],
    list_code: str,
    actor: Actor,
    on: Marked,
    code: str,
    source: str,
    note: str,
    review_on: date | None,
) -> M:
    if not source.strip():
        raise MarkerRefused(_("Say where this is known from: a marker without a source cannot be checked."))
    if isinstance(on, Person):
        must_be_in_use(on)
    entry = listed(list_code, code)
    name = {Person: "person", Location: "location", PhoneIdentity: "phone"}[type(on)]
    now = clock.now()
    months = int(threshold("records.marker_review_months", at=now).value)
    made, new = kind._default_manager.get_or_create(
        **{name: on},
        code=entry.code,
        ended_at=None,
        defaults={
            "source": source,
            "note": note,
            "since": now,
            "marked_by": actor.id,
            "review_on": review_on or now.astimezone(clock.LONDON).date() + timedelta(days=30 * months),
        },
    )
    if new:
        _entry(actor, "records.marker_added", Subject(name, on.id), list_code, "")
    return made


@transaction.atomic
def end_marker(*, actor: Actor, marker: Marker, reason: str) -> bool:
    """Say that a marker holds no more; it stays in the history. False if ended already."""
    if not reason.strip():
        raise MarkerRefused(_("Say why the marker ends. It stands until then."))
    ended = (
        type(marker)
        ._default_manager.filter(pk=marker.pk, ended_at=None)
        .update(ended_at=clock.now(), ended_by=actor.id, end_reason=reason)
    )
    if ended:
        name, identifier = _whose(marker)
        _entry(actor, "records.marker_ended", Subject(name, identifier), "ended_at", reason)
    return bool(ended)


@transaction.atomic
def restrict_record(*, actor: Actor, kind: str, record_id: UUID, reason: str) -> RestrictedRecord:
    """Let a record show no content; the open restriction if there is one. Raises MarkerRefused."""
    if kind not in RESTRICTABLE or not reason.strip():
        raise MarkerRefused(_("Say which record is restricted, and why."))
    made, new = RestrictedRecord.objects.get_or_create(
        subject_kind=kind,
        subject_id=record_id,
        ended_at=None,
        defaults={"since": clock.now(), "restricted_by": actor.id, "reason": reason},
    )
    if new:
        _entry(actor, "records.record_restricted", Subject(kind, record_id), "restricted", reason)
    return made


@transaction.atomic
def end_restriction(*, actor: Actor, restriction: RestrictedRecord, reason: str) -> bool:
    """Let a record be seen again. False if it was ended already. Raises MarkerRefused without a reason."""
    if not reason.strip():
        raise MarkerRefused(_("Say why the record may be seen again. It stays restricted until then."))
    ended = RestrictedRecord.objects.filter(pk=restriction.pk, ended_at=None).update(
        ended_at=clock.now(), ended_by=actor.id, end_reason=reason
    )
    if ended:
        subject = Subject(restriction.subject_kind, restriction.subject_id)
        _entry(actor, "records.restriction_ended", subject, "restricted", reason)
    return bool(ended)


def _whose(marker: Marker) -> tuple[str, UUID]:
    for name in ("person", "location", "phone"):
        identifier: UUID | None = getattr(marker, f"{name}_id")
        if identifier is not None:
            return name, identifier
    raise ValueError("a marker is on a person, a place or a number")


def _entry(actor: Actor, event: str, subject: Subject, field: str, reason: str) -> None:
    record_entry(actor=actor, verb=Verb.ALTER, event=event, subjects=[subject], fields=[field], reason=reason)
