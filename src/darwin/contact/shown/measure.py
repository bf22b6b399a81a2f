"""A measure by month as its page shows it: the verdict, the control chart, the table, the notes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from darwin.contact.measures.monthly import MonthlyMeasure, MonthValue, Series
from darwin.contact.models import AnnotationKind, MeasureAnnotation
from darwin.contact.periods import Period, add_months
from darwin.contact.shown.changes import ShownChange, told_within
from darwin.contact.shown.reader import FigureColumn, Linked, Reader
from darwin.contact.thresholds import answer_target, answer_within
from darwin.deadlines import clock
from darwin.reference.values import ThresholdValue
from darwin.science.spc import FEW_VALUES, Phase, Point, Signal, Xmr, xmr
from darwin.theme import formats
from darwin.theme.charts import ControlChart, Rebase, Result, Unit

# What the rules say of a month that lies inside the limits, worst first.
_INSIDE = (
    Signal.RUN_ABOVE,
    Signal.RUN_BELOW,
    Signal.RISING,
    Signal.FALLING,
    Signal.NEAR_UPPER,
    Signal.NEAR_LOWER,
)


@dataclass(frozen=True, slots=True)
class MeasureShown:
    """A series with its control chart; `at` is the position of the month in question, None without months."""

    series: Series
    notes: Sequence[MeasureAnnotation]
    chart: Xmr
    rebases: tuple[Rebase, ...]
    at: int | None
    within: ThresholdValue
    target: ThresholdValue | None

    @property
    def measure(self) -> MonthlyMeasure:
        return self.series.measure

    @property
    def month(self) -> MonthValue | None:
        return None if self.at is None else self.series.months[self.at]

    @property
    def title(self) -> str:
        return title_of(self.series)

    @property
    def exceptional(self) -> bool:
        """The month in question lies outside its limits."""
        return self.at is not None and self.chart.points[self.at].exceptional


def measure_shown(
    series: Series, notes: Sequence[MeasureAnnotation], month: date | None, reader: Reader
) -> MeasureShown:
    """The series with its limits; `month` is the one in question, None the newest that has a value."""
    months = [value.month for value in series.months]
    rebases = tuple(
        Rebase(months.index(note.month), note.text)
        for note in notes
        if note.kind == AnnotationKind.REBASE and note.month in months
    )
    values = [_value(reader, series.measure, value) for value in series.months]
    percent = series.measure.unit == "percentage"
    rare = series.measure.unit == "count" and _rare(values)
    chart = (
        _without_limits(values)
        if rare
        else xmr(
            values,
            rebase_at=[rebase.position for rebase in rebases],
            floor=0,
            ceiling=100 if percent else None,
        )
    )
    at: int | None = None
    if month in months:
        at = months.index(month)
    elif month is None:
        at = next((place for place in reversed(range(len(values))) if values[place] is not None), None)
    moment = series.months[at].step.from_at if at is not None else clock.now()
    channel = series.queue.channel
    return MeasureShown(
        series,
        notes,
        chart,
        rebases,
        at,
        answer_within(channel, moment),
        answer_target(channel, moment) if series.measure.has_target else None,
    )


def _rare(values: Sequence[float | None]) -> bool:
    """True where most months have nought: the moving range then says nothing of what is usual."""
    known = [value for value in values if value is not None]
    return sum(value == 0 for value in known) * 2 > len(known)


def _without_limits(values: Sequence[float | None]) -> Xmr:
    known = sum(value is not None for value in values)
    points = tuple(Point(value, None) for value in values)
    return Xmr(points, (Phase(0, len(values), None, None, None, known),) if values else ())


def _value(reader: Reader, measure: MonthlyMeasure, month: MonthValue) -> float | None:
    """The value of a month, None where it would tell a hidden count or rests on too few."""
    figures = month.figures
    if month.value is None or figures is None:
        return None
    if measure.value:
        count = figures.get(measure.value) if measure.unit == "count" else None
        return (
            None
            if reader.published and count is not None and reader.number(int(count)) != count
            else month.value
        )
    part, whole = int(figures[measure.part] or 0), int(figures[measure.whole] or 0)
    if whole < formats.LEAST_FOR_A_SHARE or reader.hides(part, whole):
        return None
    return month.value


def title_of(series: Series) -> str:
    """What the measure is called, with its queue and the force's own threshold of today."""
    queue = series.queue
    within = answer_within(queue.channel, clock.now())
    return _(series.measure.title).format(queue=_short_name(queue.label), threshold=within)


def _filled(words: str, shown: "MeasureShown", **more: str) -> str:
    return words.format(queue=_short_name(shown.series.queue.label), threshold=shown.within, **more)


def _short_name(label: str) -> str:
    return label.split(",")[0]


def _unit(measure: MonthlyMeasure) -> Unit:
    return {"percentage": Unit.PERCENTAGE, "wait": Unit.WAIT, "count": Unit.COUNT}[measure.unit]


def written(shown: MeasureShown, value: float | None) -> str:
    """A value of the measure in words."""
    if value is None:
        return formats.count(None)
    if shown.measure.unit == "wait":
        return formats.wait_words(value)
    target = float(shown.target.value) if shown.target else None
    return _unit(shown.measure).written(value, target)


def verdict(shown: MeasureShown) -> list[tuple[bool, str]]:
    """What the chart says of the month in question, as (bold, sentence)."""
    if shown.at is None or shown.month is None:
        return [(True, _("No full month has been recorded yet, so there is no figure."))]
    point, phase = shown.chart.points[shown.at], shown.chart.phase_of(shown.at)
    month = _month_words(shown.month.month)
    if point.value is None:
        return [
            (True, _("%(month)s has no figure.") % {"month": month}),
            (False, _("It was not recorded, or rests on too few. That is not the same as nought.")),
        ]
    fact = _filled(_(shown.measure.says), shown, value=written(shown, point.value))
    if (phase.lower is None or phase.upper is None) and phase.values > 1:
        happened = sum(bool(value.value) for value in shown.series.months)
        words = {"n": happened, "all": phase.values, "fact": _capital(fact), "month": month}
        return [
            (True, _("%(month)s: %(fact)s.") % {**words, "fact": fact}),
            (False, _("It happened in %(n)s of %(all)s months: too rare for a usual range.") % words),
        ]
    if phase.lower is None or phase.upper is None:
        return [
            (True, _("%(month)s stands alone.") % {"month": month}),
            (False, _("%(fact)s. With one month there is no usual range yet.") % {"fact": _capital(fact)}),
        ]
    limits = {"lower": written(shown, phase.lower), "upper": written(shown, phase.upper)}
    said: list[tuple[bool, str]] = []
    inside = _("%(fact)s, inside the usual range of %(lower)s to %(upper)s.")
    if Signal.ABOVE_LIMIT in point.signals or Signal.BELOW_LIMIT in point.signals:
        outside = (
            _("%(fact)s, above the usual range of %(lower)s to %(upper)s.")
            if Signal.ABOVE_LIMIT in point.signals
            else _("%(fact)s, below the usual range of %(lower)s to %(upper)s.")
        )
        said.append((True, _("%(month)s was an exceptional month.") % {"month": month}))
        said.append((False, outside % {"fact": _capital(fact), **limits}))
    elif found := [signal for signal in _INSIDE if signal in point.signals]:
        said.append((True, _("%(month)s is part of a change.") % {"month": month}))
        said.append((False, inside % {"fact": _capital(fact), **limits}))
        said.append((False, _("But it is one of %(rule)s.") % {"rule": rule_words(found[0])}))
    else:
        said.append((True, _("%(month)s was an ordinary month.") % {"month": month}))
        said.append((False, inside % {"fact": _capital(fact), **limits}))
    said += _against_target(shown, phase)
    if phase.values < FEW_VALUES:
        said.append(
            (
                False,
                _("The range rests on %(n)s months only and will still move.") % {"n": phase.values},
            )
        )
    return said


def _against_target(shown: MeasureShown, phase: Phase) -> list[tuple[bool, str]]:
    if shown.target is None or phase.lower is None or phase.upper is None:
        return []
    target = float(shown.target.value)
    words = {"target": str(shown.target)}
    if phase.lower >= target:
        return [(True, _("The %(target)s target is met in every ordinary month.") % words)]
    if phase.upper < target:
        return [
            (True, _("The %(target)s target is out of reach:") % words),
            (False, _("as the line works now, no ordinary month meets it.")),
        ]
    return [
        (True, _("The %(target)s target cannot be relied on:") % words),
        (False, _("an ordinary month can land on either side of it.")),
    ]


def rule_words(signal: Signal) -> str:
    """A rule of the chart in words."""
    return {
        Signal.ABOVE_LIMIT: _("exceptional, above the limit"),
        Signal.BELOW_LIMIT: _("exceptional, below the limit"),
        Signal.RUN_ABOVE: _("seven or more in a row above the mean"),
        Signal.RUN_BELOW: _("seven or more in a row below the mean"),
        Signal.RISING: _("seven or more in a row rising"),
        Signal.FALLING: _("seven or more in a row falling"),
        Signal.NEAR_UPPER: _("two of three near the upper limit"),
        Signal.NEAR_LOWER: _("two of three near the lower limit"),
    }[signal]


def rules_say(shown: MeasureShown, position: int) -> str:
    """What the rules say of one month, for the table."""
    point = shown.chart.points[position]
    if not shown.series.months[position].counted:
        return _("not counted yet")
    if point.value is None:
        return _("no figure")
    if shown.chart.phase_of(position).upper is None:
        return _("no range yet")
    for signal in (Signal.ABOVE_LIMIT, Signal.BELOW_LIMIT, *_INSIDE):
        if signal in point.signals:
            return rule_words(signal)
    return _("ordinary")


def result(shown: MeasureShown, reader: Reader, changes: Sequence[ShownChange] = ()) -> Result:
    """The months as a control chart (oldest first), a table (newest first) and a CSV.

    changes: what is marked as changed on purpose.
    """
    measure = shown.measure
    target = float(shown.target.value) if shown.target else None
    chart = ControlChart(
        [value.month for value in shown.series.months],
        shown.chart,
        _unit(measure),
        target,
        [Rebase(rebase.position, _brief(rebase.reason)) for rebase in shown.rebases],
        shown.at,
        [change.mark() for change in changes],
    )
    rows = [_row(shown, reader, place) for place in reversed(range(len(shown.series.months)))]
    heads: list[FigureColumn] = [FigureColumn("month", _("Month"), "month")]
    heads += [FigureColumn(name, _(head), kind) for name, head, kind in measure.columns]
    if measure.slug == "answered-in-time":
        heads[-1] = replace(heads[-1], head=_("In %(s)s s") % {"s": f"{float(shown.within.value):g}"})
        heads.append(FigureColumn("of_answered", _("of answered"), "percentage", target))
    heads.append(FigureColumn("value", _value_head(measure), measure.unit, target, strong=True))
    heads.append(FigureColumn("rules", _("What the rules say")))
    if changes:
        heads.append(FigureColumn("changed", _("What was changed"), "words"))
        for row in rows:
            period = _period(row["month"])
            row["changed"] = told_within(changes, period.from_at, period.to_at)
    links = {}
    if measure.family.of_queue and reader.lists_calls:
        for place, row in enumerate(rows):
            links[place] = reader.entries(shown.series.queue.slug, _period(row["month"]))
    return Result(_chart_title(measure), _subtitle(shown), heads, rows, chart, links)


def _period(month: date) -> Period:
    return Period.of_days(month, add_months(month, 1) - timedelta(days=1))


def _brief(reason: str) -> str:
    """A reason as it fits beside the line of a rebase: its first sentence, or its first words."""
    first = reason.split(".")[0].split(":")[0]
    return first if len(first) <= 48 else first[:46].rsplit(" ", 1)[0] + "…"


def _row(shown: MeasureShown, reader: Reader, place: int) -> dict[str, Any]:
    month, measure = shown.series.months[place], shown.measure
    row: dict[str, Any] = {"month": month.month, "rules": rules_say(shown, place)}
    figures = month.figures
    if figures is None:
        return row
    period = _period(month.month)
    leads = {
        "answered": {"outcome": "answered"},
        "in_time": {"outcome": "answered", "within": f"{float(shown.within.value):g}"},
        "refused": {"outcome": "refused"},
        "joined": {},
        "offered": {},
    }
    for name, _head, kind in measure.columns:
        value = figures[name]
        if kind == "count":
            seen = reader.number(None if value is None else int(value))
            href = ""
            if name in leads and value:
                href = reader.entries(shown.series.queue.slug, period, **leads[name])
            elif name == "gave_up" and value:
                href = reader.entries(shown.series.queue.slug, period, outcome="abandoned")
            row[name] = Linked(seen, href) if href else seen
        else:
            row[name] = value
    if measure.slug == "answered-in-time":
        in_time, answered = int(figures["in_time"] or 0), int(figures["answered"] or 0)
        row["of_answered"] = reader.value(100 * in_time / answered if answered else None, in_time, answered)
    if measure.unit == "percentage":
        part, whole = int(figures[measure.part] or 0), int(figures[measure.whole] or 0)
        row["value"] = reader.value(month.value, part, whole)
    elif measure.unit == "count":
        row["value"] = reader.number(None if month.value is None else int(month.value))
    else:
        row["value"] = month.value
    return row


def _value_head(measure: MonthlyMeasure) -> str:
    return {
        "answered-in-time": _("of offered"),
        "end-to-end-wait": _("Median wait"),
        "average-wait": _("Average wait"),
        "gave-up": _("of those who joined"),
        "refused": _("Refused"),
        "lost-callers-who-came-back": _("of those known"),
        "repeat-contact": _("of those known"),
        "online-share": _("of contacts"),
    }[measure.slug]


def _chart_title(measure: MonthlyMeasure) -> str:
    return {
        "answered-in-time": _("Share of calls offered, each month"),
        "end-to-end-wait": _("Median wait end to end, each month"),
        "average-wait": _("Average wait of the answered, each month"),
        "gave-up": _("Share of those who joined the queue, each month"),
        "refused": _("Callers refused before the queue, each month"),
        "lost-callers-who-came-back": _("Share of those who gave up and whose number is known, each month"),
        "repeat-contact": _("Share of contacts whose number is known, each month"),
        "online-share": _("Share of all contacts, each month"),
    }[measure.slug]


def _subtitle(shown: MeasureShown) -> str:
    months = shown.series.months
    if not months:
        return ""
    return _("%(first)s to %(last)s, %(n)s full months") % {
        "first": formats.month(months[0].month),
        "last": formats.month(months[-1].month),
        "n": len(months),
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _month_words(month: date) -> str:
    names = (
        _("January"),
        _("February"),
        _("March"),
        _("April"),
        pgettext("whole month", "May"),
        _("June"),
        _("July"),
        _("August"),
        _("September"),
        _("October"),
        _("November"),
        _("December"),
    )
    return f"{names[month.month - 1]}{formats.NO_SPACE_BREAK}{month.year}"
