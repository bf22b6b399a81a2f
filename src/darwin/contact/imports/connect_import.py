"""Importing Amazon Connect contact trace records."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from darwin.contact.coverage import Span, Tells, local_days
from darwin.contact.imports.connect_records import BrokenRecord, read_record
from darwin.contact.imports.json_stream import Found, read_records
from darwin.contact.imports.report import ImportReport, Progress, Reject
from darwin.contact.records import CallRecord
from darwin.contact.services.calls import record_calls
from darwin.ledger.actors import Actor

BATCH = 2000
SOURCE = "connect"
# A record of a contact that was never queued does not say which queue it was bound for.
CONNECT_TELLS = frozenset({Tells.ENTRIES, Tells.QUEUE_LENGTH, Tells.TALK, Tells.AGENTS, Tells.TRANSFERS})


def import_connect(*, actor: Actor, path: Path, progress: Progress) -> ImportReport:
    """Store the contacts of a file of contact trace records. Raises ImportRefused.

    A record without a queue, or of a call that the force placed, is left out and counted as ignored.
    """
    report = ImportReport()
    batch: list[tuple[int, CallRecord]] = []
    for line, call in _calls(read_records(path, progress), report):
        batch.append((line, call))
        if len(batch) == BATCH:
            _store(actor, batch, report)
            batch = []
    _store(actor, batch, report)
    report.rejects.sort(key=lambda reject: reject.line)
    return report


def _calls(found: Iterator[Found], report: ImportReport) -> Iterator[tuple[int, CallRecord]]:
    for record in found:
        try:
            if record.fault:
                raise BrokenRecord(record.fault)
            call = read_record(record.value)
        except BrokenRecord as broken:
            report.rejects.append(Reject(record.line, str(broken)))
            continue
        if call is None:
            report.ignored += 1
        else:
            yield record.line, call


def _store(actor: Actor, batch: list[tuple[int, CallRecord]], report: ImportReport) -> None:
    if not batch:
        return
    days: dict[str, list[datetime]] = {}
    for _, call in batch:
        for leg in call.legs:
            days.setdefault(leg.queue, []).append(leg.offered_at)
    spans = [
        Span(source=SOURCE, from_at=start, to_at=end, tells=CONNECT_TELLS, queue=queue)
        for queue, moments in days.items()
        for start, end in local_days(moments)
    ]
    recorded = record_calls(actor=actor, source=SOURCE, rows=[call for _, call in batch], coverage=spans)
    report.imported += recorded.imported
    report.already_known += recorded.already_known
    report.rejects += [Reject(batch[index][0], reason) for index, reason in recorded.rejected]
