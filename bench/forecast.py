"""How far off forecasts by half-hour are: Darwin's, statsmodels', the simple ones, and the best there could
be.

python bench/forecast.py [--origins 6] [--weeks 4]

Each method foretells the same weeks from the same pasts (rolling origin) of three records: two and a half
years drawn with a known truth; two years of calls as the practice force draws them; and, where
../shared/data is there, the bank's January of 1999 (one week ahead). Printed are the mean absolute error by
half-hour and by day in percent of the contacts that came, that of who knew the true rate (chance alone, by
half-hour), the share of half-hours and of days inside Darwin's 90% intervals, and the CPU seconds of one
forecast.

statsmodels foretells day totals; the half-hours get the shape that Darwin learnt, so that only the levels
compete. ETS: additive trend that dies away, multiplicative week. STL + ETS: the week taken out by STL, then
ETS.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from darwin.practice.demand import NON_EMERGENCY, draw_arrivals, is_bank_holiday
from darwin.practice.story import local_ms
from darwin.science.arrivals import HalfHours
from darwin.science.arrivals.arrays import Floats
from darwin.science.forecasting import forecast, learn
from darwin.science.forecasting.scoring import naive, poisson_floor

SEED = 20_261_127
BANK = Path(__file__).resolve().parents[2] / "shared" / "data" / "bank_calls" / "january.txt"
Holidays = Mapping[date, str]
Method = Callable[[HalfHours, Holidays, int], Floats]


def drawn_history() -> tuple[HalfHours, Holidays]:
    """Two and a half years: a wandering level, a wave of the year, a day effect of 5%, holidays at 80%."""
    rng = np.random.default_rng(SEED)
    first, days = date(2024, 1, 1), 913
    at = np.arange(days)
    holidays = {
        first + timedelta(days=n): "holiday"
        for n in range(days)
        if is_bank_holiday(first + timedelta(days=n))
    }
    level = 850 * np.exp(
        np.cumsum(rng.normal(0, 0.004, days)) + 0.08 * np.cos(2 * np.pi * (at - 200) / 365.25)
    )
    level *= np.array([1.1, 1.04, 1.02, 1.01, 1.04, 0.93, 0.86])[at % 7]
    level *= [0.8 if first + timedelta(days=int(n)) in holidays else 1.0 for n in at]
    level *= rng.gamma(400, 1 / 400, days)
    hours = 1 + 0.8 * np.sin((np.arange(48) - 16) * np.pi / 24)
    rate = level[:, None] * hours / hours.sum()
    return HalfHours(first, rng.poisson(rate), np.ones((days, 48))), holidays


def practice_history() -> tuple[HalfHours, Holidays]:
    """Two years of calls to 101 as the practice force draws them, on its own calendar and clock changes."""
    rng = np.random.default_rng(SEED)
    first, days = date(2024, 11, 1), 730
    counts, recorded = np.zeros((days, 48), np.int64), np.zeros((days, 48))
    for n in range(-1, days):
        start = local_ms(first + timedelta(days=n))
        if n >= 0:
            begins = (
                np.array([local_ms(first + timedelta(days=n), k // 2, k % 2 * 30) for k in range(48)]) - start
            )
            length = local_ms(first + timedelta(days=n + 1)) - start
            recorded[n] = np.diff(np.append(begins, length)) / 1_800_000
        moments = np.array(draw_arrivals(NON_EMERGENCY, first + timedelta(days=n), rng))
        for day in (n, n + 1):
            if 0 <= day < days:
                begin, end = local_ms(first + timedelta(days=day)), local_ms(first + timedelta(days=day + 1))
                inside = moments[(moments >= begin) & (moments < end)]
                np.add.at(counts[day], np.minimum((inside - begin) // 1_800_000, 47), 1)
    # Two days a year are an hour short or long; leaving them out is fair to everybody.
    recorded[(recorded != 1).any(axis=1)] = 0
    holidays = {
        first + timedelta(days=n): "holiday"
        for n in range(days)
        if is_bank_holiday(first + timedelta(days=n))
    }
    return HalfHours(first, counts, recorded), holidays


def bank_history() -> tuple[HalfHours, Holidays]:
    """The bank's January by the moment of reaching the line; the two days of which no row is kept "
    "are gaps."""
    counts = np.zeros((31, 48), np.int64)
    for line in BANK.read_text("ascii").splitlines()[1:]:
        row = line.split("\t")
        if row[12] != "PHANTOM":
            hour, minute, _ = map(int, row[6].split(":"))
            counts[int(row[5][4:]) - 1, hour * 2 + minute // 30] += 1
    recorded = np.ones((31, 48))
    recorded[10:12] = 0
    return HalfHours(date(1999, 1, 1), counts, recorded), {}


def darwins(history: HalfHours, holidays: Holidays, days: int) -> Floats:
    return forecast(learn(history, holidays), days).mean


def seasonal_naive(history: HalfHours, holidays: Holidays, days: int) -> Floats:
    return naive(history, days, frozenset(holidays))


def last_four_weeks(history: HalfHours, holidays: Holidays, days: int) -> Floats:
    """The mean of the same half-hour in the last four weeks."""
    recent = history.between(max(0, history.days - 28), history.days)
    counts, recorded = recent.of_week(without=recent.rows_of(frozenset(holidays)))
    rates = np.divide(counts, recorded, out=np.zeros((7, 48)), where=recorded > 0)
    return rates[(np.arange(days) + history.days + history.first_day.weekday()) % 7]


def _day_totals(history: HalfHours, holidays: Holidays) -> Floats:
    """A complete series, as these methods need it: gaps and holidays filled from a week before (or "
    "after)."""
    totals = history.counts.sum(axis=1).astype(float)
    odd = (history.recorded != 1).any(axis=1)
    odd[history.rows_of(frozenset(holidays))] = True
    for row in np.flatnonzero(odd):
        near = [other for step in range(1, 9) for other in (row - 7 * step, row + 7 * step)
                if 0 <= other < history.days and not odd[other]]  # fmt: skip
        totals[row] = totals[near[0]]
    return np.maximum(totals, 1.0)


def _shaped(history: HalfHours, holidays: Holidays, totals: Floats) -> Floats:
    model = learn(history, holidays)
    weekdays = (np.arange(len(totals)) + history.days + history.first_day.weekday()) % 7
    return totals[:, None] * model.shape[weekdays]


def ets(history: HalfHours, holidays: Holidays, days: int) -> Floats:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    fitted = ExponentialSmoothing(
        _day_totals(history, holidays), trend="add", damped_trend=True, seasonal="mul", seasonal_periods=7
    ).fit()
    return _shaped(history, holidays, np.asarray(fitted.forecast(days)))


def stl_ets(history: HalfHours, holidays: Holidays, days: int) -> Floats:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.forecasting.stl import STLForecast

    fitted = STLForecast(
        np.log(_day_totals(history, holidays)),
        ETSModel,
        model_kwargs={"error": "add", "trend": "add", "damped_trend": True},
        period=7,
        robust=True,
    ).fit(fit_kwargs={"disp": False})
    return _shaped(history, holidays, np.exp(np.asarray(fitted.forecast(days))))


METHODS: dict[str, Method] = {
    "Darwin": darwins,
    "statsmodels ETS": ets,
    "statsmodels STL + ETS": stl_ets,
    "mean of four weeks": last_four_weeks,
    "seasonal naive": seasonal_naive,
}


def compare(name: str, history: HalfHours, holidays: Holidays, weeks: int, origins: int, least: int) -> None:
    """Print the table of one record."""
    days = 7 * weeks
    starts = np.unique(np.linspace(least, history.days - days, origins).astype(int))
    errors: dict[str, list[tuple[float, float, float]]] = {method: [] for method in METHODS}
    contacts = day_contacts = floor = 0.0
    inside: list[float] = []
    days_inside: list[float] = []
    for start in starts:
        past, after = history.between(0, int(start)), history.between(int(start), int(start) + days)
        known = after.recorded == 1
        came = after.counts.astype(float)
        whole = known.all(axis=1)
        contacts += came[known].sum()
        day_contacts += came[whole].sum()
        for method, foretell in METHODS.items():
            began = time.process_time()
            told = foretell(past, holidays, days)
            spent = time.process_time() - began
            by_day = np.abs(told.sum(axis=1) - came.sum(axis=1))[whole].sum()
            errors[method].append((np.abs(told - came)[known].sum(), by_day, spent))
        ours = forecast(learn(past, holidays), days, part=0.9)
        floor += poisson_floor(ours.mean)[known].sum()
        inside += ((came >= ours.lower) & (came <= ours.upper))[known].tolist()
        totals = zip(ours.by_day(), came.sum(axis=1).tolist(), whole.tolist(), strict=True)
        days_inside += [day.lower <= count <= day.upper for day, count, all_of_it in totals if all_of_it]
    print(f"\n{name}: {history.days} days, {len(starts)} origins, {weeks} week(s) ahead")
    print(f"{'':<26}{'by half-hour, %':>16}{'by day, %':>12}{'CPU s':>9}")
    for method, found in errors.items():
        half, day, spent = np.array(found).sum(axis=0)
        errors_pct = f"{100 * half / contacts:>16.2f}{100 * day / day_contacts:>12.2f}"
        print(f"{method:<26}{errors_pct}{spent / len(starts):>9.2f}")
    print(f"{'chance alone':<26}{100 * floor / contacts:>16.2f}")
    print(
        f"inside Darwin's 90% interval: {100 * np.mean(inside):.1f}% of half-hours, "
        f"{100 * np.mean(days_inside):.1f}% of days"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--origins", type=int, default=6)
    parser.add_argument("--weeks", type=int, default=4)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    compare("Drawn, truth known", *drawn_history(), asked.weeks, asked.origins, 400)
    compare("Practice force, 101", *practice_history(), asked.weeks, asked.origins, 365)
    if BANK.is_file():
        compare("Bank, January 1999", *bank_history(), 1, 3, 20)
    else:
        print("\nThe bank's January is left out: ../shared/data is not beside this project.")


if __name__ == "__main__":
    main()
