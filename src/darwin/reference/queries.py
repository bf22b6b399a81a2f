"""Reads of reference data. What is asked for a page costs one query: is there a newer adoption?

Every process keeps all versions in memory, keyed by the adoption they belong to. Within one request (or one
`one_version()` block) the answer is asked for once, so that a page never mixes two adoptions.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.reference.models import Adoption, Code, Installation, Threshold
from darwin.reference.units import plain_number
from darwin.reference.values import CodeValue, ThresholdValue


class UnknownReference(DarwinError):
    """A code that reference data does not hold, or holds no version of at the moment asked for."""


@dataclass(slots=True)
class _Snapshot:
    adoption: UUID | None
    force: str | None = None
    thresholds: dict[str, list[ThresholdValue]] = field(default_factory=dict)
    codes: dict[str, dict[str, list[CodeValue]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    """What one request has read; an object and not a bare value, so that threads of the request share it."""

    snapshot: _Snapshot | None = None


_ADD_IT = "Add it to the force's reference file, then run darwin reference load."
_Version = TypeVar("_Version", ThresholdValue, CodeValue)
_reading: ContextVar[_Reading | None] = ContextVar("darwin_reference_reading", default=None)
_held: _Snapshot | None = None


@contextmanager
def one_version() -> Iterator[None]:
    """Read one adoption throughout a block: a request, a report, a batch. One query in all when warm.

    A block inside another one reads what the outer one read.
    """
    if _reading.get() is not None:
        yield
        return
    token = _reading.set(_Reading())
    try:
        yield
    finally:
        _reading.reset(token)


NEWEST_ADOPTION = "SELECT id FROM reference_adoption ORDER BY number DESC LIMIT 1"


@contextmanager
def version_named(adoption: UUID | None) -> Iterator[None]:
    """Read within a block the version that `adoption` names, where this process holds it, without asking
    whether there is a newer one: for whoever asks NEWEST_ADOPTION with a statement of their own, twenty
    times a second. Where it is not held the newest is loaded."""
    held = _held if _held is not None and adoption is not None and _held.adoption == adoption else None
    token = _reading.set(_Reading(held))
    try:
        yield
    finally:
        _reading.reset(token)


def threshold(code: str, at: datetime | date | None = None) -> ThresholdValue:
    """The version of the threshold `code` that is valid at `at` (now, if not given; a date is a London date).

    Raises UnknownReference, saying from when it is valid, if there is none.
    """
    day = _day(at)
    versions = _snapshot().thresholds.get(code)
    if not versions:
        raise UnknownReference(f"No threshold “{code}” has been set. {_ADD_IT}")
    return _valid_on(day, versions, f"The threshold “{code}”")


def codes(list_code: str, at: datetime | date | None = None) -> list[CodeValue]:
    """The entries of a list that are valid at `at`, in the list's order; every code once.

    Raises UnknownReference if the list is not known or has no entry valid then.
    """
    day = _day(at)
    entries = _entries(list_code)
    valid = [version for versions in entries.values() for version in versions if _holds(version, day)]
    if not valid:
        first = min(versions[0].valid_from for versions in entries.values())
        raise UnknownReference(
            f"The list “{list_code}” has no entry valid on {_long(day)}. "
            f"Its first is valid from {_long(first)}."
        )
    return sorted(valid, key=lambda version: (version.position, version.code))


def code(list_code: str, code: str, at: datetime | date | None = None) -> CodeValue:
    """One entry of a list as it stood at `at`. Raises UnknownReference if there is none."""
    day = _day(at)
    versions = _entries(list_code).get(code)
    if not versions:
        raise UnknownReference(f"The list “{list_code}” has no code “{code}”. {_ADD_IT}")
    return _valid_on(day, versions, f"The code “{code}” of the list “{list_code}”")


def force(at: datetime | date | None = None) -> CodeValue:
    """The force whose installation this is. Raises UnknownReference if nothing was opened here yet."""
    chosen = _snapshot().force
    if chosen is None:
        raise UnknownReference("This database belongs to no force yet. darwin up opens it.")
    return code("force", chosen, at)


def version_by_id(version: UUID) -> ThresholdValue | None:
    """The threshold version with this id, withdrawn ones included: what a row in the past was decided by."""
    row = Threshold.objects.filter(pk=version).first()
    return threshold_value(row) if row else None


def installation() -> Installation | None:
    """The row that says whose database this is; None in an empty one."""
    return Installation.objects.first()


def latest_adoption() -> Adoption | None:
    """The adoption that all readers use now."""
    return Adoption.objects.order_by("-number").first()


def _entries(list_code: str) -> dict[str, list[CodeValue]]:
    entries = _snapshot().codes.get(list_code)
    if not entries:
        raise UnknownReference(f"No code list “{list_code}” has been set. {_ADD_IT}")
    return entries


def _day(at: datetime | date | None) -> date:
    if at is None:
        at = clock.now()
    if isinstance(at, datetime):
        if at.tzinfo is None:
            raise ValueError("reference data needs a moment with a time zone")
        return at.astimezone(clock.LONDON).date()
    return at


def _holds(version: ThresholdValue | CodeValue, day: date) -> bool:
    return version.valid_from <= day and (version.valid_to is None or day < version.valid_to)


def _valid_on(day: date, versions: Sequence[_Version], what: str) -> _Version:
    for version in versions:
        if _holds(version, day):
            return version
    later = [version.valid_from for version in versions if version.valid_from > day]
    if later:
        when = f"It is valid from {_long(min(later))}"
    else:
        ended = max(version.valid_to for version in versions if version.valid_to)
        when = f"It was valid from {_long(versions[0].valid_from)} and stopped being valid on {_long(ended)}"
    raise UnknownReference(f"{what} has no value valid on {_long(day)}. {when}.")


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _snapshot() -> _Snapshot:
    global _held
    reading = _reading.get()
    if reading is not None and reading.snapshot is not None:
        return reading.snapshot
    newest = _newest()
    snapshot = _held
    # Asked again after loading: an adoption that commits between two of the loading queries is not half seen.
    while snapshot is None or snapshot.adoption != newest or snapshot.force is None:
        snapshot = _load(newest)
        before, newest = newest, _newest()
        if before == newest:
            break
    _held = snapshot
    if reading is not None:
        reading.snapshot = snapshot
    return snapshot


def _newest() -> UUID | None:
    return Adoption.objects.order_by("-number").values_list("id", flat=True).first()


def _load(adoption: UUID | None) -> _Snapshot:
    installed = installation()
    snapshot = _Snapshot(adoption, installed.force if installed else None)
    for row in Threshold.objects.filter(withdrawn_in=None).order_by("code", "valid_from"):
        snapshot.thresholds.setdefault(row.code, []).append(threshold_value(row))
    for entry in Code.objects.filter(withdrawn_in=None).order_by("list", "code", "valid_from"):
        snapshot.codes.setdefault(entry.list, {}).setdefault(entry.code, []).append(_code_value(entry))
    return snapshot


def threshold_value(row: Threshold) -> ThresholdValue:
    """A row as readers get it."""
    return ThresholdValue(
        id=row.id,
        code=row.code,
        value=row.text if row.number is None else plain_number(row.number),
        unit=row.unit,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        attributes=MappingProxyType(row.attributes),
    )


def _code_value(row: Code) -> CodeValue:
    return CodeValue(
        id=row.id,
        list=row.list,
        code=row.code,
        label=row.label,
        label_cy=row.label_cy,
        position=row.position,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        attributes=MappingProxyType(row.attributes),
    )
