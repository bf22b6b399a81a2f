"""How well the twin foretells days that it was not fitted to, beside Erlang A and Erlang C on the same
figures.

Every prediction knows the same: contacts expected by half-hour, handlers by half-hour, and what was fitted
to the calls of earlier days. The twin is played over and over, and a day's interval holds 95% of the days it
played, as what came is one day and no mean. The formulas take each half-hour by itself, in its steady state,
with the mean talk and wrap-up and, for Erlang A, the exponential patience that is most likely (M. Armony et
al., On patient flow in hospitals and call centers, do the same as the usual practice; N. Gans, G. Koole and
A. Mandelbaum, Telephone call centers: tutorial, review and research prospects, M&SOM 5 (2003) 79-141,
section 4, describe it), weighted by the contacts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from math import isfinite

import numpy as np

from darwin.science.arrivals import Calls, Ending, Fitted, scenario_text, whole_handlers
from darwin.science.arrivals.arrays import Floats, Whole

WEEK = 7
INTERVAL = (0.025, 0.975)
TUNED_DAYS = 28
TRIED = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all contacts of a day that joined the queue; waits in seconds, inf where without end."""

    contacts: float
    service_level: float
    p_abandon: float
    mean_wait_all: float


MEASURES = ("service_level", "p_abandon", "mean_wait_all")


@dataclass(frozen=True, slots=True)
class DayCheck:
    """One day: what came, and what each model foretold.

    lower, upper: of the twin. endless: the share of the day's contacts in half-hours in which handlers have
    less time than the calls need, so that Erlang C has no steady state.
    """

    day: date
    actual: Figures
    twin: Figures
    lower: Figures
    upper: Figures
    erlang_a: Figures
    erlang_c: Figures
    endless: float


@dataclass(frozen=True, slots=True)
class Check:
    """Days in order. replications: how often the twin played each."""

    days: tuple[DayCheck, ...]
    threshold_s: float
    replications: int
    seed: int

    def misses(self, model: str) -> dict[str, float | None]:
        """By measure the mean miss of a model over the days, whichever way; None where it foretold no end."""
        found: dict[str, float | None] = {}
        for name in MEASURES:
            off = [abs(getattr(getattr(day, model), name) - getattr(day.actual, name)) for day in self.days]
            mean = sum(off) / len(off)
            found[name] = mean if isfinite(mean) else None
        return found

    def inside(self, name: str) -> int:
        """On how many days the measure lay in the twin's interval."""
        return sum(
            getattr(day.lower, name) <= getattr(day.actual, name) <= getattr(day.upper, name)
            for day in self.days
        )


def check(
    fitted: Fitted,
    calls: Calls,
    first_day: date,
    expected: Floats,
    handlers: Floats,
    *,
    threshold_s: float = 30.0,
    day_cv: float | None = None,
    replications: int = 200,
    seed: int = 1,
) -> Check:
    """Foretell the days from `first_day` and compare with their `calls` (day 0 is first_day).

    fitted: to earlier calls. expected: (types, days, 48) attempts foretold, or (days, 48) of one type.
    handlers: (days, 48) at work. day_cv: how much days differ from what was foretold; None: as fitted.
    replications: 0 leaves the twin out, its figures 0. Days are played in weeks of seven. A half-hour
    without handlers is closed: nobody is let in.
    """
    whole = whole_handlers(handlers)
    expected = expected.reshape(len(fitted.types), *handlers.shape)
    in_greeting = np.array([each.in_greeting for each in fitted.types])
    expected = np.where(whole > 0, expected * (1 - in_greeting)[:, None, None], 0.0)
    found: list[DayCheck] = []
    for start in range(0, len(handlers), WEEK):
        rows = slice(start, start + WEEK)
        first = first_day + timedelta(days=start)
        played = _play(
            fitted, first, expected[:, rows], handlers[rows], threshold_s, day_cv, replications, seed
        )
        for n, figures in enumerate(played):
            row = start + n
            a, c, endless = _erlang(fitted, expected[:, row], whole[row], threshold_s)
            found.append(
                DayCheck(
                    day=first_day + timedelta(days=row),
                    actual=actual_figures(calls, row, threshold_s),
                    twin=_over(figures, None),
                    lower=_over(figures, INTERVAL[0]),
                    upper=_over(figures, INTERVAL[1]),
                    erlang_a=a,
                    erlang_c=c,
                    endless=endless,
                )
            )
    return Check(tuple(found), threshold_s, replications, seed)


def tune(
    fitted: Fitted,
    calls: Calls,
    recorded: Floats,
    *,
    model: str = "twin",
    threshold_s: float = 30.0,
    replications: int = 10,
    seed: int = 1,
) -> float:
    """By which factor the handlers counted make `model` come nearest to the very days that were fitted.

    Handlers are counted from their talks, and people step in when a line grows long: so many handlers,
    working as the model has them work, do not do what they did. The factor is where the squared misses of
    service level and of the share that gave up, over the last TUNED_DAYS recorded days, are least. model:
    "twin" or "erlang_a". calls, recorded: those that were fitted, (days, 48).
    """
    rows = np.flatnonzero((recorded == 1).all(axis=1))[-TUNED_DAYS:]
    first = int(rows[0])
    counts = counts_by_type(calls, len(fitted.types), len(recorded))
    late = days_from(calls, first)
    misses = []
    for factor in TRIED:
        found = check(
            fitted,
            late,
            fitted.first_day + timedelta(days=first),
            counts[:, first:],
            factor * fitted.handlers_by_day[first:],
            threshold_s=threshold_s,
            # What came is put in, so that days differ from it by nothing but chance.
            day_cv=0.0,
            replications=replications if model == "twin" else 0,
            seed=seed,
        )
        kept = [day for n, day in enumerate(found.days) if n + first in rows]
        misses.append(_miss_of_all(kept, model))
    best = int(np.argmin(misses))
    if best in (0, len(TRIED) - 1):
        return TRIED[best]
    # The bottom of the parabola through the best and its neighbours.
    left, middle, right = misses[best - 1 : best + 2]
    step = TRIED[1] - TRIED[0]
    return TRIED[best] + step * (left - right) / (2 * (left - 2 * middle + right))


def _miss_of_all(days: list[DayCheck], model: str) -> float:
    """The squared misses of service level and share that gave up, over all days together."""
    weight = np.array([day.actual.contacts for day in days])
    total = 0.0
    for name in ("service_level", "p_abandon"):
        off = [getattr(getattr(day, model), name) - getattr(day.actual, name) for day in days]
        total += float(weight @ np.array(off) / weight.sum()) ** 2
    return total


def actual_figures(calls: Calls, day: int, threshold_s: float) -> Figures:
    """What came on one day; a call whose wait is not known counts as a contact and in no wait."""
    mine = calls.where(calls.day == day)
    size = max(1, len(mine))
    known = np.isfinite(mine.wait_s) & (mine.ending != Ending.OTHER)
    within = mine.answered & (mine.wait_s <= threshold_s)
    return Figures(
        contacts=float(len(mine)),
        service_level=float(within.sum()) / size,
        p_abandon=float(mine.gave_up.sum()) / size,
        mean_wait_all=float(mine.wait_s[known].mean()) if known.any() else 0.0,
    )


def _play(
    fitted: Fitted,
    first: date,
    expected: Floats,
    handlers: Floats,
    threshold_s: float,
    day_cv: float | None,
    replications: int,
    seed: int,
) -> list[Floats]:
    """For each day, (replications, 4): contacts, service level, share that gave up, mean wait of all."""
    from darwin.science.twin.run import simulate
    from darwin.science.twin.scenario import read_scenario
    from darwin.science.twin.state import COUNTS

    if not replications:
        return [np.zeros((1, 4))] * len(handlers)
    weekdays = (np.arange(len(handlers)) + first.weekday()) % 7
    calls_of_week, staff = np.zeros((len(fitted.types), 7, 48)), np.zeros((7, 48))
    for kind, each in enumerate(fitted.types):
        usual = each.rates.per_half_hour[weekdays]
        # Of what is foretold the same part are first calls as of what was fitted.
        part = np.divide(each.first_calls[weekdays], usual, out=np.ones_like(usual), where=usual > 0)
        calls_of_week[kind, weekdays] = expected[kind] * part
    staff[weekdays] = handlers
    text = scenario_text(
        fitted,
        days=7,
        threshold_s=threshold_s,
        handlers=staff,
        first_calls=calls_of_week,
        day_cv=day_cv,
    )
    result = simulate(read_scenario(text), replications=replications, seed=seed, threads=1)
    counts = result.counts.sum(axis=(1, 2)).reshape(replications, 7, 48, len(COUNTS)).sum(axis=2)
    at = {name: place for place, name in enumerate(COUNTS)}
    found = []
    for weekday in weekdays:
        day = {name: counts[:, weekday, place] for name, place in at.items()}
        attempts = np.maximum(1.0, day["attempts"])
        waited = (day["wait_answered_s"] + day["wait_abandoned_s"]) / np.maximum(
            1.0, day["answered"] + day["abandoned"]
        )
        inside = np.column_stack(
            (day["attempts"], day["within"] / attempts, day["abandoned"] / attempts, waited)
        )
        found.append(_with_greeting(fitted, inside))
    return found


def _with_greeting(fitted: Fitted, inside: Floats) -> Floats:
    """Figures of those who heard the greeting out (rows of contacts, level, gave up, wait), of all who
    joined.
    """
    calls = sum(each.calls for each in fitted.types)
    early = sum(each.calls * each.in_greeting for each in fitted.types) / calls
    greeting_s = fitted.greeting_s
    contacts, level, gave_up, wait = inside.T
    return np.column_stack(
        (
            contacts / (1 - early),
            level * (1 - early),
            gave_up * (1 - early) + early,
            (wait + greeting_s) * (1 - early) + early * greeting_s / 2,
        )
    )


def _over(played: Floats, part: float | None) -> Figures:
    """Figures of a day over its replications: of all of them together, or a quantile of each."""
    if part is not None:
        return Figures(*np.quantile(played, part, axis=0).tolist())
    contacts = played[:, 0]
    weight = contacts / max(1.0, float(contacts.sum()))
    return Figures(float(contacts.mean()), *(float((played[:, n] * weight).sum()) for n in (1, 2, 3)))


def _erlang(
    fitted: Fitted, expected: Floats, handlers: Whole, threshold_s: float
) -> tuple[Figures, Figures, float]:
    """A day by Erlang A and by Erlang C, half-hour by half-hour; and the share without a steady state."""
    from darwin.science.queueing import erlang_a, erlang_c

    talk_s = np.array([each.talk.mean_s for each in fitted.types])
    gives_up = np.array([1 / each.patience.exponential_mean_s for each in fitted.types])
    within_s = max(0.0, threshold_s - fitted.greeting_s)
    rows_a, rows_c, weights = [], [], []
    endless = 0.0
    for kinds, there in zip(expected.T, handlers.tolist(), strict=True):
        contacts = float(kinds.sum())
        if contacts <= 0:
            continue
        rate, mix = contacts / 1800, kinds / contacts
        service_s, patience_s = float(mix @ talk_s) + fitted.wrap_mean_s, 1 / float(mix @ gives_up)
        weights.append(contacts)
        a = erlang_a(rate, service_s, patience_s, there, within_s)
        c = erlang_c(rate, service_s, there, within_s)
        rows_a.append((a.service_level, a.p_abandon, a.mean_wait_all))
        rows_c.append((c.service_level, 0.0, c.mean_wait_all))
        endless += contacts if not isfinite(c.mean_wait_all) else 0.0
    total = sum(weights)
    if not total:
        nothing = Figures(0.0, 1.0, 0.0, 0.0)
        return nothing, nothing, 0.0
    share = np.array(weights) / total
    made = [
        _with_greeting(fitted, np.array([[total, *(share @ np.array(rows)).tolist()]]))[0].tolist()
        for rows in (rows_a, rows_c)
    ]
    return Figures(*made[0]), Figures(*made[1]), endless / total


def as_json(found: Check) -> Mapping[str, object]:
    """Plain values; a wait without end is None."""
    return {
        "threshold_s": found.threshold_s,
        "replications": found.replications,
        "seed": found.seed,
        "days": [
            {
                "day": day.day.isoformat(),
                "actual": _plain(day.actual),
                "twin": {
                    each.name: {
                        "mean": getattr(day.twin, each.name),
                        "lower": getattr(day.lower, each.name),
                        "upper": getattr(day.upper, each.name),
                    }
                    for each in fields(Figures)
                },
                "erlang_a": _plain(day.erlang_a),
                "erlang_c": _plain(day.erlang_c),
                "without_steady_state": day.endless,
            }
            for day in found.days
        ],
        "misses": {model: found.misses(model) for model in ("twin", "erlang_a", "erlang_c")},
        "inside": {name: {"in": found.inside(name), "of": len(found.days)} for name in MEASURES},
    }


def _plain(figures: Figures) -> dict[str, float | None]:
    values = {each.name: getattr(figures, each.name) for each in fields(Figures)}
    return {name: value if isfinite(value) else None for name, value in values.items()}


def counts_by_type(calls: Calls, types: int, days: int) -> Floats:
    """(types, days, 48): how many arrived in each half-hour."""
    counts = np.zeros((types, days, 48))
    np.add.at(counts, (calls.kind, calls.day, calls.slot), 1.0)
    return counts


def days_from(calls: Calls, first: int) -> Calls:
    """The calls from a day on, on the scales of that day."""
    late = calls.where(calls.day >= first)
    return replace(late, day=late.day - first, arrival_s=late.arrival_s - first * 86_400.0)
