"""Importing what an Asterisk switch left: a recording of its stream, or its queue_log."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from darwin.contact.coverage import EVERYTHING, QUEUE_LOG_TELLS, Span, Tells
from darwin.contact.imports.report import ImportReport, Progress, Reject
from darwin.contact.models import Announcement
from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.coverage import record_coverage
from darwin.contact.telephony.asterisk import events_of_recording
from darwin.contact.telephony.events import CallEvent
from darwin.contact.telephony.queue_log import events_of_queue_log
from darwin.contact.telephony.reading import Reading
from darwin.ledger.actors import Actor

BATCH = 4000
_BY_DIALPLAN = frozenset({Tells.ARRIVALS, Tells.REFUSALS})


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
    record_coverage(actor=actor, switch=switch, spans=_spans(switch, queues, reading))
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


def _spans(switch: str, queues: set[str], reading: Reading) -> list[Span]:
    """What was covered, for the switch and by name for each queue that was seen.

    A stream tells arrivals and refusals of a queue only if the dialplan announces its calls (UserEvent).
    """
    spans: list[Span] = []
    announced = set(
        Announcement.objects.filter(queue__slug__in=queues, contact__source=switch).values_list(
            "queue__slug", flat=True
        )
    )
    for coverage in reading.coverages:
        whole_seconds = coverage.source == "asterisk-queue-log"
        tells = QUEUE_LOG_TELLS if whole_seconds else EVERYTHING - _BY_DIALPLAN
        # The last moment was covered too; the span is half-open.
        end = coverage.end + (timedelta(seconds=1) if whole_seconds else timedelta(microseconds=1))
        for queue in (None, *sorted(queues)):
            by_dialplan = _BY_DIALPLAN if queue in announced and not whole_seconds else frozenset()
            spans.append(
                Span(
                    source=coverage.source,
                    from_at=coverage.start,
                    to_at=end,
                    tells=tells | by_dialplan,
                    queue=queue,
                )
            )
    return spans


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
