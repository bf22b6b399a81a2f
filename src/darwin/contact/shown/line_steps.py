"""The figures of one line step by step: the chart, the table and the CSV."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from darwin.contact.measures.figures import GroupBy
from darwin.contact.measures.results import QueueFigures
from darwin.contact.measures.steps import Step
from darwin.contact.periods import Period
from darwin.contact.shown.changes import ShownChange, told_within
from darwin.contact.shown.line import LineShown, minutes_words, offered_of
from darwin.contact.shown.reader import FigureColumn, Linked, Reader
from darwin.theme import formats
from darwin.theme.charts import ColumnChart, LineChart, Mark, Result, Unit

# With more rows than this only the row leads to its list, not each figure of it.
MOST_LINKED_ROWS = 100


def result(shown: LineShown, reader: Reader, changes: Sequence[ShownChange] = ()) -> Result:
    """The figures step by step as a chart, a table and a CSV; `changes` are marked."""
    within = f"{float(shown.within.value):g}"
    target = float(shown.target.value)
    linked = len(shown.steps) <= MOST_LINKED_ROWS
    rows: list[dict[str, Any]] = []
    links: dict[int, str] = {}
    for step, figures in shown.steps:
        if step.to_come:
            continue
        period = Period(step.from_at, step.to_at)
        if href := reader.entries(shown.queue.slug, period):
            links[len(rows)] = href
        row = _row(shown, reader, step, figures, linked)
        rows.append({**row, "changed": told_within(changes, step.from_at, step.to_at)})
    heads = {GroupBy.DAY: _("Day"), GroupBy.MONTH: _("Month")}
    columns = [
        FigureColumn("at", heads.get(shown.by, _("From"))),
        FigureColumn("offered", _("Offered"), "count"),
        FigureColumn("answered", _("Answered"), "count"),
        FigureColumn("in_time", _("In %(s)s s") % {"s": within}, "count"),
        FigureColumn("of_answered", _("of answered"), "percentage", target),
        FigureColumn("of_offered", _("of offered"), "percentage", target, strong=True),
        FigureColumn("gave_up", _("Gave up"), "count"),
        FigureColumn("refused", _("Refused"), "count"),
        FigureColumn("median", _("Median"), "wait"),
        FigureColumn("p90", _("9 in 10"), "wait"),
        FigureColumn("longest", _("Longest"), "wait"),
        FigureColumn("missing", _("Not recorded"), "text"),
    ]
    if not any(row["missing"] for row in rows):
        columns.pop()
    if changes:
        columns.append(FigureColumn("changed", _("What was changed"), "words"))
    title, subtitle = _heads(shown, within)
    return Result(
        title, subtitle, columns, rows, _chart(shown, reader, [change.mark() for change in changes]), links
    )


_DATED = (GroupBy.DAY, GroupBy.MONTH)


def _heads(shown: LineShown, within: str) -> tuple[str, str]:
    if shown.by is GroupBy.DAY:
        title = _("Share answered in %(s)s seconds, each day") % {"s": within}
        return title, _("Of calls offered, refused ones included, in per cent")
    each = {
        GroupBy.HALF_HOUR: _("Calls offered, each half-hour"),
        GroupBy.HOUR: _("Calls offered, each hour"),
        GroupBy.MONTH: _("Calls offered, each month"),
    }[shown.by]
    return each, _("Filled: answered in %(s)s seconds. Outlined: later, gave up or refused") % {"s": within}


def _label(step: Step, by: GroupBy, days: int) -> str:
    if by is GroupBy.MONTH:
        return formats.month(Period(step.from_at, step.to_at).first_day)
    if by is GroupBy.DAY:
        return formats.day(step.from_at)
    return formats.clock_time(step.from_at) if days == 1 else formats.moment(step.from_at)


def _row(
    shown: LineShown, reader: Reader, step: Step, figures: QueueFigures | None, linked: bool
) -> dict[str, Any]:
    at = _label(step, shown.by, shown.period.days)
    missing = step.missing_minutes
    told = minutes_words(missing) if missing else ""
    if figures is None:
        if step.gap or shown.told.nothing:
            return {"at": at, "missing": told}
        # Recorded, and nobody rang: a true nought.
        figures = QueueFigures(
            offered_including_refused=0,
            entries=0,
            answered=0,
            answered_within_threshold=0,
            abandoned=0,
            refused=0,
        )
    period = Period(step.from_at, step.to_at)
    offered = offered_of(figures)

    def figure(value: Any, **of: Any) -> Any:
        seen = reader.number(value)
        href = reader.entries(shown.queue.slug, period, **of) if linked and value else ""
        return Linked(seen, href) if href else seen

    in_time, answered = figures.answered_within_threshold, figures.answered
    return {
        "at": at,
        "offered": reader.number(offered),
        "answered": figure(answered, outcome="answered"),
        "in_time": figure(in_time, outcome="answered", within=f"{float(shown.within.value):g}"),
        "of_answered": reader.value(figures.pct_within_of_answered, in_time, answered) if answered else "–",
        "of_offered": reader.value(figures.pct_within_of_offered, in_time, offered) if offered else "–",
        "gave_up": figure(figures.abandoned, outcome="abandoned"),
        "refused": figure(figures.refused, outcome="refused"),
        "median": _ms(figures.median_wait_answered_s, answered),
        "p90": _ms(figures.p90_wait_answered_s, answered),
        "longest": _ms(figures.max_wait_answered_s, answered),
        "missing": told,
    }


def _ms(seconds: float | None, answered: int | None) -> float | str | None:
    if seconds is None:
        return "–" if answered == 0 else None
    return seconds * 1000


def _chart(shown: LineShown, reader: Reader, marks: Sequence[Mark]) -> ColumnChart | LineChart:
    within_target = float(shown.target.value)
    if shown.by is GroupBy.DAY:
        days = [
            Period(step.from_at, step.to_at).first_day for step, _figures in shown.steps if not step.to_come
        ]
        shares = [_known_share(reader, figures) for step, figures in shown.steps if not step.to_come]
        return LineChart(days, shares, Unit.PERCENTAGE, "", within_target, marks=marks)
    offered: list[float | None] = []
    parts: list[float | None] = []
    now = None
    for position, (step, figures) in enumerate(shown.steps):
        if step.from_at <= shown.now < step.to_at:
            now = position
        if step.to_come or (step.gap and figures is None) or shown.told.nothing:
            offered.append(None)
            parts.append(None)
            continue
        whole = (offered_of(figures) or 0) if figures else 0
        part = (figures.answered_within_threshold or 0) if figures else 0
        hidden = reader.hides(part, whole)
        offered.append(None if step.gap or hidden else float(whole))
        parts.append(None if step.gap or hidden else float(part))
    return ColumnChart(
        [_short(step, shown.by, shown.period.days) for step, _figures in shown.steps],
        offered,
        parts=parts,
        part_word=_("answered in time"),
        rest_word=_("later, gave up, refused"),
        now=now,
        marks=marks,
    )


def _known_share(reader: Reader, figures: QueueFigures | None) -> float | None:
    if figures is None:
        return None
    share = reader.value(
        figures.pct_within_of_offered, figures.answered_within_threshold, figures.offered_including_refused
    )
    return share if isinstance(share, float) else None


def _short(step: Step, by: GroupBy, days: int) -> str:
    if by is GroupBy.MONTH:
        return formats.month(Period(step.from_at, step.to_at).first_day)
    if days == 1:
        return formats.clock_time(step.from_at)
    return (
        f"{formats.day(step.from_at).rsplit(formats.NO_SPACE_BREAK, 1)[0]} {formats.clock_time(step.from_at)}"
    )
