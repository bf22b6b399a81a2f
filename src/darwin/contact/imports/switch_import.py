"""Importing what an Asterisk switch left: a recording of its stream, or its queue_log."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from darwin.contact.imports.report import ImportReport, Progress, Reject
from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.coverage import record_coverage, switch_spans
from darwin.contact.telephony.asterisk import events_of_recording
from darwin.contact.telephony.events import CallEvent
from darwin.contact.telephony.queue_log import events_of_queue_log
from darwin.contact.telephony.reading import Reading
from darwin.ledger.actors import Actor

BATCH = 4000


def import_asterisk_ami(
    *, actor: Actor, path: Path, index: Path | None, switch: str, progress: Progress
) -> ImportReport:
    """Store the events of an AMI recording.

    Rows are its messages. Raises DarwinError if it is no recording.
    """
    reading = Reading()
    events = events_of_recording(path, index, switch=switch, reading=reading)
    return _import_events(actor, path, switch, events, reading, progress)


def import_asterisk_queue_log(*, actor: Actor, path: Path, switch: str, progress: Progress) -> ImportReport:
    """Store the events of a queue_log. Rows are its lines. Raises DarwinError if it is no queue_log."""
    reading = Reading()
    events = events_of_queue_log(path, switch=switch, reading=reading)
    return _import_events(actor, path, switch, events, reading, progress)


def _import_events(
    actor: Actor, path: Path, switch: str, events: Iterator[CallEvent], reading: Reading, progress: Progress
) -> ImportReport:
    report = ImportReport()
    queues: set[str] = set()
    shown = 0
    for batch in _batches(events, reading):
        queues.update(event.queue for _, event in batch if event.queue)
        recorded = record_call_events(actor=actor, switch=switch, events=[event for _, event in batch])
        report.imported += len({row for row, event in batch if event.event_id in recorded.fresh})
        progress(reading.bytes_read - shown)
        shown = reading.bytes_read
    record_coverage(actor=actor, switch=switch, spans=switch_spans(switch, queues, reading.coverages))
    report.ignored = reading.ignored
    report.rejects = _rejects(path, reading)
    report.already_known = reading.rows_read - report.imported - report.ignored - report.rejected
    if not queues:
        report.notes.append(f"{path.name} tells of no queue.")
    return report


def _batches(events: Iterator[CallEvent], reading: Reading) -> Iterator[Sequence[tuple[int, CallEvent]]]:
    """Events with the number of the row they come from, some thousands at a time, no row in two batches.

    What the end of a session leaves undecided comes from no row of its own and goes with the one before.
    """
    batch: list[tuple[int, CallEvent]] = []
    for event in events:
        row = reading.rows_read - reading.ignored - len(reading.rejects)
        if len(batch) >= BATCH and batch[-1][0] != row:
            yield batch
            batch = []
        batch.append((row, event))
    if batch:
        yield batch


def _rejects(path: Path, reading: Reading) -> list[Reject]:
    """Rejects by line; what was reported by its byte is looked up in the file."""
    by_byte = sorted(reject.place for reject in reading.rejects if reject.unit == "byte")
    line_of = dict(zip(by_byte, _lines_at(path, by_byte), strict=True)) if by_byte else {}
    return sorted(
        (
            Reject(
                line_of.get(reject.place, reject.place) if reject.unit == "byte" else reject.place,
                reject.reason,
            )
            for reject in reading.rejects
        ),
        key=lambda reject: reject.line,
    )


def _lines_at(path: Path, offsets: Sequence[int]) -> Iterator[int]:
    """The line of each byte offset (ascending), the first line being 1."""
    line, at = 1, 0
    with path.open("rb") as file:
        for offset in offsets:
            while at < offset and (chunk := file.read(min(offset - at, 1 << 20))):
                line += chunk.count(b"\n")
                at += len(chunk)
            yield line
