"""Writes of values: opening the installation, and adopting a file."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import connection, models, transaction

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.reference.files import FileRow, force_file, read_files
from darwin.reference.models import Adoption, Code, DatedValue, Installation, Mode, Threshold
from darwin.reference.queries import installation
from darwin.reference.signals import values_adopted

# Two adoptions, or two processes that open the same empty database, take turns. Any number that no other
# room uses; it spells "refr".
_ADOPTION_LOCK = 0x72656672


class WrongInstallation(DarwinError):
    """The database belongs to another mode or another force."""


@dataclass(slots=True)
class _Change:
    """What adopting a file does to the versions held."""

    new: list[DatedValue] = field(default_factory=list)
    withdrawn: list[DatedValue] = field(default_factory=list)
    ended: list[DatedValue] = field(default_factory=list)
    added: int = 0
    closed: int = 0
    corrected: int = 0
    unchanged: int = 0


def open_installation(mode: str, force: str) -> Installation:
    """The installation of this database; in an empty one it is created and the force's file is adopted.

    mode: practice, operational or shadow. force: the name of a reference file. Safe to call from every
    process at once. Raises WrongInstallation if the database is of another mode or force, DarwinError if the
    force has no file, ReferenceFileError if the file has faults.
    """
    if mode not in Mode.values:
        raise DarwinError(f"“{mode}” is not a mode. It must be one of: {', '.join(Mode.values)}.")
    found = installation() or _create_installation(mode, force)
    if found.mode != mode:
        raise WrongInstallation(
            f"This database holds {found.mode} data. It was not opened, and nothing in it was changed. "
            f"Set DARWIN_MODE={found.mode}, or give the {mode} installation a database of its own."
        )
    if found.force != force:
        raise WrongInstallation(
            f"This database belongs to the force “{found.force}”, not “{force}”. It was not opened, and "
            f"nothing in it was changed. Set DARWIN_FORCE={found.force}, or give “{force}” its own database."
        )
    return found


@transaction.atomic
def _create_installation(mode: str, force: str) -> Installation:
    take_turns()
    found = installation()
    if found is not None:
        return found
    actor = Actor.system("installation")
    created = Installation.objects.create(id=new_id(), mode=mode, force=force, opened_at=clock.now())
    adopt_values(actor=actor, file=force_file(force, Path(settings.DARWIN_DATA_DIR) / "forces"))
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="reference.opened_installation",
        subjects=[Subject("installation", created.id)],
        fields=["mode", "force"],
    )
    return created


@transaction.atomic
def adopt_values(*, actor: Actor, file: Path) -> Adoption:
    """Make the values of `file` (and of the national file it names) the installation's; what that changed.

    For each code the file has the say from its earliest version there on: a version held since before is
    closed on that day, one that differs is withdrawn and replaced, and nothing is deleted. Codes that the
    file does not name stay as they are. Raises ReferenceFileError, with nothing changed, if the file has any
    fault.
    """
    rows = read_files(file)
    take_turns()
    adoption = Adoption(id=new_id(), at=clock.now(), file=file.name)
    change = _compare(rows, adoption)
    adoption.added, adoption.closed = change.added, change.closed
    adoption.corrected, adoption.unchanged = change.corrected, change.unchanged
    adoption.save(force_insert=True)
    for model in (Threshold, Code):
        _store(model, change, adoption)
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="reference.adopted_values",
        subjects=[Subject("adoption", adoption.id)],
        counts={
            "added": change.added,
            "closed": change.closed,
            "corrected": change.corrected,
            "unchanged": change.unchanged,
        },
    )
    values_adopted.send(
        sender=Adoption, actor=actor, new=[row for row in change.new if isinstance(row, Threshold)]
    )
    return adoption


def take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADOPTION_LOCK])


def _compare(rows: Iterable[FileRow], adoption: Adoption) -> _Change:
    held: dict[tuple[str, str], list[DatedValue]] = {}
    for threshold in Threshold.objects.filter(withdrawn_in=None):
        held.setdefault(("", threshold.code), []).append(threshold)
    for entry in Code.objects.filter(withdrawn_in=None):
        held.setdefault((entry.list, entry.code), []).append(entry)
    wanted: dict[tuple[str, str], list[FileRow]] = {}
    for row in rows:
        wanted.setdefault(row.key, []).append(row)
    change = _Change()
    for key, versions in wanted.items():
        _compare_versions(held.get(key, []), versions, adoption, change)
    return change


def _compare_versions(
    held: list[DatedValue], wanted: list[FileRow], adoption: Adoption, change: _Change
) -> None:
    begins = min(row.valid_from for row in wanted)
    remaining = {row.valid_from: row for row in wanted}
    for version in held:
        if version.valid_from < begins:
            if version.valid_to is None or version.valid_to > begins:
                _end(version, begins, adoption, change)
            continue
        row = remaining.get(version.valid_from)
        if row is not None and _says(row) == _says(version):
            del remaining[version.valid_from]
            if row.valid_to == version.valid_to:
                change.unchanged += 1
            else:
                _end(version, row.valid_to, adoption, change)
        else:
            change.withdrawn.append(version)
            change.corrected += 1
            if row is not None:
                del remaining[version.valid_from]
                change.new.append(_version(row, adoption))
    for row in remaining.values():
        change.new.append(_version(row, adoption))
        change.added += 1


def _end(version: DatedValue, ends: date | None, adoption: Adoption, change: _Change) -> None:
    """Close an open version; one that was closed already on another day is withdrawn and stated anew."""
    if version.valid_to is None:
        version.valid_to = ends
        change.ended.append(version)
        change.closed += 1
        return
    change.withdrawn.append(version)
    change.corrected += 1
    again = copy(version)
    again.id, again.valid_to, again.adopted_in = new_id(), ends, adoption
    change.new.append(again)


def _store(model: type[Threshold] | type[Code], change: _Change, adoption: Adoption) -> None:
    withdrawn = [row.pk for row in change.withdrawn if isinstance(row, model)]
    _objects(model).filter(pk__in=withdrawn, withdrawn_in=None).update(withdrawn_in=adoption)
    for row in change.ended:
        if isinstance(row, model):
            _objects(model).filter(pk=row.pk, valid_to=None).update(valid_to=row.valid_to)
    _objects(model).bulk_create([row for row in change.new if isinstance(row, model)])


def _objects(model: type[models.Model]) -> models.Manager[models.Model]:
    return model._default_manager


def _version(row: FileRow, adoption: Adoption) -> DatedValue:
    common = {
        "id": new_id(),
        "code": row.code,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "source": row.source,
        "attributes": dict(row.attributes),
        "adopted_in": adoption,
    }
    if row.list:
        return Code(list=row.list, label=row.label, label_cy=row.label_cy, position=row.position, **common)
    return Threshold(number=row.number, text=row.text, unit=row.unit, **common)


def _says(value: FileRow | DatedValue) -> tuple[object, ...]:
    """What a version states, its dates apart: two that state the same need no new row."""
    common = (value.source, dict(value.attributes))
    if isinstance(value, Threshold):
        return (*common, value.unit, value.number, value.text)
    if isinstance(value, Code):
        return (*common, value.label, value.label_cy, value.position)
    assert isinstance(value, FileRow)
    if value.list:
        return (*common, value.label, value.label_cy, value.position)
    return (*common, value.unit, value.number, value.text)
