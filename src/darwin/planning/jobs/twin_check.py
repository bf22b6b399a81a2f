"""The twin check: fit the twin to some weeks, let it say what the weeks after them were like."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from darwin.contact.models import ContactQueue
from darwin.contact.thresholds import answer_within_s
from darwin.deadlines import clock
from darwin.planning.foretold import fit_queue
from darwin.planning.jobs import Figures, Tell
from darwin.planning.models import Run
from darwin.planning.reading import public_holidays, queue_named, read_calls, read_history, whole_half_hours
from darwin.science.arrivals import HalfHours, TooLittle
from darwin.science.arrivals.at_work import at_work, longest_wrap_s, turnaround
from darwin.science.forecasting import forecast, learn
from darwin.science.twin_check import Check, as_json, check

REPLICATIONS = 200
WEEK = 7


def work_out(run: Run, tell: Tell) -> Figures:
    """See `darwin.planning.shown.twin_check` for what each figure is. Raises DarwinError."""
    tell("Fitting the twin and playing the weeks it has not seen", 0, 1)
    found, fitted = checked(
        queue_named(run.queue),
        int(run.inputs["fitted_weeks"]),
        int(run.inputs["predicted_weeks"]),
        REPLICATIONS,
        run.seed,
    )
    return {**as_json(found), "fitted": fitted}


def keep(run: Run, figures: Figures) -> None:
    """Nothing else follows from a check."""


def checked(
    queue: ContactQueue, fitted_weeks: int, predicted_weeks: int, replications: int, seed: int
) -> tuple[Check, dict[str, str]]:
    """The newest recorded weeks foretold from those before them, and which days the twin was fitted to.

    Contacts are those that a forecast made before the predicted weeks expected; handlers are those who were
    at work, since a what-if too says who is. Raises TooLittle.
    """
    history = read_history(queue)
    end = history.day(history.days)
    start = end - timedelta(days=WEEK * predicted_weeks)
    first = start - timedelta(days=WEEK * fitted_weeks)
    if first < history.first_day:
        raise TooLittle(
            f"Fitting on {fitted_weeks} weeks and predicting {predicted_weeks} needs "
            f"{WEEK * (fitted_weeks + predicted_weeks)} recorded days, and there are {history.days}. Choose "
            "fewer."
        )
    holidays = public_holidays(history.first_day, end)
    fitted = fit_queue(queue.slug, first, start)
    unseen = read_calls(queue, start, end)
    # How long a gap between two talks is a wrap-up is learned from the weeks that may be looked at.
    longest_s = longest_wrap_s(turnaround(read_calls(queue, first, start).calls))
    found = check(
        fitted,
        unseen.calls,
        start,
        _expected(history, start, holidays),
        at_work(unseen.calls, WEEK * predicted_weeks, fitted.wrap_mean_s, longest_s),
        threshold_s=answer_within_s(queue.channel, clock.now()),
        replications=replications,
        seed=seed,
    )
    last = start - timedelta(days=1)
    return found, {"from": first.isoformat(), "to": last.isoformat()}


def _expected(history: HalfHours, start: date, holidays: Mapping[date, str]) -> Any:
    """(days, 48): what a forecast made before `start` expects of the rest of the history."""
    seen = (start - history.first_day).days
    days = history.days - seen
    told = forecast(learn(history.between(0, seen), holidays), days, whole_half_hours(start, days))
    return told.mean
