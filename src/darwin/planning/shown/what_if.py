"""A what-if as its page shows it: first how well the twin reproduces the past, then the scenarios."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from darwin.planning import thresholds
from darwin.planning.forms.what_if import PRIORITIES, SHIFTS
from darwin.planning.models import Run
from darwin.planning.shown.measures import MEASURED, Measured
from darwin.theme import formats
from darwin.theme.charts import Column, Interval, IntervalChart, Result, Unit


def trust(figures: Mapping[str, Any]) -> list[tuple[bool, str]]:
    """How well the twin reproduces weeks that it was not fitted to."""
    check = figures.get("check")
    if not check:
        return [
            (True, _("How well the twin reproduces the past is not known:")),
            (False, _("too little is recorded to keep weeks back. Take what follows as a sketch.")),
        ]
    words = {
        "days": formats.count(check["days"]),
        "actual": formats.percentage(100 * check["actual"]["service_level"]),
        "twin": formats.percentage(100 * check["twin"]["service_level"]),
        "gave_up": formats.percentage(100 * check["actual"]["p_abandon"]),
        "twin_gave_up": formats.percentage(100 * check["twin"]["p_abandon"]),
        "wait": formats.wait_words(1000 * check["actual"]["mean_wait_all"]),
        "twin_wait": formats.wait_words(1000 * check["twin"]["mean_wait_all"]),
    }
    return [
        (
            True,
            _("On %(days)s days it was not fitted to, the twin said %(twin)s in time; it was %(actual)s.")
            % words,
        ),
        (
            False,
            _(
                "Gave up: %(twin_gave_up)s said, %(gave_up)s came. Mean wait: %(twin_wait)s said, "
                "%(wait)s came."
            )
            % words,
        ),
    ]


def sentence(figures: Mapping[str, Any]) -> list[tuple[bool, str]]:
    """Which scenario answers most in time, and how the others stand to today."""
    today = figures["scenarios"][0]
    worked = [one for one in figures["scenarios"][1:] if not one.get("refused")]
    if not worked:
        return [(True, _("No scenario could be simulated."))]
    better = [one for one in worked if _edge(one, -1) > 0]
    worse = [one for one in worked if _edge(one, 1) < 0]
    said = []
    if better:
        best = max(better, key=lambda one: float(one["measures"]["service_level"]["mean"]))
        words = {
            "name": best["name"],
            "to": formats.percentage(100 * best["measures"]["service_level"]["mean"]),
            "from": formats.percentage(100 * today["measures"]["service_level"]["mean"]),
        }
        said.append((True, _("“%(name)s” answers most in time: %(to)s against %(from)s today.") % words))
    else:
        said.append((True, _("No scenario answers more in time than today.")))
    counts = {"better": len(better), "worse": len(worse), "same": len(worked) - len(better) - len(worse)}
    said.append(
        (
            False,
            _("Better than today: %(better)s. Worse: %(worse)s. No difference can be told: %(same)s.")
            % counts,
        )
    )
    return said


def _edge(scenario: Mapping[str, Any], side: int) -> float:
    """The lower (-1) or upper (1) edge of a scenario's change in the share answered in time."""
    change = scenario["difference"]["service_level"]
    return float(change["mean"] + side * change["half_width"])


def results(figures: Mapping[str, Any]) -> list[Result]:
    """One chart for each measure, all scenarios on it, today's first."""
    worked = [scenario for scenario in figures["scenarios"] if not scenario.get("refused")]
    return [_result(measured, worked) for measured in MEASURED]


def _result(measured: Measured, scenarios: list[Mapping[str, Any]]) -> Result:
    kind = {Unit.PERCENTAGE: "percentage", Unit.WAIT: "wait"}[measured.unit]
    intervals, rows = [], []
    for scenario in scenarios:
        value, low, high = _edges(measured, scenario["measures"].get(measured.name))
        intervals.append(Interval(scenario["name"], value, low, high))
        rows.append({"name": scenario["name"], "value": value, "low": low, "high": high,
                     "change": _change(measured, scenario)})  # fmt: skip
    return Result(
        str(measured.title),
        str(measured.subtitle),
        [
            Column("name", _("Scenario")),
            Column("value", str(measured.title), kind, strong=True),  # type: ignore[arg-type]
            Column("low", _("at least"), kind),  # type: ignore[arg-type]
            Column("high", _("at most"), kind),  # type: ignore[arg-type]
            Column("change", _("Against today")),
        ],
        rows,
        IntervalChart(intervals, measured.unit),
    )


def _edges(
    measured: Measured, figure: Mapping[str, float] | None
) -> tuple[float | None, float | None, float | None]:
    """A value with its interval in the unit shown; a share or a wait never leaves what it can be."""
    if figure is None:
        return None, None, None
    mean, half = measured.scale * figure["mean"], measured.scale * figure["half_width"]
    most = 100.0 if measured.unit is Unit.PERCENTAGE else float("inf")
    return min(most, max(0.0, mean)), max(0.0, mean - half), min(most, mean + half)


def _change(measured: Measured, scenario: Mapping[str, Any]) -> str:
    figure = scenario.get("difference", {}).get(measured.name)
    if figure is None:
        return "–"
    mean, half = measured.scale * figure["mean"], measured.scale * figure["half_width"]
    if measured.unit is Unit.WAIT:
        words = {"mean": f"{mean / 1000:+.1f}", "half": f"{half / 1000:.1f}"}
        return _("%(mean)s s ± %(half)s") % words
    return _("%(mean)s points ± %(half)s") % {"mean": f"{mean:+.1f}", "half": f"{half:.1f}"}


def scenarios_told(figures: Mapping[str, Any], at: datetime) -> list[dict[str, Any]]:
    """Each scenario with its levers in words, its paid hours a week and their cost, or why it was refused."""
    return [
        {
            "name": scenario["name"],
            "levers": lever_words(scenario["levers"]),
            "refused": scenario.get("refused", ""),
            "hours": formats.count(round(scenario["paid_hours_week"]))
            if "paid_hours_week" in scenario
            else "",
            "pounds": f"£{round(thresholds.pounds(scenario['paid_hours_week'], at)):,}"
            if "paid_hours_week" in scenario
            else "",
        }
        for scenario in figures["scenarios"]
    ]


def lever_words(levers: Mapping[str, Any]) -> list[str]:
    """The levers of a scenario, one sentence each."""
    said = []
    if people := levers.get("people"):
        number = abs(people["more"])
        words = {"n": number, "from": f"{people['from']:02d}:00", "to": f"{people['to']:02d}:00"}
        more = people["more"] > 0
        if people["from"] == people["to"]:
            said.append(
                _("%(n)s people more at every hour") % words
                if more
                else _("%(n)s people fewer at every hour") % words
            )
        else:
            said.append(
                _("%(n)s people more from %(from)s to %(to)s") % words
                if more
                else _("%(n)s people fewer from %(from)s to %(to)s") % words
            )
    if shifts := levers.get("shifts"):
        said.append(_("Shifts: %(what)s") % {"what": dict(SHIFTS)[shifts]})
    if call_back := levers.get("call_back"):
        said.append(
            _("A call-back offered to who would wait %(s)s s, taken by %(share)s")
            % {
                "s": f"{call_back['after_s']:g}",
                "share": formats.percentage(100 * call_back["taken"], places=0),
            }
        )
    if online := levers.get("online"):
        said.append(
            _("%(share)s of callers moved online, %(n)s min of work each")
            % {"share": formats.percentage(100 * online["share"], places=0), "n": f"{online['minutes']:g}"}
        )
    if skill := levers.get("skill"):
        said.append(
            _("%(share)s of the handlers also take %(queue)s")
            % {"share": formats.percentage(100 * skill["share"], places=0), "queue": skill["queue"]}
        )
    if priority := levers.get("priority"):
        said.append(_("Priority: %(what)s") % {"what": dict(PRIORITIES)[priority]})
    return said or [_("as it is now")]


def made_with(run: Run) -> list[tuple[str, str]]:
    """What it rests on, beside who asked."""
    figures = run.result.figures
    fitted = figures["fitted"]
    return [
        (
            _("Fitted to"),
            " – ".join(formats.day(date.fromisoformat(fitted[edge])) for edge in ("from", "to")),
        ),
        (
            _("Simulated"),
            _("%(n)s times %(days)s days") % {"n": figures["replications"], "days": figures["days"]},
        ),
        (_("Intervals"), _("95%, the same callers in every scenario")),
    ]
