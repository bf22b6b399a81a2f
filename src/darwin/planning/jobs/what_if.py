"""A what-if: today and up to six scenarios through the twin, with the same callers; how far to trust it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy.special import stdtrit

from darwin.contact.models import ContactQueue
from darwin.contact.thresholds import answer_target, answer_within_s
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.planning import thresholds
from darwin.planning.jobs import Figures, Tell
from darwin.planning.jobs.levers import handler_hours, joined, moved
from darwin.planning.jobs.twin_check import checked
from darwin.planning.models import Run
from darwin.planning.reading import public_holidays, queue_named, read_calls, read_history
from darwin.planning.shown.measures import MEASURED
from darwin.science.arrivals import TooLittle, fit, scenario_text
from darwin.science.twin.model import Scenario
from darwin.science.twin.run import MEASURES, Result, ratio, simulate
from darwin.science.twin.scenario import read_scenario
from darwin.science.twin.state import COUNTS
from darwin.science.twin_check import tune

DAYS, REPLICATIONS = 28, 30
CHECK_WEEKS, CHECK_REPLICATIONS = 2, 60
CONFIDENCE = 0.95
WEEK = 7


@dataclass(frozen=True, slots=True)
class Greeting:
    """What every caller hears before the twin's waiting begins. share: of callers, who hang up in it.

    The record counts them, and so do the force's figures; the twin does not. What is shown counts them too,
    as `darwin.science.twin_check` does, so that it can be held against what came.
    """

    seconds: float
    share: float

    def share_kept(self, measure: str) -> float:
        """By how much a figure of those who heard the greeting out weighs in that of all."""
        return 1.0 if measure == "occupancy" else 1 - self.share

    def of_all(self, measure: str, figure: float) -> float:
        """A figure of those who heard the greeting out, of all callers."""
        kept = self.share_kept(measure) * figure
        if measure == "p_abandon":
            return kept + self.share
        if measure == "mean_wait_all":
            # Who hangs up in it does so, as far as can be told, halfway.
            return kept + self.seconds * (1 - self.share) + self.seconds * self.share / 2
        return kept


def work_out(run: Run, tell: Tell) -> Figures:
    """See `darwin.planning.shown.what_if` for what each figure is. Raises DarwinError."""
    asked: Sequence[Mapping[str, Any]] = run.inputs["scenarios"]
    queue, weeks = queue_named(run.queue), int(run.inputs["weeks"])
    steps = len(asked) + 3
    tell("Looking how well the twin reproduces weeks it was not fitted to", 0, steps)
    check = _check(queue, weeks, run.seed)
    tell("Fitting the twin to the record", 1, steps)
    base, greeting, fitted = _base(queue, weeks, asked, run.seed)
    tell("Simulating today", 2, steps)
    today = simulate(base, replications=REPLICATIONS, seed=run.seed, threads=1)
    scenarios = [{"name": "Today", "levers": {}, **_told(base, greeting, today, None)}]
    for position, one in enumerate(asked):
        tell(f"Simulating “{one['name']}”", 3 + position, steps)
        scenarios.append(_simulated(queue, base, greeting, today, one, run.seed))
    return {
        "check": check,
        "fitted": fitted,
        "replications": REPLICATIONS,
        "days": DAYS,
        "scenarios": scenarios,
    }


def keep(run: Run, figures: Figures) -> None:
    """Nothing else follows from a what-if."""


def _check(queue: ContactQueue, weeks: int, seed: int) -> dict[str, Any] | None:
    """What came and what the twin said, over all days together; None where too little is recorded."""
    try:
        found, _fitted = checked(queue, weeks, CHECK_WEEKS, CHECK_REPLICATIONS, seed)
    except TooLittle:
        return None
    told: dict[str, Any] = {"days": len(found.days)}
    for side in ("actual", "twin"):
        days = [getattr(day, side) for day in found.days]
        weights = [day.contacts for day in days]
        told[side] = {
            name: float(np.average([getattr(day, name) for day in days], weights=weights))
            for name in ("service_level", "p_abandon", "mean_wait_all")
        }
    return told


def _base(
    queue: ContactQueue, weeks: int, asked: Sequence[Mapping[str, Any]], seed: int
) -> tuple[Scenario, Greeting, dict[str, str]]:
    """Today: the queue, and beside it each queue that a new skill names, as the record shows them."""
    others = {one["levers"]["skill"]["queue"] for one in asked if "skill" in one["levers"]} - {queue.slug}
    history = read_history(queue)
    end = history.day(history.days)
    first = max(history.first_day, end - timedelta(days=WEEK * weeks))
    queues = [queue, *(queue_named(slug) for slug in sorted(others))]
    parts = [_fitted(one, first, end, seed) for one in queues]
    base = joined([scenario for scenario, _greeting in parts])
    return base, parts[0][1], {"from": first.isoformat(), "to": (end - timedelta(days=1)).isoformat()}


def _fitted(queue: ContactQueue, first: date, end: date, seed: int) -> tuple[Scenario, Greeting]:
    """One queue as it was in these days, its handlers counted as the twin has to have them."""
    within_s = answer_within_s(queue.channel, clock.now())
    read = read_calls(queue, first, end)
    holidays = frozenset(public_holidays(first, end))
    fitted = fit(read.calls, first, read.recorded, holidays, (queue.slug,))
    factor = tune(fitted, read.calls, read.recorded, threshold_s=within_s, seed=seed)
    text = scenario_text(fitted, days=DAYS, threshold_s=within_s, handlers=factor * fitted.handlers)
    greeting = Greeting(fitted.greeting_s, fitted.types[0].in_greeting)
    return read_scenario(text, name=queue.slug), greeting


def _simulated(
    queue: ContactQueue,
    base: Scenario,
    greeting: Greeting,
    today: Result,
    one: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """A scenario beside today, or why it cannot be simulated."""
    now = clock.now()
    target = float(answer_target(queue.channel, now).value) / 100
    told = {"name": one["name"], "levers": one["levers"]}
    try:
        scenario = moved(base, one["levers"], target, answer_within_s(queue.channel, now))
        found = simulate(scenario, replications=REPLICATIONS, seed=seed, threads=1)
    except DarwinError as refusal:
        return told | {"refused": str(refusal)}
    return told | _told(scenario, greeting, found, today)


def _told(scenario: Scenario, greeting: Greeting, found: Result, today: Result | None) -> dict[str, Any]:
    """The measures of the first type with their intervals, their change from today, and the paid hours."""
    told: dict[str, Any] = {
        "measures": {},
        "paid_hours_week": thresholds.paid_hours(handler_hours(scenario), clock.now()),
    }
    if today is not None:
        told["difference"] = {}
    for measured in MEASURED:
        above, below = _sums(found, measured.name)
        figure = ratio(above, below)
        if figure.mean is None or figure.half_width is None:
            continue
        heard = greeting.share_kept(measured.name)
        told["measures"][measured.name] = {
            "mean": greeting.of_all(measured.name, figure.mean),
            "half_width": heard * figure.half_width,
        }
        if today is not None:
            changed = change(_sums(today, measured.name), (above, below))
            told["difference"][measured.name] = {name: heard * value for name, value in changed.items()}
    return told


def _sums(found: Result, measure: str) -> tuple[Any, Any]:
    """The numerator and the denominator of a measure of the first type, one of each a replication."""
    if measure == "occupancy":
        ours = [at for at, group in enumerate(found.scenario.groups) if 0 in dict(group.skills)]
        return (
            np.array([each.busy_s[ours].sum() for each in found.replications]),
            np.array([each.staffed_s[ours].sum() for each in found.replications]),
        )
    counts = found.counts[:, 0].sum(axis=(1, 2))
    above, below = MEASURES[measure]
    at = {name: place for place, name in enumerate(COUNTS)}
    whole = np.zeros(len(counts))
    return (
        sum((counts[:, at[name]] for name in above), whole),
        sum((counts[:, at[name]] for name in below or ()), whole),
    )


def change(before: tuple[Any, Any], after: tuple[Any, Any]) -> dict[str, float]:
    """How much a ratio of sums changed, with the half-width of its interval.

    Both saw the same callers in each replication, so that what they have in common cancels: the interval is
    that of the paired differences (A. M. Law, Simulation Modeling and Analysis, 5th ed. 2015, 10.2.1), each
    linearised about its ratio (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, 6.4).
    """
    ratios = [float(above.sum() / below.sum()) for above, below in (before, after)]
    off = [
        (above - mean * below) / below.mean()
        for (above, below), mean in zip((before, after), ratios, strict=True)
    ]
    paired = off[1] - off[0]
    number = len(paired)
    deviation = float(np.sqrt((paired @ paired) / (number - 1) / number))
    return {
        "mean": ratios[1] - ratios[0],
        "half_width": float(stdtrit(number - 1, (1 + CONFIDENCE) / 2)) * deviation,
    }
