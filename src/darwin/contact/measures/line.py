"""The whole report of one line in one period, for the page, the command and the export."""

from datetime import datetime

from darwin.contact.coverage import Tells
from darwin.contact.measures.agents import agent_figures
from darwin.contact.measures.definitions import definition_text
from darwin.contact.measures.figures import queue_figures
from darwin.contact.measures.results import LineReport, QueueFigures, Told
from darwin.contact.measures.told import what_is_told
from darwin.contact.measures.waiting import end_to_end, longest_queue
from darwin.contact.models import ContactQueue
from darwin.contact.services.bulk import select_rows
from darwin.deadlines.clock import LONDON

_COUNT_BY = (
    "SELECT {column}, count(*) FROM contact_contactleg WHERE queue_id = %s AND offered_at >= %s "
    "AND offered_at < %s AND outcome = %s GROUP BY 1 ORDER BY 1"
)


def line_report(queue: ContactQueue, from_at: datetime, to_at: datetime, threshold_s: float) -> LineReport:
    """Every figure of `queue` in [from_at, to_at); eight queries at most, whatever the number of calls."""
    told = what_is_told(queue, from_at, to_at)
    entries = Tells.ENTRIES in told.tells
    by_agent, unnamed = None, None
    if Tells.AGENTS in told.tells:
        by_agent, unnamed = agent_figures(
            queue,
            from_at,
            to_at,
            rings_told=Tells.NO_ANSWER in told.tells,
            talk_told=Tells.TALK in told.tells,
        )
    return LineReport(
        queue=queue.slug,
        label=queue.label,
        from_at=from_at,
        to_at=to_at,
        threshold_s=threshold_s,
        figures=queue_figures(queue, from_at, to_at, threshold_s, told.tells),
        refused_by_reason=count_by("reason", "refused", queue, from_at, to_at)
        if Tells.REFUSALS in told.tells
        else None,
        abandoned_by_point=count_by("abandon_point", "abandoned", queue, from_at, to_at) if entries else None,
        longest_queue=longest_queue(queue, from_at, to_at) if Tells.QUEUE_LENGTH in told.tells else None,
        by_agent=by_agent,
        answered_agent_unknown=unnamed,
        end_to_end=end_to_end(queue, from_at, to_at) if entries else None,
        told=told,
        note=note_on(told, from_at, to_at),
        definition=definition_text(threshold_s),
    )


def unknown_line(slug: str, from_at: datetime, to_at: datetime, threshold_s: float) -> LineReport:
    """The report of a queue that no record names: every figure None, and a note that says so."""
    known = ", ".join(ContactQueue.objects.values_list("slug", flat=True)) or "none yet"
    return LineReport(
        queue=slug,
        label=slug,
        from_at=from_at,
        to_at=to_at,
        threshold_s=threshold_s,
        figures=QueueFigures(),
        refused_by_reason=None,
        abandoned_by_point=None,
        longest_queue=None,
        by_agent=None,
        answered_agent_unknown=None,
        end_to_end=None,
        told=Told(tells=frozenset(), covered=()),
        note=f"No imported record names a queue “{slug}”. Queues known: {known}.",
        definition=definition_text(threshold_s),
    )


def count_by(
    column: str, outcome: str, queue: ContactQueue, from_at: datetime, to_at: datetime
) -> dict[str, int]:
    """Legs of one outcome by `column` (reason, abandon_point); "not known" where it is empty."""
    rows = select_rows(_COUNT_BY.format(column=column), (queue.id, from_at, to_at, outcome))
    return {value or "not known": count for value, count in rows}


def note_on(told: Told, from_at: datetime, to_at: datetime) -> str:
    """What the reader has to know about the records behind the figures; "" where nothing."""
    if told.nothing:
        return (
            f"No imported record covers {_moment(from_at)} to {_moment(to_at)} for this queue, so there "
            f"is no "
            "figure. That is not the same as no calls."
        )
    sentences = []
    for gap in told.gaps:
        stretch = f"Between {_moment(gap.from_at)} and {_moment(gap.to_at)}"
        if Tells.ENTRIES in gap.missing:
            sentences.append(f"{stretch} no record was kept; the figures are of what was seen outside it.")
        elif Tells.REFUSALS in gap.missing:
            sentences.append(
                f"{stretch} nothing recorded callers who were refused; they are lost to every file."
            )
    silent = [
        words
        for fact, words in (
            (Tells.ARRIVALS, "calls that reached the number"),
            (Tells.REFUSALS, "callers refused before the queue"),
        )
        if fact not in told.tells
    ]
    if silent:
        sentences.append(f"The imported records do not tell {' or '.join(silent)}.")
    return " ".join(sentences)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M:%S}"
