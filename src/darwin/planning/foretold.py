"""The forecast of a queue, what was fitted to its calls, and how far off the forecast would have been.

What the commands and the pages of planning share. Imports numpy: pages import this module inside a job.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from darwin.contact.models import ContactQueue
from darwin.planning.reading import (
    public_holidays,
    queue_named,
    read_calls,
    read_history,
    whole_half_hours,
)
from darwin.science.arrivals import Fitted, TooLittle, fit
from darwin.science.forecasting import LONGEST_DAYS, Backtest, Forecast, Score, backtest, forecast, learn
from darwin.science.forecasting.model import lacking

WEEK = 7
LAST_WEEKS = 4
PART = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class QueueForecast:
    """A queue's forecast. first_day, last_day: of the history. score: how far off the forecast of the last
    four weeks would have been, None where too little is recorded.
    """

    queue: ContactQueue
    first_day: date
    last_day: date
    recorded_days: float
    forecast: Forecast
    score: Score | None


@dataclass(frozen=True, slots=True, eq=False)
class QueueBacktest:
    """Forecasts of a queue from moments of its past, beside what came."""

    queue: ContactQueue
    first_day: date
    last_day: date
    weeks: int
    backtest: Backtest


def forecast_queue(slug: str, days: int, *, part: float = PART) -> QueueForecast:
    """The `days` days after the last whole recorded day of a queue; 1 to LONGEST_DAYS.

    Raises NoSuchQueue, NothingRecorded and TooLittle, each in a sentence.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"a forecast is of 1 to {LONGEST_DAYS} days")
    queue = queue_named(slug)
    history = read_history(queue)
    known = public_holidays(history.first_day, history.day(history.days + days))
    told = forecast(learn(history, known), days, whole_half_hours(history.day(history.days), days), part=part)
    score = None
    before = history.days - LAST_WEEKS * WEEK
    if before > 0 and not lacking(history.between(0, before), known):
        score = backtest(history, known, weeks=LAST_WEEKS, origins=1, part=part).overall
    return QueueForecast(
        queue,
        history.first_day,
        history.day(history.days - 1),
        float(history.recorded.sum()) / 48,
        told,
        score,
    )


def backtest_queue(slug: str, *, weeks: int = LAST_WEEKS, origins: int = 8) -> QueueBacktest:
    """Forecasts of `weeks` weeks from up to `origins` moments of a queue's past. Raises as forecast_queue."""
    queue = queue_named(slug)
    history = read_history(queue)
    known = public_holidays(history.first_day, history.day(history.days))
    return QueueBacktest(
        queue,
        history.first_day,
        history.day(history.days - 1),
        weeks,
        backtest(history, known, weeks=weeks, origins=origins),
    )


def fit_queue(slug: str, first: date, end: date) -> Fitted:
    """What the calls of the local days from `first` up to, not including, `end` show.

    Raises NoSuchQueue, NothingRecorded and TooLittle, each in a sentence.
    """
    queue = queue_named(slug)
    if not first < end:
        raise TooLittle(f"The period ends on {end:%-d %B %Y}, not after it begins on {first:%-d %B %Y}.")
    read = read_calls(queue, first, end)
    holidays = frozenset(public_holidays(first, end - timedelta(days=1)))
    return fit(read.calls, first, read.recorded, holidays, (queue.slug,))
