"""The figures of one line in one period, ready for its page."""

from dataclasses import dataclass
from datetime import datetime

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
from darwin.contact.shown.reader import Reader
from darwin.contact.thresholds import answer_target, answer_within
from darwin.reference.values import ThresholdValue
from darwin.theme import formats
from darwin.theme.parts import Tile

# The way end to end and leg by leg is followed call by call; for more days than this the month's measure is
# the place for it.
LONGEST_WAY_DAYS = 31
# Up to here it is shown without being asked for.
USUAL_WAY_DAYS = 7
# Longer than this, a period is put together of the months that are kept.
LONGEST_COUNTED_DAYS = 92


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
    offered = offered_of(figures)
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


def offered_of(figures: QueueFigures) -> int | None:
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


def minutes_words(count: int) -> str:
    """A stretch of time that is not recorded, in words."""
    if count >= 120:
        hours = round(count / 60)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return _("%(n)s min") % {"n": count}


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
        _("%(time)s not recorded") % {"time": minutes_words(missing)} if missing else _("No gap")
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
