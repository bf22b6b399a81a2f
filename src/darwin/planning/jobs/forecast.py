"""The forecast of a queue by half-hour, with the handlers needed, and how far off it would have been."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from darwin.contact.models import ContactQueue
from darwin.contact.thresholds import answer_target, answer_within_s
from darwin.deadlines import clock
from darwin.planning.jobs import Figures, Tell
from darwin.planning.models import Run
from darwin.planning.reading import public_holidays, queue_named, read_calls, read_history, whole_half_hours
from darwin.science.arrivals import HalfHours, TooLittle, fit
from darwin.science.arrivals.arrays import Floats
from darwin.science.forecasting import Forecast, backtest, forecast, learn
from darwin.science.queueing import required_servers

LEVEL = 0.9
LAST_WEEKS = 4
# Handling time and patience of the last weeks: long enough to be sure, short enough to be today's.
SERVICE_WEEKS = 8
HALF_HOUR_S = 1_800.0


def work_out(run: Run, tell: Tell) -> Figures:
    """See `darwin.planning.shown.forecast` for what each figure is. Raises DarwinError."""
    queue = queue_named(run.queue)
    days = 7 * int(run.inputs["weeks"])
    tell("Reading what was recorded", 0, 4)
    history = read_history(queue)
    end = history.day(history.days)
    holidays = public_holidays(history.first_day, end + timedelta(days=days))
    tell("Learning when people make contact", 1, 4)
    told = forecast(learn(history, holidays), days, whole_half_hours(end, days), part=LEVEL)
    tell("Looking how far off the last four weeks would have been", 2, 4)
    error = last_weeks(history, holidays)
    tell("Working out how many handlers it takes", 3, 4)
    aht_s, patience_s = service_of(queue, end, holidays)
    now = clock.now()
    share = float(answer_target(queue.channel, now).value) / 100
    within_s = answer_within_s(queue.channel, now)
    needed = handlers_needed(told.mean, aht_s, patience_s, share, within_s)
    total = told.total()
    return {
        "level": LEVEL,
        "model": "profile of the week with a level that is followed from day to day",
        "days": _days(told, needed),
        "total": {"mean": total.mean, "low": total.lower, "high": total.upper},
        "fitted": {
            "from": history.first_day.isoformat(),
            "to": history.day(history.days - 1).isoformat(),
        },
        "service": {"aht_s": aht_s, "patience_s": patience_s},
        "target": {"share": share, "within_s": within_s},
        "error": error,
    }


def keep(run: Run, figures: Figures) -> None:
    """Nothing else follows from a forecast."""


def _days(told: Forecast, needed: Any) -> list[dict[str, Any]]:
    return [
        {
            "day": told.day(row).isoformat(),
            "mean": whole.mean,
            "low": whole.lower,
            "high": whole.upper,
            "half_hours": {
                "mean": _rounded(told.mean[row]),
                "low": _rounded(told.lower[row]),
                "high": _rounded(told.upper[row]),
                "needed": [int(one) for one in needed[row]],
            },
        }
        for row, whole in enumerate(told.by_day())
    ]


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 2) for value in values]


def last_weeks(history: HalfHours, holidays: Mapping[date, str]) -> dict[str, Any] | None:
    """The forecast of four weeks ago beside what came; None where too little was known then."""
    start = history.days - 7 * LAST_WEEKS
    try:
        score = backtest(history, holidays, weeks=LAST_WEEKS, origins=1, part=LEVEL).overall
        then = learn(history.between(0, start), holidays)
    except (TooLittle, ValueError):
        return None
    after = history.between(start, history.days)
    told = forecast(then, 7 * LAST_WEEKS, after.recorded, part=LEVEL)
    return {
        "error": score.model_pct / 100,
        "floor": score.floor_pct / 100,
        "naive": score.naive_pct / 100,
        "days": [
            {
                "day": told.day(row).isoformat(),
                "mean": whole.mean,
                "low": whole.lower,
                "high": whole.upper,
                # A day of which a part was not recorded has no count to compare with.
                "actual": int(after.counts[row].sum()) if (after.recorded[row] >= 1).all() else None,
            }
            for row, whole in enumerate(told.by_day())
        ],
    }


def service_of(queue: ContactQueue, end: date, holidays: Mapping[date, str]) -> tuple[float, float | None]:
    """Seconds that a contact takes a handler, and that callers would wait, in the last recorded weeks."""
    read = read_calls(queue, end - timedelta(weeks=SERVICE_WEEKS), end)
    try:
        fitted = fit(read.calls, read.first_day, read.recorded, frozenset(holidays), (queue.slug,))
    except TooLittle as refusal:
        # Where hardly anybody gives up, patience is not known and not needed; talk still is.
        talk = read.calls.talk_s[read.calls.answered & np.isfinite(read.calls.talk_s)]
        if not len(talk):
            raise refusal from None
        return float(talk.mean()), None
    patience_s = float(fitted.types[0].patience.exponential_mean_s)
    aht_s = fitted.types[0].talk.mean_s + fitted.wrap_mean_s
    return aht_s, patience_s if np.isfinite(patience_s) else None


def handlers_needed(
    mean: Floats, aht_s: float, patience_s: float | None, share: float, within_s: float
) -> list[list[int]]:
    """(days, 48): the fewest handlers with whom the target is met in each half-hour, by Erlang A.

    What comes in a half-hour is planned for its mean: the band says how far it may be off.
    """
    known: dict[float, int] = {0.0: 0}
    found = []
    for day in mean:
        row = []
        for contacts in day:
            # Half-hours of the same hundredth of a contact need the same.
            key = round(float(contacts), 2)
            if key not in known:
                known[key] = required_servers(key / HALF_HOUR_S, aht_s, share, within_s, patience_s)
            row.append(known[key])
        found.append(row)
    return found
