"""A queue's calls, fitted: what a scenario of the twin needs to know of callers and handlers."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from darwin.science.arrivals.arrays import Flags, Floats
from darwin.science.arrivals.at_work import at_work, longest_wrap_s, turnaround, wrap_values
from darwin.science.arrivals.calls import Calls
from darwin.science.arrivals.half_hours import DAYS, SLOTS, HalfHours
from darwin.science.arrivals.lengths import LengthLaw, fit_length
from darwin.science.arrivals.rates import Rates, fit_rates
from darwin.science.arrivals.redial import Redial, redials
from darwin.science.arrivals.refused import TooLittle
from darwin.science.arrivals.survival import Survival, kaplan_meier

LEAST_DAYS = 14
LEAST_CALLS = 200
LEAST_ANSWERED = 100
LEAST_GAVE_UP = 30
# Fewer who gave up, with a number by which they could be known again, tell nothing of redials.
LEAST_WATCHED = 100
# Some answers come sooner than a recorded message lets them, by a switch's rounding.
_GREETING_PART = 0.01
# Sooner than that nobody has said anything: it is the telephone's ringing.
_SHORTEST_GREETING_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class FittedType:
    """One type of contact.

    rates: of every attempt that got past the greeting. first_calls: (7, 48), the same without redials.
    patience: from the end of the greeting. redial: None where it cannot be known. in_greeting: the share of
    all attempts that gave up during the greeting.
    """

    name: str
    calls: int
    rates: Rates
    first_calls: Floats
    patience: Survival
    talk: LengthLaw
    redial: Redial | None
    in_greeting: float


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Everything that was fitted, of the recorded days among `days` from `first_day`.

    handlers: (7, 48), handlers at work on average in each half-hour of the week, from Monday 00:00.
    handlers_by_day: (days, 48). greeting_s: what every caller hears before anybody is rung. wrap_s: (200,)
    equally likely turnarounds from talk to readiness, ascending; (0,) where none was seen. longest_wrap_s:
    beyond it a turnaround was taken for an absence. notes: sentences on what could not be fitted.
    """

    first_day: date
    days: int
    recorded_days: float
    types: tuple[FittedType, ...]
    greeting_s: float
    wrap_s: Floats
    longest_wrap_s: float
    handlers: Floats
    handlers_by_day: Floats
    notes: tuple[str, ...]

    @property
    def wrap_mean_s(self) -> float:
        return float(self.wrap_s.mean()) if len(self.wrap_s) else 0.0


def fit(
    calls: Calls, first_day: date, recorded: Floats, holidays: frozenset[date], names: tuple[str, ...]
) -> Fitted:
    """Fit what calls of the days from `first_day` show. recorded: (days, 48) as in HalfHours.

    names: of the types, in the order of calls.kind. Raises TooLittle, which says how much is needed.
    """
    _check_record(calls, first_day, recorded, holidays)
    greeting_s = _greeting(calls)
    early = calls.gave_up & (np.nan_to_num(calls.wait_s, nan=np.inf) < greeting_s)
    notes: list[str] = []
    types = tuple(
        _fit_type(name, calls, early, calls.kind == kind, first_day, recorded, holidays, greeting_s, notes)
        for kind, name in enumerate(names)
    )
    turned = turnaround(calls)
    longest_s = longest_wrap_s(turned)
    wrap_s = wrap_values(turned, longest_s) if turned else np.zeros(0)
    by_day = at_work(calls, len(recorded), float(wrap_s.mean()) if len(wrap_s) else 0.0, longest_s)
    if not len(wrap_s):
        notes.append("No handler was seen between two calls while somebody waited, so wrap-up is not known.")
    return Fitted(
        first_day=first_day,
        days=len(recorded),
        recorded_days=float(recorded.sum()) / SLOTS,
        types=types,
        greeting_s=greeting_s,
        wrap_s=wrap_s,
        longest_wrap_s=longest_s,
        handlers=week_of_handlers(by_day, first_day, recorded, holidays),
        handlers_by_day=by_day,
        notes=tuple(dict.fromkeys(notes)),
    )


def week_of_handlers(by_day: Floats, first_day: date, recorded: Floats, holidays: frozenset[date]) -> Floats:
    """(7, 48): the mean of handlers at work over the recorded days that are no holiday."""
    weekdays = (np.arange(len(by_day)) + first_day.weekday()) % 7
    kept = recorded > 0
    off = [(day - first_day).days for day in holidays]
    kept[[row for row in off if 0 <= row < len(kept)]] = False
    total, seen = np.zeros((7, SLOTS)), np.zeros((7, SLOTS))
    np.add.at(total, weekdays, np.where(kept, by_day, 0.0))
    np.add.at(seen, weekdays, kept.astype(float))
    return np.divide(total, seen, out=np.zeros((7, SLOTS)), where=seen > 0)


def _fit_type(
    name: str,
    calls: Calls,
    early: Flags,
    mine: Flags,
    first_day: date,
    recorded: Floats,
    holidays: frozenset[date],
    greeting_s: float,
    notes: list[str],
) -> FittedType:
    waiting = mine & ~early
    heard = np.isfinite(calls.wait_s) & waiting
    talked = mine & calls.answered & np.isfinite(calls.talk_s)
    _check_type(name, int(talked.sum()), int((calls.gave_up & heard).sum()), int(mine.sum()))
    patience = kaplan_meier(np.maximum(calls.wait_s[heard] - greeting_s, 0.0), calls.gave_up[heard])
    own = calls.where(mine)
    redial = redials(own, (0.0, len(recorded) * 86_400.0))
    if redial is not None and redial.watched < LEAST_WATCHED:
        redial = None
    if redial is None:
        notes.append(
            f"Who of “{name}” rings again after giving up is not known: it needs {LEAST_WATCHED} who gave up "
            "with a number, and the record has fewer. Every call counts as a first one."
        )
    counts = count_calls(calls, waiting, recorded)
    rates = fit_rates(HalfHours(first_day, counts, recorded), holidays)
    again = np.zeros(len(calls))
    if redial is not None:
        again[mine] = redial.share_of_calls
    off = HalfHours(first_day, counts, recorded).rows_of(holidays)
    first = _without_redials(rates.per_half_hour, calls, waiting, again, first_day, off)
    return FittedType(
        name=name,
        calls=int(mine.sum()),
        rates=rates,
        first_calls=first,
        patience=patience,
        talk=fit_length(calls.talk_s[talked], calls.day[talked]),
        redial=redial,
        in_greeting=float(early[mine].mean()),
    )


def count_calls(calls: Calls, chosen: Flags, recorded: Floats) -> np.ndarray:
    """(days, 48): how many of the `chosen` calls arrived in each half-hour."""
    counts = np.zeros(recorded.shape, np.int64)
    np.add.at(counts, (calls.day[chosen], calls.slot[chosen]), 1)
    return counts


def _without_redials(
    rates: Floats, calls: Calls, waiting: Flags, again: Floats, first_day: date, off: np.ndarray
) -> Floats:
    """`rates` (7, 48) less the part of the calls of each hour of the week that are redials."""
    chosen = waiting & ~np.isin(calls.day, off)
    weekday = (calls.day[chosen] + first_day.weekday()) % 7
    every, repeated = np.zeros((7, SLOTS)), np.zeros((7, SLOTS))
    np.add.at(every, (weekday, calls.slot[chosen]), 1.0)
    np.add.at(repeated, (weekday, calls.slot[chosen]), again[chosen])
    # By the hour: half-hours are too thin to tell their own share.
    hourly, hourly_again = (table.reshape(7, 24, 2).sum(axis=2) for table in (every, repeated))
    share = np.divide(hourly_again, hourly, out=np.zeros_like(hourly), where=hourly > 0)
    first: Floats = rates * (1 - np.minimum(np.repeat(share, 2, axis=1), 1.0))
    return first


def _greeting(calls: Calls) -> float:
    """What every caller hears first: nobody, or one in a hundred, was answered sooner."""
    waits = calls.wait_s[calls.answered & np.isfinite(calls.wait_s)]
    soonest = float(np.quantile(waits, _GREETING_PART)) if len(waits) else 0.0
    return soonest if soonest >= _SHORTEST_GREETING_S else 0.0


def _check_record(calls: Calls, first_day: date, recorded: Floats, holidays: frozenset[date]) -> None:
    days = float(recorded.sum()) / SLOTS
    if days < LEAST_DAYS:
        raise TooLittle(
            f"A fit needs {LEAST_DAYS} recorded days, and there are {days:.4g} in the {len(recorded)} chosen."
            " Choose a longer period."
        )
    empty = HalfHours(first_day, np.zeros(recorded.shape, np.int64), recorded)
    _, of_week = empty.of_week(without=empty.rows_of(holidays))
    silent = np.argwhere(of_week <= 0)
    if len(silent):
        day, slot = silent[0]
        raise TooLittle(
            f"A fit needs a record of each of the 336 half-hours of a week, and {len(silent)} have none "
            f"outside public holidays, the first of them {DAYS[day]} {slot // 2:02}:{slot % 2 * 30:02}. "
            "Choose a longer period."
        )
    if len(calls) < LEAST_CALLS:
        raise TooLittle(
            f"A fit needs {LEAST_CALLS} calls, and there are {len(calls)} in the period. Choose a longer one."
        )


def _check_type(name: str, answered: int, gave_up: int, calls: int) -> None:
    for what, there, needed in (
        ("calls answered with a known length of talk", answered, LEAST_ANSWERED),
        ("callers who gave up after a known wait", gave_up, LEAST_GAVE_UP),
    ):
        if there < needed:
            raise TooLittle(
                f"A fit of “{name}” needs {needed} {what}, and there are {there} among its {calls} calls. "
                "Choose a longer period."
            )
