"""A line month by month over years: full months from what is kept, the others counted."""

from collections.abc import Sequence
from datetime import datetime

from darwin.contact.coverage import Tells
from darwin.contact.measures.families import LINE, Figures
from darwin.contact.measures.figures import GroupBy, grouped_figures, told_only
from darwin.contact.measures.monthly import figures_by_month
from darwin.contact.measures.results import QueueFigures, as_seconds, share_pct
from darwin.contact.measures.steps import Step
from darwin.contact.models import ContactQueue
from darwin.contact.periods import add_months, midnight, month_of


def line_by_month(
    queue: ContactQueue, steps: Sequence[Step], threshold_s: float, tells: frozenset[Tells], now: datetime
) -> list[tuple[Step, QueueFigures | None]]:
    """The figures of each step, a month or a part of one; None where the queue had no entry in it."""
    full = {month_of(step.from_at): threshold_s for step in steps if _is_full(step, now) and step.recorded}
    kept = figures_by_month(LINE, queue, full, inline=len(full)) if full else {}
    found: list[tuple[Step, QueueFigures | None]] = []
    for step in steps:
        month = month_of(step.from_at)
        if month in kept:
            found.append((step, told_only(_of_family(kept[month]), tells)))
        elif step.to_come or not step.recorded:
            found.append((step, None))
        else:
            groups = grouped_figures(queue, step.from_at, step.to_at, threshold_s, tells, GroupBy.MONTH)
            found.append((step, groups[0] if groups else None))
    return found


def summed(steps: Sequence[tuple[Step, QueueFigures | None]], tells: frozenset[Tells]) -> QueueFigures:
    """The months as one whole: counts, shares, the average and the longest wait.

    Median and percentile are None: they cannot be made of the months' own.
    """
    known = [figures for _step, figures in steps if figures is not None]

    def total(name: str) -> int:
        return sum(getattr(figures, name) or 0 for figures in known)

    timed = [
        (figures.asa_s, (figures.answered or 0) - (figures.answered_wait_unknown or 0))
        for figures in known
        if figures.asa_s is not None
    ]
    calls = sum(count for _mean, count in timed)
    entries, refused = total("entries"), total("refused")
    answered, in_time, gave_up = total("answered"), total("answered_within_threshold"), total("abandoned")
    whole = QueueFigures(
        entries=entries,
        refused=refused,
        answered=answered,
        abandoned=gave_up,
        offered_including_refused=entries + refused,
        answered_within_threshold=in_time,
        pct_within_of_offered=share_pct(in_time, entries + refused),
        pct_within_of_answered=share_pct(in_time, answered),
        abandonment_pct=share_pct(gave_up, entries),
        asa_s=round(sum(mean * count for mean, count in timed) / calls, 3) if calls else None,
        max_wait_answered_s=max((figures.max_wait_answered_s or 0 for figures in known), default=None),
    )
    return told_only(whole, tells)


def _is_full(step: Step, now: datetime) -> bool:
    month = month_of(step.from_at)
    start, end = midnight(month), midnight(add_months(month, 1))
    return step.from_at == start and step.to_at == end and end <= now


def _of_family(figures: Figures) -> QueueFigures:
    counts = {name: int(value or 0) for name, value in figures.items() if not name.endswith("_ms")}
    offered = counts["joined"] + counts["refused"]
    return QueueFigures(
        entries=counts["joined"],
        refused=counts["refused"],
        answered=counts["answered"],
        abandoned=counts["gave_up"],
        offered_including_refused=offered,
        answered_within_threshold=counts["in_time"],
        answered_wait_unknown=counts["answered"] - counts["timed"],
        pct_within_of_offered=share_pct(counts["in_time"], offered),
        pct_within_of_answered=share_pct(counts["in_time"], counts["answered"]),
        abandonment_pct=share_pct(counts["gave_up"], counts["joined"]),
        asa_s=as_seconds(figures["mean_ms"]),
        median_wait_answered_s=as_seconds(figures["median_ms"]),
        p90_wait_answered_s=as_seconds(figures["p90_ms"]),
        max_wait_answered_s=as_seconds(figures["max_ms"]),
    )
