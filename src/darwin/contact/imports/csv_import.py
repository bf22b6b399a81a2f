"""Importing a log in rows and columns, driven by its mapping."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from darwin.contact.coverage import Span, local_days
from darwin.contact.imports.csv_calls import BrokenRow, RowReader
from darwin.contact.imports.mapping import Mapping
from darwin.contact.imports.report import ImportReport, Progress, Reject
from darwin.contact.imports.table import Row, read_table
from darwin.contact.records import CallRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.services.queues import open_queue
from darwin.ledger.actors import Actor

BATCH = 5000


def import_csv(*, actor: Actor, path: Path, mapping: Mapping, progress: Progress) -> ImportReport:
    """Read the file to its end and store its calls, some thousands at a time.

    A row that cannot be read is left out and reported; it is never repaired. What was stored before a fault
    stays stored, and the same file imported again continues from there. Raises ImportRefused.
    """
    report = ImportReport()
    header, rows = read_table(path, mapping, progress)
    reader = RowReader(mapping, header)
    if mapping.queue:
        open_queue(
            actor=actor,
            slug=mapping.queue,
            label=mapping.queue_label,
            channel=mapping.channel,
            switch=mapping.source,
        )
    batch: list[tuple[int, CallRecord]] = []
    for line, call in _calls(rows, reader, report):
        batch.append((line, call))
        if len(batch) == BATCH:
            _store(actor, mapping, batch, report)
            batch = []
    _store(actor, mapping, batch, report)
    report.flags.update(reader.flags)
    report.rejects.sort(key=lambda reject: reject.line)
    if not report.rows_read:
        report.notes.append(f"{path.name} has a header and no rows.")
    return report


def _calls(rows: Iterator[Row], reader: RowReader, report: ImportReport) -> Iterator[tuple[int, CallRecord]]:
    for row in rows:
        try:
            if row.fault:
                raise BrokenRow(row.fault)
            call = reader.read(row.fields).call
        except BrokenRow as broken:
            report.rejects.append(Reject(row.line, str(broken)))
            continue
        if call is None:
            report.ignored += 1
        else:
            yield row.line, call


def _store(actor: Actor, mapping: Mapping, batch: list[tuple[int, CallRecord]], report: ImportReport) -> None:
    if not batch:
        return
    recorded = record_calls(
        actor=actor,
        source=mapping.source,
        rows=[call for _, call in batch],
        coverage=_coverage(mapping, [call for _, call in batch]),
    )
    report.imported += recorded.imported
    report.already_known += recorded.already_known
    report.rejects += [Reject(batch[index][0], reason) for index, reason in recorded.rejected]


def _coverage(mapping: Mapping, calls: list[CallRecord]) -> list[Span]:
    days: dict[str, list[datetime]] = {}
    for call in calls:
        for leg in call.legs:
            days.setdefault(leg.queue, []).append(leg.offered_at)
    return [
        Span(source=mapping.source, from_at=start, to_at=end, tells=mapping.tells, queue=queue)
        for queue, moments in days.items()
        for start, end in local_days(moments)
    ]
