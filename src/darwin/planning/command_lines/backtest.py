"""`darwin plan backtest`: how far off the forecast and the twin would have been."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from darwin.planning.command_lines.forecast import score_as_json

if TYPE_CHECKING:
    from darwin.planning.foretold import QueueBacktest
    from darwin.planning.twin_checks import QueueCheck
    from darwin.science.forecasting import Score
    from darwin.science.twin_check import Figures


@click.command(name="backtest")
@click.option("--queue", "slug", required=True, help="The queue's name: 101, bank.")
@click.option("--weeks", type=click.IntRange(1, 26), default=4, show_default=True, help="Foretold each time.")
@click.option(
    "--origins", type=click.IntRange(1, 50), default=8, show_default=True, help="How often it is foretold."
)
@click.option(
    "--twin-weeks", type=click.IntRange(1, 4), default=1, show_default=True, help="Last weeks for the twin."
)
@click.option("--replications", type=click.IntRange(20, 1000), default=200, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    slug: str, weeks: int, origins: int, twin_weeks: int, replications: int, seed: int, as_json: bool
) -> None:
    """How far off the forecast and the twin would have been, on weeks they had not seen."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.planning.foretold import backtest_queue
        from darwin.planning.twin_checks import check_queue
        from darwin.science.arrivals import TooLittle

        told = backtest_queue(slug, weeks=weeks, origins=origins)
        try:
            checked, why_not = check_queue(slug, weeks=twin_weeks, replications=replications, seed=seed), ""
        except TooLittle as refused:
            checked, why_not = None, str(refused)
    if as_json:
        click.echo(json.dumps(tested_as_json(told, checked, why_not), ensure_ascii=False))
    else:
        click.echo("\n".join([*forecast_lines(told), "", *twin_lines(checked, why_not)]))


def tested_as_json(told: QueueBacktest, checked: QueueCheck | None, why_not: str) -> dict[str, Any]:
    """Both tests; `twin` null with the reason where there was too little to fit on."""
    from darwin.science.twin_check import as_json

    return {
        "queue": told.queue.slug,
        "history": {"first_day": told.first_day.isoformat(), "last_day": told.last_day.isoformat()},
        "forecast": {
            "weeks": told.weeks,
            "origins": [origin.isoformat() for origin in told.backtest.origins],
            "by_week": [score_as_json(score) for score in told.backtest.by_week],
            "overall": score_as_json(told.backtest.overall),
        },
        "twin": None
        if checked is None
        else {
            "fitted_to": {
                "first_day": checked.fitted.first_day.isoformat(),
                "recorded_days": checked.fitted.recorded_days,
            },
            "handlers_factor": checked.factor,
            **as_json(checked.check),
        },
        "twin_not_checked": why_not,
    }


def forecast_lines(told: QueueBacktest) -> list[str]:
    """The forecast's errors, a line for each week ahead."""
    found = told.backtest
    lines = [
        f"{told.queue.label}: forecasts from {len(found.origins)} moments between "
        f"{found.origins[0]:%-d %b %Y} and {found.origins[-1]:%-d %b %Y}; errors in % of what came",
        f"{'':<14}{'by half-hour':>26}{'':>8}{'by day':>18}{'in the 90% interval':>26}",
        f"{'week ahead':<14}{'forecast':>10}{'chance':>8}{'naive':>8}{'':>8}{'forecast':>10}{'naive':>8}"
        f"{'half-hours':>15}{'days':>11}",
    ]
    weeks = [_score_line(str(n), score) for n, score in enumerate(found.by_week, 1)]
    return [*lines, *weeks, _score_line("all", found.overall)]


def twin_lines(checked: QueueCheck | None, why_not: str) -> list[str]:
    """The twin's days beside what came and the formulas."""
    if checked is None:
        return [f"The twin was not checked. {why_not}"]
    found = checked.check
    lines = [
        f"The twin, fitted to {checked.fitted.recorded_days:.4g} recorded days, foretells the days "
        "after them, "
        f"with the handlers counted times {checked.factor:.2f}",
        f"answered within {found.threshold_s:g} s, gave up, mean wait of all",
        f"{'day':<16}{'came':>20}{'twin':>20}{'Erlang A':>20}{'Erlang C':>20}",
    ]
    lines += [
        f"{day.day:%a %-d %b %Y}".ljust(16)
        + "".join(_figures(each) for each in (day.actual, day.twin, day.erlang_a, day.erlang_c))
        for day in found.days
    ]
    called = {"service_level": "the level", "p_abandon": "giving up", "mean_wait_all": "the wait"}
    return lines + [
        f"{found.inside(name)} of {len(found.days)} days lie in the twin's interval of {words}."
        for name, words in called.items()
    ]


def _score_line(name: str, score: Score) -> str:
    return (
        f"{name:<14}{score.model_pct:>10.1f}{score.floor_pct:>8.1f}{score.naive_pct:>8.1f}{'':>8}"
        f"{score.model_by_day_pct:>10.1f}{score.naive_by_day_pct:>8.1f}{score.inside_pct:>14.1f}%"
        f"{score.days_inside_pct:>10.1f}%"
    )


def _figures(found: Figures) -> str:
    wait = "no end" if found.mean_wait_all == float("inf") else f"{found.mean_wait_all:,.0f} s"
    return f"{100 * found.service_level:.1f}% {100 * found.p_abandon:.1f}% {wait}".rjust(20)
