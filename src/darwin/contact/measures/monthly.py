"""The measures that have a page of their own: a value a month, what it is made of, and its series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.utils.translation import gettext_noop

from darwin.contact.measures.families import CHANNELS, LINE, RECOVERY, REPEATS, WAY, Family, Figures
from darwin.contact.measures.figures import GroupBy
from darwin.contact.measures.results import share_pct
from darwin.contact.measures.steps import Step, steps_of
from darwin.contact.measures.told import what_is_told
from darwin.contact.models import ContactQueue
from darwin.contact.periods import Period, add_months, month_of
from darwin.contact.services.kept_months import count_months, kept_months
from darwin.contact.thresholds import answer_within_s

# The records of a month that a series begins with reach back to its first days at least.
_FIRST_MONTH_RECORDED = 0.9
_OLDEST = datetime.fromisoformat("1990-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class MonthlyMeasure:
    """One measure by month.

    slug: its address. name: its definition. unit: of the value, waits in milliseconds. part, whole: which
    figures of the family the share is made of; value: the figure itself where it is no share. columns: what
    the table shows of the family, (figure, head, kind). better: which way is good for callers, "" where
    neither is. has_target: the force's target for answering in time applies.
    """

    slug: str
    name: str
    title: str
    says: str
    family: Family
    unit: Literal["percentage", "wait", "count"]
    columns: tuple[tuple[str, str, Literal["count", "wait"]], ...]
    part: str = ""
    whole: str = ""
    value: str = ""
    better: Literal["higher", "lower", ""] = ""
    has_target: bool = False

    def value_of(self, figures: Figures) -> float | None:
        """The value of one month from the figures of its family; None where it cannot be said."""
        if self.value:
            return figures[self.value]
        part, whole = figures[self.part], figures[self.whole]
        if self.whole == "offered":
            whole = (figures["joined"] or 0) + (figures["refused"] or 0)
        return share_pct(None if part is None else int(part), None if whole is None else int(whole))


@dataclass(frozen=True, slots=True)
class MonthValue:
    """One month of a series. figures None: nothing was recorded, or it has not been counted yet."""

    month: date
    value: float | None
    figures: Figures | None
    step: Step
    counted: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A measure of a queue, month by month, oldest first; only full months, the last one the newest."""

    measure: MonthlyMeasure
    queue: ContactQueue
    months: tuple[MonthValue, ...]
    covered: tuple[tuple[datetime, datetime], ...]

    @property
    def not_counted(self) -> int:
        return sum(not month.counted for month in self.months)

    @property
    def missing_minutes(self) -> int:
        """How much of the months shown was not recorded."""
        return sum(month.step.missing_minutes for month in self.months)


def _with_offered(figures: Figures) -> Figures:
    if "joined" in figures and "refused" in figures:
        return {**figures, "offered": (figures["joined"] or 0) + (figures["refused"] or 0)}
    return figures


_COUNTS: tuple[tuple[str, str, Literal["count", "wait"]], ...] = (
    ("offered", gettext_noop("Offered"), "count"),
    ("answered", gettext_noop("Answered"), "count"),
)
MONTHLY: dict[str, MonthlyMeasure] = {
    measure.slug: measure
    for measure in (
        MonthlyMeasure(
            "answered-in-time",
            "pct_within_of_offered",
            gettext_noop("{queue} calls answered within {threshold}"),
            gettext_noop("{value} of calls offered were answered within {threshold}"),
            LINE,
            "percentage",
            (*_COUNTS, ("in_time", gettext_noop("In time"), "count")),
            part="in_time",
            whole="offered",
            better="higher",
            has_target=True,
        ),
        MonthlyMeasure(
            "end-to-end-wait",
            "end_to_end_median_s",
            gettext_noop("{queue}: median wait end to end"),
            gettext_noop(
                "half of those who reached a contact handler waited {value} or less, all legs added"
            ),
            WAY,
            "wait",
            (
                ("contacts", gettext_noop("Reached a handler"), "count"),
                ("mean_ms", gettext_noop("Average wait"), "wait"),
                ("p90_ms", gettext_noop("90th percentile"), "wait"),
            ),
            value="median_ms",
            better="lower",
        ),
        MonthlyMeasure(
            "average-wait",
            "asa_s",
            gettext_noop("{queue}: average speed of answer"),
            gettext_noop("those answered waited {value} on average in this queue"),
            LINE,
            "wait",
            (
                ("answered", gettext_noop("Answered"), "count"),
                ("median_ms", gettext_noop("Median wait"), "wait"),
                ("p90_ms", gettext_noop("90th percentile"), "wait"),
            ),
            value="mean_ms",
            better="lower",
        ),
        MonthlyMeasure(
            "gave-up",
            "abandonment_pct",
            gettext_noop("{queue} callers who gave up"),
            gettext_noop("{value} of those who joined the queue gave up"),
            LINE,
            "percentage",
            (("joined", gettext_noop("Joined"), "count"), ("gave_up", gettext_noop("Gave up"), "count")),
            part="gave_up",
            whole="joined",
            better="lower",
        ),
        MonthlyMeasure(
            "refused",
            "refused",
            gettext_noop("{queue} callers refused before the queue"),
            gettext_noop("{value} callers were refused before the queue"),
            LINE,
            "count",
            (("offered", gettext_noop("Offered"), "count"),),
            value="refused",
            better="lower",
        ),
        MonthlyMeasure(
            "lost-callers-who-came-back",
            "lost_caller_recovery_pct",
            gettext_noop("{queue}: lost callers who came back"),
            gettext_noop("{value} of those who gave up, and whose number is known, came back by any channel"),
            RECOVERY,
            "percentage",
            (
                ("gave_up", gettext_noop("Gave up"), "count"),
                ("known", gettext_noop("Number known"), "count"),
                ("back", gettext_noop("Came back"), "count"),
            ),
            part="back",
            whole="known",
        ),
        MonthlyMeasure(
            "repeat-contact",
            "repeat_contact_pct",
            gettext_noop("{queue}: repeat contact"),
            gettext_noop("{value} of contacts came from a number that had made contact before"),
            REPEATS,
            "percentage",
            (
                ("contacts", gettext_noop("Contacts"), "count"),
                ("known", gettext_noop("Number known"), "count"),
                ("repeats", gettext_noop("Repeats"), "count"),
            ),
            part="repeats",
            whole="known",
            better="lower",
        ),
        MonthlyMeasure(
            "online-share",
            "online_share_pct",
            gettext_noop("Contacts made online"),
            gettext_noop("{value} of all contacts were online reports or live chats"),
            CHANNELS,
            "percentage",
            (("contacts", gettext_noop("Contacts"), "count"), ("online", gettext_noop("Online"), "count")),
            part="online",
            whole="contacts",
        ),
    )
}


def full_months(
    queue: ContactQueue, now: datetime
) -> tuple[list[Step], tuple[tuple[datetime, datetime], ...]]:
    """Every full month from the first that the records cover to the last that has ended before `now`."""
    told = what_is_told(queue, _OLDEST, now)
    if not told.covered:
        return [], ()
    first = month_of(told.covered[0][0])
    last = min(add_months(month_of(now), -1), month_of(told.covered[-1][1]))
    if last < first:
        return [], told.covered
    period = Period.of_days(first, add_months(last, 1) - timedelta(days=1))
    steps = steps_of(period, GroupBy.MONTH, told.covered, now)
    while steps and steps[0].recorded < _FIRST_MONTH_RECORDED and len(steps) > 1:
        steps.pop(0)
    while steps and steps[-1].gap:
        steps.pop()
    return steps, told.covered


def series_of(
    measures: Sequence[MonthlyMeasure],
    queue: ContactQueue,
    now: datetime,
    *,
    inline: int | None = None,
) -> list[Series]:
    """The series of each measure, for one queue; about one query a family.

    What is not kept yet is counted here for the newest `inline` months of a family (None: as the family
    allows while somebody waits); older ones are not counted, and say so.
    """
    steps, covered = full_months(queue, now)
    months = [month_of(step.from_at) for step in steps]
    thresholds = {
        month: answer_within_s(queue.channel, step.from_at) for month, step in zip(months, steps, strict=True)
    }
    found: dict[str, Mapping[date, Figures]] = {}
    for family in {measure.family.name: measure.family for measure in measures}.values():
        found[family.name] = figures_by_month(family, queue, thresholds, inline)
    return [
        Series(
            measure,
            queue,
            tuple(
                _month_value(measure, month, step, found[measure.family.name])
                for month, step in zip(months, steps, strict=True)
            )[measure.family.warm_up :],
            covered,
        )
        for measure in measures
    ]


def figures_by_month(
    family: Family, queue: ContactQueue, thresholds: Mapping[date, float], inline: int | None
) -> dict[date, Figures]:
    """The figures of a family in the months of `thresholds` (seconds by month), kept or counted now.

    inline: how many months at most are counted now, the newest first; None as the family allows. A month
    that is neither is not in the answer.
    """
    kept = kept_months(family, queue)
    found: dict[date, Figures] = {}
    missing: list[tuple[date, float]] = []
    for month, threshold_s in thresholds.items():
        figures = kept.get((month, family.parameters(month, threshold_s)))
        if figures is None:
            missing.append((month, threshold_s))
        else:
            found[month] = figures
    allowed = family.inline if inline is None else inline
    now_counted = missing[-allowed:] if allowed else []
    if now_counted:
        found |= count_months(family=family, queue=queue, wanted=now_counted)
    return {month: _with_offered(figures) for month, figures in found.items()}


def _month_value(
    measure: MonthlyMeasure, month: date, step: Step, found: Mapping[date, Figures]
) -> MonthValue:
    figures = found.get(month)
    if step.gap or figures is None:
        return MonthValue(month, None, None, step, counted=step.gap)
    return MonthValue(month, measure.value_of(figures), figures, step, counted=True)
