"""The twin check as its page shows it: predicted against actual on days it was not fitted to."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from darwin.planning.shown.measures import MEASURED, Measured
from darwin.theme import formats
from darwin.theme.charts import BandChart, Column, Result, Unit

# What the record can tell by day; how busy handlers were it cannot.
CHECKED = MEASURED[:3]
MODELS = ("twin", "erlang_a", "erlang_c")


def model_name(model: str) -> str:
    """What a model is called on the page."""
    return {"twin": _("the twin"), "erlang_a": _("Erlang A"), "erlang_c": _("Erlang C")}[model]


def sentence(figures: Mapping[str, Any]) -> list[tuple[bool, str]]:
    """How far off the twin was, and whether the simple formulas were nearer."""
    misses = figures["misses"]
    inside = figures["inside"]["service_level"]
    said = [
        (
            True,
            _("The twin missed the share answered in time by %(n)s points a day.")
            % {"n": f"{100 * misses['twin']['service_level']:.1f}"},
        ),
        (
            False,
            _("Erlang A missed it by %(a)s and Erlang C by %(c)s points.")
            % {
                "a": f"{100 * misses['erlang_a']['service_level']:.1f}",
                "c": f"{100 * misses['erlang_c']['service_level']:.1f}",
            },
        ),
        (
            False,
            _("%(n)s of %(m)s days lie in the interval that the twin gave.")
            % {"n": inside["in"], "m": inside["of"]},
        ),
    ]
    if min(misses, key=lambda model: misses[model]["service_level"]) != "twin":
        said.append((True, _("Here a formula was nearer than the twin.")))
    return said


def results(figures: Mapping[str, Any]) -> list[Result]:
    """By day, for each measure: the twin's interval, what came, and the formulas."""
    return [_result(measured, figures["days"]) for measured in CHECKED]


def _result(measured: Measured, days: list[Mapping[str, Any]]) -> Result:
    kind = {Unit.PERCENTAGE: "percentage", Unit.WAIT: "wait"}[measured.unit]
    rows = [_row(measured, day) for day in days]
    return Result(
        str(measured.title),
        _("%(what)s, by day; the band holds 95%% of the days that the twin played")
        % {"what": measured.subtitle},
        [
            Column("day", _("Day"), "day"),
            Column("actual", _("Came"), kind, strong=True),  # type: ignore[arg-type]
            Column("twin", _("Twin"), kind),  # type: ignore[arg-type]
            Column("low", _("at least"), kind),  # type: ignore[arg-type]
            Column("high", _("at most"), kind),  # type: ignore[arg-type]
            Column("erlang_a", _("Erlang A"), kind),  # type: ignore[arg-type]
            Column("erlang_c", _("Erlang C"), kind),  # type: ignore[arg-type]
        ],
        rows,
        BandChart(
            [f"{row['day'].day} {formats.months()[row['day'].month - 1]}" for row in rows],
            [row["twin"] for row in rows],
            measured.unit,
            _("predicted"),
            [row["low"] for row in rows],
            [row["high"] for row in rows],
            [row["actual"] for row in rows],
            _("came"),
        ),
    )


def _row(measured: Measured, day: Mapping[str, Any]) -> dict[str, Any]:
    def scaled(value: float | None) -> float | None:
        if value is None:
            return None
        return max(0.0, min(measured.scale * value, 100.0 if measured.unit is Unit.PERCENTAGE else 1e12))

    twin = day["twin"][measured.name]
    return {
        "day": date.fromisoformat(day["day"]),
        "actual": scaled(day["actual"].get(measured.name)),
        "twin": scaled(twin["mean"]),
        "low": scaled(twin["lower"]),
        "high": scaled(twin["upper"]),
        "erlang_a": scaled(day["erlang_a"].get(measured.name)),
        "erlang_c": scaled(day["erlang_c"].get(measured.name)),
    }


def misses(figures: Mapping[str, Any]) -> Result:
    """Each model's mean miss a day, for each measure, side by side."""
    rows = []
    for measured in CHECKED:
        row: dict[str, Any] = {"what": measured.title}
        for model in MODELS:
            value = figures["misses"][model][measured.name]
            row[model] = (
                "–"
                if value is None
                else formats.wait_words(1000 * value)
                if measured.unit is Unit.WAIT
                else _("%(n)s points") % {"n": f"{100 * value:.1f}"}
            )
        rows.append(row)
    return Result(
        _("How far off each was"),
        _("The mean over the days of the miss, whichever way"),
        [Column("what", _("Measure")), *(Column(model, model_name(model)) for model in MODELS)],
        rows,
    )
