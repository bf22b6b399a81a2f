"""The figures of one line in one period, ready for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from darwin.contact.coverage import Tells
from darwin.contact.measures.figures import GroupBy, grouped_figures, queue_figures
from darwin.contact.measures.legs_of_line import LegFigures, legs_of_line
from darwin.contact.measures.line import count_by
from darwin.contact.measures.line_by_month import line_by_month, summed
from darwin.contact.measures.results import EndToEnd, QueueFigures, Told
from darwin.contact.measures.steps import Step, steps_of
from darwin.contact.measures.told import what_is_told
from darwin.contact.measures.waiting import end_to_end
from darwin.contact.models import AbandonPoint, ContactQueue
from darwin.contact.periods import Period
from darwin.contact.shown.changes import ShownChange, told_within
from darwin.contact.shown.reader import FigureColumn, Linked, Reader
from darwin.contact.thresholds import answer_target, answer_within
from darwin.reference.values import ThresholdValue
from darwin.theme import formats
from darwin.theme.charts import ColumnChart, LineChart, Mark, Result, Unit
from darwin.theme.parts import Tile

# The way end to end and leg by leg is followed call by call; for more days than this the month's measure is
# the place for it.
LONGEST_WAY_DAYS = 31
# Up to here it is shown without being asked for.
USUAL_WAY_DAYS = 7
# Longer than this, a period is put together of the months that are kept.
LONGEST_COUNTED_DAYS = 92
# With more rows than this only the row leads to its list, not each figure of it.
MOST_LINKED_ROWS = 100


@dataclass(frozen=True, slots=True)
class LineShown:
    """Everything the page of a line shows of one queue and period. Waits in seconds; None: not known.

    way and legs are None for a period longer than LONGEST_WAY_DAYS; way too where it was not asked for.
    """

    queue: ContactQueue
    period: Period
    by: GroupBy
    now: datetime
    within: ThresholdValue
    target: ThresholdValue
    told: Told
    figures: QueueFigures
    steps: list[tuple[Step, QueueFigures | None]]
    points: dict[str, int] | None
    way: EndToEnd | None
    legs: list[LegFigures] | None

    @property
    def may_walk(self) -> bool:
        """The period is short enough for waits end to end."""
        return self.legs is not None

    @property
    def live(self) -> bool:
        """The period has not ended."""
        return self.period.from_at <= self.now < self.period.to_at


def line_shown(
    queue: ContactQueue,
    queues: list[ContactQueue],
    period: Period,
    by: GroupBy,
    now: datetime,
    *,
    whole_way: bool,
) -> LineShown:
    """The figures of `queue` in `period`; six queries at most, whatever the number of calls.

    whole_way: follow each call from reaching the number to a contact handler, where the period allows it.
    """
    within = answer_within(queue.channel, period.from_at)
    start, end = period.from_at, period.to_at
    told = what_is_told(queue, start, end)
    threshold = float(within.value)
    cut = steps_of(period, by, told.covered, now)
    if by is GroupBy.MONTH and period.days > LONGEST_COUNTED_DAYS:
        steps = line_by_month(queue, cut, threshold, told.tells, now)
        figures = summed(steps, told.tells)
    else:
        groups = grouped_figures(queue, start, end, threshold, told.tells, by)
        found = {group.group: group for group in groups}
        steps = [(step, found.get(step.key)) for step in cut]
        figures = queue_figures(queue, start, end, threshold, told.tells)
    walks = not told.nothing and period.days <= LONGEST_WAY_DAYS
    same_way = [other for other in queues if other.channel == queue.channel]
    return LineShown(
        queue=queue,
        period=period,
        by=by,
        now=now,
        within=within,
        target=answer_target(queue.channel, start),
        told=told,
        figures=figures,
        steps=steps,
        points=count_by("abandon_point", "abandoned", queue, start, end)
        if Tells.ENTRIES in told.tells and period.days <= LONGEST_COUNTED_DAYS
        else None,
        way=end_to_end(queue, start, end) if walks and whole_way else None,
        legs=legs_of_line(same_way, start, end) if walks else None,
    )


def sentence(shown: LineShown, reader: Reader) -> tuple[str, str]:
    """What the figures say: the finding, and what stands behind it."""
    figures = shown.figures
    offered = _offered(figures)
    if shown.live:
        when = _("So far")
    else:
        when = shown.period.words()
        when = f"{when[:1].upper()}{when[1:]},"
    if not offered:
        return (
            _("%(when)s nobody rang %(line)s.") % {"when": when, "line": shown.queue.label},
            _("The records of this time are there; they hold no call."),
        )
    share = reader.share(figures.answered_within_threshold, offered, float(shown.target.value))
    finding = _("%(when)s %(share)s of those who rang were answered within %(within)s.") % {
        "when": when,
        "share": share,
        "within": shown.within,
    }
    behind = _("%(in_time)s of %(offered)s; %(gave_up)s gave up%(refused)s.") % {
        "in_time": reader.words(figures.answered_within_threshold),
        "offered": reader.words(offered),
        "gave_up": reader.words(figures.abandoned),
        "refused": _(", %(n)s were refused before the queue") % {"n": reader.words(figures.refused)}
        if figures.refused
        else "",
    }
    return finding, behind


def _offered(figures: QueueFigures) -> int | None:
    """Joinings and refusals; where no source tells refusals, joinings alone."""
    if figures.offered_including_refused is not None:
        return figures.offered_including_refused
    return figures.entries


def tiles(shown: LineShown, reader: Reader, *, whole_way: bool) -> list[Tile]:
    """The counts of the line, then its waits: end to end, or in this queue only."""
    figures, slug, period = shown.figures, shown.queue.slug, shown.period
    within = float(shown.within.value)
    target = float(shown.target.value)
    in_time = figures.answered_within_threshold
    found = [
        Tile(
            reader.share(in_time, figures.offered_including_refused, target),
            _("in %(s)s s, of those offered") % {"s": f"{within:g}"},
            reader.both(in_time, figures.offered_including_refused),
            href=reader.entries(slug, period, outcome="answered", within=f"{within:g}"),
        ),
        Tile(
            reader.share(in_time, figures.answered, target),
            _("in %(s)s s, of those answered") % {"s": f"{within:g}"},
            reader.both(in_time, figures.answered),
            href=reader.entries(slug, period, outcome="answered"),
        ),
        Tile(
            reader.words(figures.offered_including_refused),
            _("offered"),
            _("%(n)s joined the queue") % {"n": reader.words(figures.entries)},
            href=reader.entries(slug, period),
        ),
        Tile(
            reader.words(figures.abandoned),
            _("gave up"),
            _("%(share)s of those who joined") % {"share": reader.share(figures.abandoned, figures.entries)},
            href=reader.lost(slug, period),
        ),
        Tile(
            reader.words(figures.refused),
            _("refused before the queue"),
            _("no record tells") if figures.refused is None else "",
            href=reader.entries(slug, period, outcome="refused") if figures.refused else "",
        ),
    ]
    return [*found, *_wait_tiles(shown, whole_way)]


def _wait_tiles(shown: LineShown, whole_way: bool) -> list[Tile]:
    figures, way = shown.figures, shown.way
    if whole_way:
        more = _("end to end, min:s")
        values = (way.median_s, way.p90_s, way.max_s, way.mean_s) if way else (None,) * 4
    else:
        more = _("in this queue, min:s")
        values = (
            figures.median_wait_answered_s,
            figures.p90_wait_answered_s,
            figures.max_wait_answered_s,
            figures.asa_s,
        )
    labels = (_("median wait"), _("nine in ten waited no longer"), _("longest wait"), _("average wait"))
    found = list(zip(values, labels, strict=True))
    if shown.period.days > LONGEST_COUNTED_DAYS:
        # Median and percentile stand in the table, month by month; they cannot be made of the months' own.
        found = [(value, label) for value, label in found if value is not None]
    return [Tile(_wait(value), label, more) for value, label in found]


def _wait(seconds: float | None) -> str:
    return formats.wait(None if seconds is None else seconds * 1000)


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
    told = _minutes(missing) if missing else ""
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
    offered = _offered(figures)

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


def _minutes(count: int) -> str:
    if count >= 120:
        hours = round(count / 60)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return _("%(n)s min") % {"n": count}


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
        whole = (_offered(figures) or 0) if figures else 0
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


def points(shown: LineShown, reader: Reader) -> list[tuple[str, str, str]]:
    """Where callers gave up: the point, how many, and the list behind it."""
    words = {**dict(AbandonPoint.choices), "not known": _("Not known")}
    return [
        (
            str(words.get(point, point)),
            reader.words(count),
            reader.entries(shown.queue.slug, shown.period, outcome="abandoned", point=point)
            if point in AbandonPoint.values
            else "",
        )
        for point, count in (shown.points or {}).items()
    ]


def age_of(shown: LineShown) -> str:
    """Up to when the records go, and how much of the time is missing in them."""
    last = min(shown.told.covered[-1][1], shown.now) if shown.told.covered else shown.now
    missing = sum(step.missing_minutes for step, _figures in shown.steps)
    words = _("as at %(at)s") % {"at": formats.moment(last)}
    return f"{words}. " + (
        _("%(time)s not recorded") % {"time": _minutes(missing)} if missing else _("No gap")
    )


def gaps(shown: LineShown) -> list[str]:
    """What the reader has to know of the records behind the figures, a sentence each."""
    told, period = shown.told, shown.period
    if told.nothing:
        return []
    found = []
    first, last = told.covered[0][0], told.covered[-1][1]
    if first > period.from_at:
        found.append(
            _("The records begin on %(at)s; what was before it is not counted.")
            % {"at": formats.moment(first)}
        )
    for gap in told.gaps:
        stretch = {"start": formats.moment(gap.from_at), "end": formats.moment(gap.to_at)}
        if Tells.ENTRIES in gap.missing:
            found.append(
                _("Gap: nothing was recorded from %(start)s to %(end)s. The figures are of the rest.")
                % stretch
            )
        elif Tells.REFUSALS in gap.missing:
            found.append(
                _("From %(start)s to %(end)s nothing recorded who was refused; they are lost.") % stretch
            )
    ended = min(period.to_at, shown.now)
    if last < ended and (ended - last).total_seconds() > 900:
        found.append(
            _("The records end at %(at)s; what was after it is not counted.") % {"at": formats.moment(last)}
        )
    silent = [
        words
        for fact, words in (
            (Tells.ARRIVALS, _("who reached the number and never joined")),
            (Tells.REFUSALS, _("who was refused before the queue")),
        )
        if fact not in told.tells
    ]
    if silent:
        found.append(_("The records do not tell %(what)s.") % {"what": _(" or ").join(silent)})
    return found
