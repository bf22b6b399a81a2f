"""The twin held against a queue's own past: fitted to some weeks, it foretells those that followed.

Imports numba with the twin: for commands and the worker's jobs alone.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from darwin.contact.models import ContactQueue
from darwin.contact.periods import midnight
from darwin.contact.thresholds import answer_within_s
from darwin.planning.reading import QueueCalls, public_holidays, queue_named, read_calls, read_history
from darwin.science.arrivals import Fitted, HalfHours, TooLittle, fit
from darwin.science.arrivals.at_work import at_work
from darwin.science.forecasting import forecast, learn
from darwin.science.twin_check import Check, check, days_from, tune

WEEK = 7
# Talk, patience and staffing of half a year ago tell little of next week.
LONGEST_FIT_DAYS = 182


@dataclass(frozen=True, slots=True, eq=False)
class QueueCheck:
    """fitted: to the days before `first_day`. factor: by which the handlers counted were multiplied, as the
    fitted days asked for. check: of the days from first_day, contacts as forecast, handlers as counted."""

    queue: ContactQueue
    first_day: date
    fitted: Fitted
    factor: float
    check: Check


def check_queue(slug: str, *, weeks: int = 1, replications: int = 200, seed: int = 1) -> QueueCheck:
    """Foretell the last `weeks` recorded weeks of a queue from those before.

    Raises NoSuchQueue, NothingRecorded and TooLittle, each in a sentence.
    """
    queue = queue_named(slug)
    history = read_history(queue)
    tested = weeks * WEEK
    learnt = min(LONGEST_FIT_DAYS, history.days - tested)
    if learnt <= 0:
        raise TooLittle(
            f"A check of the twin sets {weeks} weeks aside, and the whole record is {history.days} days."
        )
    first = history.day(history.days - tested - learnt)
    read = read_calls(queue, first, history.day(history.days))
    return check_days(
        read, learnt, history.between(0, history.days - tested), replications=replications, seed=seed
    )


def check_days(
    read: QueueCalls, learnt: int, past: HalfHours, *, replications: int = 200, seed: int = 1
) -> QueueCheck:
    """The same on calls that were read: fit the first `learnt` days of them and foretell the others.

    past: the history up to the first day foretold, which may be longer than what is fitted.
    """
    days = len(read.recorded)
    first_day = read.first_day + timedelta(days=learnt)
    threshold_s = answer_within_s(read.queue.channel, midnight(first_day))
    holidays = public_holidays(past.first_day, read.first_day + timedelta(days=days))
    before = read.calls.where(read.calls.day < learnt)
    recorded = read.recorded[:learnt]
    fitted = fit(before, read.first_day, recorded, frozenset(holidays), (read.queue.slug,))
    factor = tune(fitted, before, recorded, threshold_s=threshold_s, seed=seed)
    told = forecast(learn(past, holidays), days - learnt, read.recorded[learnt:])
    there = at_work(read.calls, days, fitted.wrap_mean_s, fitted.longest_wrap_s)[learnt:]
    day_cv = float(np.sqrt(np.maximum(0.0, np.square(told.rate_cv[:, 0]).mean())))
    return QueueCheck(
        read.queue,
        first_day,
        fitted,
        factor,
        check(
            fitted,
            days_from(read.calls, learnt),
            first_day,
            told.mean[None],
            factor * there,
            threshold_s=threshold_s,
            day_cv=day_cv,
            replications=replications,
            seed=seed,
        ),
    )
