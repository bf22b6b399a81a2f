"""The record of an import itself: which file, by whom, with what result."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from darwin.contact.models import ImportReject, ImportRun
from darwin.contact.services.bulk import copy_rows
from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry


@transaction.atomic
def open_import(*, actor: Actor, kind: str, source: str, file_name: str, digest: str) -> ImportRun:
    """Note that a file is about to be read; an import that is cut off stays without an end.

    digest: SHA-256 of the file, as hexadecimal text.
    """
    run = ImportRun.objects.create(
        kind=kind,
        source=source,
        file_name=file_name[-255:],
        digest=digest,
        started_at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="contact.import_opened",
        subjects=[Subject("import_run", run.id)],
    )
    return run


@transaction.atomic
def set_row_aside(*, actor: Actor, run_id: UUID, line: int, reason: str) -> None:
    """Note one row that was left out while the reading goes on. The reason holds none of its values."""
    ImportRun.objects.filter(pk=run_id).update(rows_read=F("rows_read") + 1, rejected=F("rejected") + 1)
    ImportReject.objects.create(run_id=run_id, line=line, reason=reason[:400])
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="contact.row_set_aside",
        subjects=[Subject("import_run", run_id)],
        counts={"rejected": 1},
    )


@transaction.atomic
def close_import(
    *,
    actor: Actor,
    run_id: UUID,
    counts: dict[str, int],
    flags: dict[str, int],
    notes: Sequence[str],
    rejects: Sequence[tuple[int, str]],
) -> None:
    """Note the end of an import: its counts by name, and each rejected row's line and reason."""
    ImportRun.objects.filter(pk=run_id).update(
        finished_at=clock.now(), flags=flags, notes=list(notes), **counts
    )
    copy_rows(
        ImportReject._meta.db_table,
        ("id", "run_id", "line", "reason"),
        ((new_id(), run_id, line, reason[:400]) for line, reason in rejects),
    )
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="contact.import_closed",
        subjects=[Subject("import_run", run_id)],
        counts=counts,
    )
