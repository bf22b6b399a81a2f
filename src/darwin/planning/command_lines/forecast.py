"""`darwin plan forecast`: contacts of a queue by half-hour, with their uncertainty."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from darwin.planning.foretold import QueueForecast
    from darwin.science.forecasting import Range, Score

LONGEST_WEEKS = 53


@click.command(name="forecast")
@click.option("--queue", "slug", required=True, help="The queue's name: 101, bank.")
@click.option("--weeks", type=click.IntRange(1, LONGEST_WEEKS), default=4, show_default=True)
@click.option(
    "--interval",
    "percent",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    default=95,
    show_default=True,
    help="Per cent of counts that are to lie between the lower and the upper figure.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with every half-hour.")
def command(slug: str, weeks: int, percent: float, as_json: bool) -> None:
    """Contacts by half-hour, with their uncertainty, after the last whole day that was recorded."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.planning.foretold import forecast_queue

        told = forecast_queue(slug, 7 * weeks, part=percent / 100)
        text = json.dumps(told_as_json(told), ensure_ascii=False) if as_json else told_as_text(told)
    click.echo(text)


def told_as_json(told: QueueForecast) -> dict[str, Any]:
    """Everything, half-hours by the clock on the wall; an hour that comes twice is one with the sum."""
    shown = told.forecast
    return {
        "queue": told.queue.slug,
        "history": {
            "first_day": told.first_day.isoformat(),
            "last_day": told.last_day.isoformat(),
            "recorded_days": round(told.recorded_days, 2),
        },
        "interval": shown.part,
        "total": _range_as_json(shown.total()),
        "weeks": [
            {"first_day": shown.day(7 * n).isoformat(), **_range_as_json(week)}
            for n, week in enumerate(shown.by_week())
        ],
        "days": [
            {
                "day": shown.day(row).isoformat(),
                **_range_as_json(day),
                "half_hours": {
                    "mean": [round(value, 3) for value in shown.mean[row].tolist()],
                    "lower": [round(value) for value in shown.lower[row].tolist()],
                    "upper": [round(value) for value in shown.upper[row].tolist()],
                },
            }
            for row, day in enumerate(shown.by_day())
        ],
        "last_four_weeks": None if told.score is None else score_as_json(told.score),
    }


def told_as_text(told: QueueForecast) -> str:
    """A table of the days, the total, and how far off the last four weeks would have been."""
    shown = told.forecast
    lines = [
        f"{told.queue.label}: contacts expected, from {told.recorded_days:.4g} recorded days to "
        f"{told.last_day:%-d %b %Y}",
        f"{'day':<16}{'expected':>10}{'from':>8}{'to':>8}   busiest half-hour",
    ]
    for row, day in enumerate(shown.by_day()):
        slot = int(shown.mean[row].argmax())
        lines.append(
            f"{shown.day(row):%a %-d %b %Y}".ljust(16)
            + f"{day.mean:>10,.0f}{day.lower:>8,.0f}{day.upper:>8,.0f}   {slot // 2:02}:{slot % 2 * 30:02}, "
            f"{shown.mean[row, slot]:.1f}"
        )
    total = shown.total()
    lines += [
        f"{'all':<16}{total.mean:>10,.0f}{total.lower:>8,.0f}{total.upper:>8,.0f}",
        f"With {100 * shown.part:.3g}% certainty each count lies between its two figures.",
        _score_sentence(told.score),
    ]
    return "\n".join(lines)


def score_as_json(score: Score) -> dict[str, Any]:
    """The errors in percent, as the forecast's own class names them."""
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in asdict(score).items()
        if value == value  # no figure by day where no day was recorded whole
    }


def _range_as_json(found: Range) -> dict[str, float]:
    return {"mean": round(found.mean, 2), "lower": found.lower, "upper": found.upper}


def _score_sentence(score: Score | None) -> str:
    if score is None:
        return (
            "How far off it would have been is not known: too little is recorded before the last four weeks."
        )
    return (
        f"The last four weeks would have been {score.model_pct:.1f}% off by half-hour; chance alone makes it "
        f"{score.floor_pct:.1f}%, and the same half-hour of the week before is {score.naive_pct:.1f}% off."
    )
