"""Running one import from start to end: its digest, its progress, its record."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from darwin.contact.imports.report import ImportRefused, ImportReport, Progress
from darwin.contact.services.import_runs import close_import, open_import
from darwin.ledger.actors import Actor

Importer = Callable[[Progress], ImportReport]


def run_import(
    *, actor: Actor, kind: str, source: str, path: Path, importer: Importer, progress: Progress
) -> ImportReport:
    """Read the file by `importer` and keep the record of it. Raises what the importer raises.

    An import that is refused or cut off leaves a record without an end.
    """
    run = open_import(actor=actor, kind=kind, source=source, file_name=path.name, digest=digest_of(path))
    report = importer(progress)
    close_import(
        actor=actor,
        run_id=run.id,
        counts={
            "rows_read": report.rows_read,
            "imported": report.imported,
            "already_known": report.already_known,
            "ignored": report.ignored,
            "rejected": report.rejected,
        },
        flags=dict(report.flags),
        notes=report.notes,
        rejects=[(reject.line, reject.reason) for reject in report.rejects],
    )
    return report


def digest_of(path: Path) -> str:
    """SHA-256 of the file as hexadecimal text. Raises ImportRefused if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise ImportRefused(
            f"{path.name} could not be read: {problem.strerror}. Nothing was imported."
        ) from problem
