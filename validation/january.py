"""The bank's January of 1999: fitted to three weeks, what does the twin foretell of the fourth?

python -m validation.january

Reads ../shared/data/bank_calls/january.txt by the mapping that an import uses, writes docs/january.md. No
database.
"""

import os
import sys
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from darwin.planning.reading import QueueCalls
    from darwin.science.arrivals import Fitted
    from darwin.science.forecasting import Forecast
    from darwin.science.twin_check import Check

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT.parent / "shared" / "data" / "bank_calls" / "january.txt"
MAPPING = ROOT / "examples" / "mappings" / "bank_calls.toml"
PAGE = ROOT / "docs" / "january.md"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "darwin.config.settings")

FIRST = date(1999, 1, 1)
LEARNT_DAYS, DAYS, FORETOLD = 21, 31, 7
THRESHOLD_S = 30.0
REPLICATIONS, SEED = 200, 19_990_122


# What new customers ask is short and comes in waves, so they are a type of their own.
TYPES = ("customers", "new customers")


def read_january() -> "QueueCalls":
    """The month on its calendar; callers by the bank's customer number, 0 for who is none.

    The columns of type and customer are read beside the import, which keeps neither.
    """
    from darwin.contact.coverage import local_days
    from darwin.contact.imports.csv_calls import RowReader
    from darwin.contact.imports.mapping import read_mapping
    from darwin.contact.imports.table import read_table
    from darwin.contact.measures.stays import Stay
    from darwin.contact.models import ContactQueue
    from darwin.planning.reading import calls_on_calendar

    mapping = read_mapping(MAPPING)
    header, rows = read_table(FILE, mapping, lambda read: None)
    reader, customer = RowReader(mapping, header), header.index("customer_id")
    kind = header.index("type")
    kinds: dict[int, int] = {}
    stays: list[Stay] = []
    moments: list[datetime] = []
    handlers: dict[str, int] = {}
    customers: dict[str, int] = {}
    for row in rows:
        call = reader.read(row.fields).call
        if call is None:
            continue
        moments.append(call.first_offered_at)
        [leg] = call.legs
        if "IVR" in (leg.abandon_point, leg.kind):
            continue
        wait_s = None if leg.wait_ms is None else leg.wait_ms / 1000
        began = leg.joined_at or (
            leg.connected_at - timedelta(seconds=wait_s or 0) if leg.connected_at else leg.offered_at
        )
        number = row.fields[customer].strip()
        kinds[len(stays)] = int(row.fields[kind].strip() == "NW")
        stays.append(
            Stay(
                began_s=began.timestamp(),
                outcome=leg.outcome.value,
                wait_s=wait_s,
                talk_s=leg.talk_ms / 1000
                if leg.talk_ms is not None and leg.outcome.value == "answered"
                else None,
                caller=customers.setdefault(number, len(customers)) if number not in ("", "0") else None,
                handler=handlers.setdefault(leg.agent, len(handlers))
                if leg.agent and leg.outcome.value == "answered"
                else None,
            )
        )
    order = sorted(range(len(stays)), key=lambda n: stays[n].began_s)
    queue = ContactQueue(slug="bank", label="Anonymous Bank", channel="PHONE_101")
    end = FIRST + timedelta(days=DAYS)
    read = calls_on_calendar(queue, [stays[n] for n in order], FIRST, end, local_days(moments))
    return replace(read, calls=replace(read.calls, kind=np.array([kinds[n] for n in order])))


@dataclass(frozen=True)
class Setting:
    """One set of tables: what every model was told."""

    title: str
    told: str
    tuned: "Check"
    plain: "Check"
    tuned_a: "Check"


def predict() -> "tuple[QueueCalls, Fitted, list[Forecast], float, float, list[Setting]]":
    """Fit three weeks, foretell the fourth, in each setting."""
    from darwin.science.arrivals import HalfHours, fit
    from darwin.science.arrivals.at_work import at_work
    from darwin.science.forecasting import forecast, learn
    from darwin.science.twin_check import check, counts_by_type, days_from, tune

    read = read_january()
    recorded = read.recorded[:LEARNT_DAYS]
    before = read.calls.where(read.calls.day < LEARNT_DAYS)
    fitted = fit(before, FIRST, recorded, frozenset(), TYPES)
    factor = tune(fitted, before, recorded, threshold_s=THRESHOLD_S, seed=SEED)
    factor_a = tune(fitted, before, recorded, model="erlang_a", threshold_s=THRESHOLD_S)
    counts = counts_by_type(read.calls, len(TYPES), DAYS)
    told = [
        forecast(learn(HalfHours(FIRST, each[:LEARNT_DAYS].astype(np.int64), recorded), {}), FORETOLD)
        for each in counts
    ]
    expected = np.array([each.mean for each in told])
    rows = slice(LEARNT_DAYS, LEARNT_DAYS + FORETOLD)
    there = at_work(read.calls, DAYS, fitted.wrap_mean_s, fitted.longest_wrap_s)[rows]
    first = FIRST + timedelta(days=LEARNT_DAYS)
    weekdays = (np.arange(FORETOLD) + first.weekday()) % 7
    week = days_from(read.calls, LEARNT_DAYS)
    uncertain = float(np.sqrt(np.square(told[0].rate_cv[:, 0]).mean()))

    def setting(title: str, words: str, expected: np.ndarray, handlers: np.ndarray, day_cv: float) -> Setting:
        def checked(by: float, replications: int = REPLICATIONS) -> "Check":
            return check(
                fitted,
                week,
                first,
                expected,
                by * handlers,
                threshold_s=THRESHOLD_S,
                day_cv=day_cv,
                replications=replications,
                seed=SEED,
            )

        return Setting(title, words, checked(factor), checked(1.0), checked(factor_a, 0))

    settings = [
        setting(
            "Nothing of the fourth week is known",
            "Contacts by half-hour as forecast from the first three weeks, handlers as on the mean "
            "of the same "
            "half-hours of their weeks.",
            expected,
            fitted.handlers[weekdays],
            uncertain,
        ),
        setting(
            "The staffing of the fourth week is known",
            "Contacts as forecast; handlers as counted from the talks of the fourth week itself, as "
            "a planner "
            "knows the roster.",
            expected,
            there,
            uncertain,
        ),
        setting(
            "Contacts and staffing of the fourth week are known",
            "Both as counted in the fourth week: what is left is the queue alone.",
            counts[:, rows],
            there,
            0.0,
        ),
    ]
    return read, fitted, told, factor, factor_a, settings


def main() -> None:
    """Write the page."""
    if not FILE.is_file():
        sys.exit(f"{FILE.name} of ../shared/data/bank_calls is not beside this project.")
    import django

    django.setup()
    from validation.january_page import page

    PAGE.write_text(page(*predict()), "utf-8")
    sys.stdout.write(f"Written to {PAGE.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    main()
