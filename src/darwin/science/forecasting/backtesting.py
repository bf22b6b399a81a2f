"""What the forecast would have been off, made again and again from a past that had not seen what it foretold.

Rolling origin: R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice, 3rd ed. 2021,
section 5.10.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from darwin.science.arrivals.half_hours import HalfHours
from darwin.science.arrivals.refused import TooLittle
from darwin.science.forecasting.model import LEAST_DAYS, Model, forecast, lacking, learn
from darwin.science.forecasting.scoring import Judged, Score, joined, naive

WEEK = 7


@dataclass(frozen=True, slots=True)
class Backtest:
    """by_week: the score of the first week after each origin, of the second and so on. origins: their dates,
    the first day that was foretold each time."""

    origins: tuple[date, ...]
    by_week: tuple[Score, ...]
    overall: Score


def backtest(
    history: HalfHours,
    holidays: Mapping[date, str],
    *,
    weeks: int = 4,
    origins: int = 8,
    part: float = 0.9,
) -> Backtest:
    """Forecast `weeks` weeks from up to `origins` moments, evenly apart, the last so that all weeks are
    known.

    Each forecast has seen nothing after its origin. Raises TooLittle where not even one origin leaves
    LEAST_DAYS before and `weeks` after.
    """
    last = history.days - weeks * WEEK
    enough = [start for start in range(1, last + 1) if not lacking(history.between(0, start), holidays)]
    if not enough:
        lack = lacking(history.between(0, last), holidays) if last > 0 else ""
        raise TooLittle(
            f"A backtest sets {weeks} weeks aside, and what is left of {history.days} days is too little. "
            f"{lack or f'A forecast needs {LEAST_DAYS} recorded days.'} Choose fewer "
            "weeks or a longer period."
        )
    # Where there is a long past, the forecasts have at least a third of it to learn from.
    earliest = max(enough[0], last // 3)
    starts = np.unique(np.linspace(last, earliest, origins).astype(int))
    judged: list[list[Judged]] = [[] for _ in range(weeks)]
    model: Model | None = None
    for start in starts:
        seen = history.between(0, int(start))
        model = learn(seen, holidays, model.spreads if model else None)
        for week, part_judged in enumerate(_judge(model, history, holidays, int(start), weeks, part)):
            judged[week].append(part_judged)
    return Backtest(
        origins=tuple(history.day(int(start)) for start in starts),
        by_week=tuple(joined(each).score() for each in judged),
        overall=joined([one for each in judged for one in each]).score(),
    )


def _judge(
    model: Model, history: HalfHours, holidays: Mapping[date, str], start: int, weeks: int, part: float
) -> list[Judged]:
    days = weeks * WEEK
    after = history.between(start, start + days)
    told = forecast(model, days, after.recorded, part=part)
    simple = naive(model.history, days, frozenset(holidays))
    by_day = told.by_day()
    day_lower = np.array([each.lower for each in by_day])
    day_upper = np.array([each.upper for each in by_day])
    found = []
    for week in range(weeks):
        rows = slice(week * WEEK, (week + 1) * WEEK)
        found.append(
            Judged(
                actual=after.counts[rows].astype(float),
                mean=told.mean[rows],
                naive=simple[rows],
                lower=told.lower[rows],
                upper=told.upper[rows],
                day_lower=day_lower[rows],
                day_upper=day_upper[rows],
                known=after.recorded[rows] == 1,
                part=part,
            )
        )
    return found
