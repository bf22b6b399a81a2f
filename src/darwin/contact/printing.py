"""Results as the command line prints them: one JSON shape, one readable table."""

from collections.abc import Iterator
from typing import Any

from darwin.contact.imports.report import ImportReport
from darwin.contact.measures.results import LineReport
from darwin.contact.queries import QueueEntry
from darwin.deadlines.clock import LONDON

SHOWN_REJECTS = 20

_ROWS = (
    ("arrived", "Reached the number", ""),
    ("offered_including_refused", "Offered", ""),
    ("refused", "Refused before the queue", ""),
    ("entries", "Joined the queue", ""),
    ("distinct_calls", "Different calls", ""),
    ("answered", "Answered", ""),
    ("abandoned", "Gave up", ""),
    ("callback_requested", "Asked to be called back", ""),
    ("expelled", "Ended by the switch", ""),
    ("unknown", "Not known", ""),
    ("still_waiting", "Still waiting", ""),
    ("answered_within_threshold", "Answered in time", ""),
    ("pct_within_of_offered", "… of those offered", "%"),
    ("pct_within_of_answered", "… of those answered", "%"),
    ("abandonment_pct", "Abandonment", "%"),
    ("asa_s", "Average wait of the answered", "s"),
    ("median_wait_answered_s", "Median wait of the answered", "s"),
    ("p90_wait_answered_s", "90th percentile of the answered", "s"),
    ("max_wait_answered_s", "Longest wait of the answered", "s"),
    ("mean_wait_abandoned_s", "Average wait of those who gave up", "s"),
    ("longest_queue", "Most waiting at once", ""),
    ("mean_talk_s", "Average talk", "s"),
    ("end_to_end_mean_s", "Average wait end to end", "s"),
)


def report_as_json(report: LineReport) -> dict[str, Any]:
    """The object of `darwin contact measures --json`. None: no imported record can give the figure."""
    figures = report.figures
    way = report.end_to_end
    return {
        "queue": report.queue,
        "from": report.from_at.isoformat(),
        "to": report.to_at.isoformat(),
        "threshold_s": report.threshold_s,
        "arrived": figures.arrived,
        "refused": figures.refused,
        "refused_by_reason": report.refused_by_reason,
        "entries": figures.entries,
        "distinct_calls": figures.distinct_calls,
        "answered": figures.answered,
        "abandoned": figures.abandoned,
        "abandoned_by_point": report.abandoned_by_point,
        "callback_requested": figures.callback_requested,
        "expelled": figures.expelled,
        "unknown": figures.unknown,
        "still_waiting": figures.still_waiting,
        "offered_including_refused": figures.offered_including_refused,
        "answered_within_threshold": figures.answered_within_threshold,
        "answered_wait_unknown": figures.answered_wait_unknown,
        "pct_within_of_offered": figures.pct_within_of_offered,
        "pct_within_of_answered": figures.pct_within_of_answered,
        "abandonment_pct": figures.abandonment_pct,
        "asa_s": figures.asa_s,
        "median_wait_answered_s": figures.median_wait_answered_s,
        "p90_wait_answered_s": figures.p90_wait_answered_s,
        "max_wait_answered_s": figures.max_wait_answered_s,
        "mean_wait_abandoned_s": figures.mean_wait_abandoned_s,
        "max_wait_abandoned_s": figures.max_wait_abandoned_s,
        "longest_queue": report.longest_queue,
        "mean_talk_s": figures.mean_talk_s,
        "transfers": _transfers(report),
        "by_agent": None
        if report.by_agent is None
        else {
            agent.agent: {"answered": agent.answered, "no_answer": agent.no_answer, "talk_s": agent.talk_s}
            for agent in report.by_agent
        },
        "answered_agent_unknown": report.answered_agent_unknown,
        "end_to_end_contacts": way.contacts if way else None,
        "end_to_end_mean_s": way.mean_s if way else None,
        "end_to_end_median_s": way.median_s if way else None,
        "end_to_end_p90_s": way.p90_s if way else None,
        "end_to_end_max_s": way.max_s if way else None,
        "sources": list(report.told.sources),
        "gaps": [
            {
                "from": gap.from_at.isoformat(),
                "to": gap.to_at.isoformat(),
                "not_told": sorted(fact.value for fact in gap.missing),
            }
            for gap in report.told.gaps
        ],
        "note": report.note,
        "definition": report.definition,
    }


def _transfers(report: LineReport) -> dict[str, int] | None:
    if report.figures.blind_transfers is None or report.figures.attended_transfers is None:
        return None
    return {"blind": report.figures.blind_transfers, "attended": report.figures.attended_transfers}


def report_as_text(report: LineReport) -> str:
    """The figures as a table, with what the reader has to know below it."""
    return "\n".join(_report_lines(report))


def _report_lines(report: LineReport) -> Iterator[str]:
    values = report_as_json(report)
    start, end = (moment.astimezone(LONDON) for moment in (report.from_at, report.to_at))
    yield f"{report.label} ({report.queue}), {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
    yield ""
    for key, label, unit in _ROWS:
        value = values[key]
        shown = "not known" if value is None else f"{value:,}{unit and ' ' + unit}"
        yield f"  {label:<36}{shown:>14}"
    for reason, count in (report.refused_by_reason or {}).items():
        yield f"  {'Refused: ' + reason:<36}{count:>14,}"
    for point, count in (report.abandoned_by_point or {}).items():
        yield f"  {'Gave up at: ' + point:<36}{count:>14,}"
    for agent in report.by_agent or ():
        rings = "" if agent.no_answer is None else f", {agent.no_answer:,} rings not taken"
        talk = "" if agent.talk_s is None else f", {agent.talk_s:,} s of talk"
        yield f"  {agent.agent:<36}{agent.answered:>14,}{rings}{talk}"
    yield ""
    if report.note:
        yield report.note
    yield report.definition


def entry_as_json(entry: QueueEntry) -> dict[str, Any]:
    """The object of one line of `darwin contact calls --json`."""
    return {
        "call_id": entry.call_id,
        "entry_no": entry.entry_no,
        "outcome": entry.outcome,
        "wait_s": entry.wait_s,
        "agent": entry.agent,
        "at": entry.offered_at.isoformat(),
    }


def entry_as_text(entry: QueueEntry) -> str:
    """One entry as a line of a table."""
    wait = "not known" if entry.wait_s is None else f"{entry.wait_s:,.3f} s"
    at = f"{entry.offered_at.astimezone(LONDON):%Y-%m-%d %H:%M:%S}"
    return f"{at}  {entry.call_id:<28}{entry.entry_no:>3}  {entry.outcome:<18}{wait:>14}  {entry.agent or ''}"


def import_as_text(report: ImportReport) -> str:
    """What came of an import, with the first of its rejects."""
    lines = [
        f"Read {report.rows_read:,} rows: {report.imported:,} imported, {report.already_known:,} already "
        f"known, "
        f"{report.ignored:,} left out by a rule, {report.rejected:,} rejected."
    ]
    lines += [f"  line {reject.line:,}: {reject.reason}" for reject in report.rejects[:SHOWN_REJECTS]]
    if report.rejected > SHOWN_REJECTS:
        lines.append(f"  … and {report.rejected - SHOWN_REJECTS:,} more; --json lists them all.")
    lines += [f"Odd but counted: {flag}: {count:,} rows." for flag, count in sorted(report.flags.items())]
    return "\n".join([*lines, *report.notes])
