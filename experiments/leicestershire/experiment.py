"""The experiment itself: two readings; five levers, one at a time, each last, together; then conditions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from experiments.leicestershire.calibrating import Before, Calibration
from experiments.leicestershire.centre import ASSUMED, LEVERS, Centre, paid_hours
from experiments.leicestershire.measuring import (
    Estimate,
    Measured,
    broken_guardrails,
    difference,
    relative_change,
    worst_half_hour,
)
from experiments.leicestershire.rosters import fewest_people, fitted
from experiments.leicestershire.simulating import simulated

READINGS = ("A", "B")
# The figures of a month that the page shows, and the changes that the letter speaks of.
SHOWN = ("in time", "share in time", "gave up", "wait of answered", "wait of all", "attempts", "999 in time")
CHANGES = ("in time", "share in time", "gave up", "wait of answered")
HEADLINE = {"A": "in time", "B": "wait of answered"}
# A calibration needs less than a comparison: one person-shift moves its target by more than this leaves open.
CALIBRATED_WITH = 12
# Of each month that a condition is about.
FEWER = 20
LATER_RESERVES = (2, 3)
Report = dict[str, Any]


class Experiment:
    """`replications` of each month; `told` is called with a line for who waits."""

    def __init__(self, replications: int, told: Callable[[str], None], threads: int | None = None) -> None:
        self.replications, self.told, self.threads = replications, told, threads

    def month(self, centre: Centre) -> Measured:
        """The centre's month, simulated."""
        return simulated(centre, self.replications, self.threads)

    def run(self, *, conditions: bool) -> Report:
        """Every figure of the page."""
        found: Report = {
            "replications": self.replications,
            "seed": ASSUMED["experiment"]["seed"],
            "readings": {},
        }
        befores = {}
        for reading in READINGS:
            befores[reading] = self.before(reading)
            found["readings"][reading] = self.reading(befores[reading])
        if conditions:
            self.replications = min(self.replications, FEWER)
            befores = {name: replace(each, month=self.month(each.centre)) for name, each in befores.items()}
            found["conditions"] = [
                self.condition(name, known, found["readings"]) for name, known in _unknowns()
            ]
            found["shocks"] = [
                self.shock(name, change, befores, found["readings"]) for name, change in _shocks().items()
            ]
        return found

    def before(self, reading: str, **known: Any) -> Before:
        """The month before any lever, with all that `known` says otherwise than the assumptions."""
        self.told(f"reading {reading}: sizing the desks of before {known or ''}")
        offered = known.pop("offered", ASSUMED["volume"]["offered_101"]["value"])
        equal_teams = known.pop("equal_teams", False)
        start = Centre(first_calls=0.85 * offered, rosters={}, **known)
        few = min(self.replications, CALIBRATED_WITH)
        calibration = Calibration(
            start,
            offered,
            equal_teams=equal_teams,
            simulate=lambda centre: simulated(centre, few, self.threads),
        )
        before = calibration.of_reading(reading)
        return replace(before, month=self.month(before.centre))

    def after(self, before: Before, levers: frozenset[str]) -> Centre:
        """The centre of before with these levers, in the same paid hours."""
        centre = replace(before.centre, levers=before.centre.levers | (levers - {"roster"}))
        if "roster" in levers:
            centre = fitted(centre)
        allowed = paid_hours(before.centre.rosters.values())
        if paid_hours(centre.rosters.values()) > allowed:
            raise AssertionError(f"{sorted(levers)} take more than {allowed} paid hours a week")
        return centre

    def reading(self, before: Before) -> Report:
        """Each lever alone, each last, all together, and those that break no guardrail together."""
        alone = {lever: self.compared(before, frozenset({lever})) for lever in LEVERS}
        everything = frozenset(LEVERS)
        kept = frozenset(lever for lever in LEVERS if not alone[lever]["broken"])
        return {
            "before": _figures(before.month) | _staffing(before),
            "alone": alone,
            "without": {lever: self.compared(before, everything - {lever}) for lever in LEVERS},
            "together": self.compared(before, everything),
            "kept": self.compared(before, kept) | {"levers": sorted(kept, key=LEVERS.index)},
            "reserves": self.reserves(before, kept),
        }

    def compared(self, before: Before, levers: frozenset[str]) -> Report:
        """What a month with these levers shows beside the before."""
        self.told(f"  {', '.join(sorted(levers, key=LEVERS.index)) or 'nothing'}")
        centre = self.after(before, levers)
        return _comparison(before.month, self.month(centre)) | {
            "paid_hours": paid_hours(centre.rosters.values()),
            "people": fewest_people(centre),
        }

    def reserves(self, before: Before, kept: frozenset[str]) -> Report:
        """The lever of skills with more handlers kept free for 999, alone and with the levers that are kept:
        thought of after the first run."""
        found = {}
        for reserve in LATER_RESERVES:
            for words, levers in (("alone", frozenset({"skills"})), ("beside the others", kept | {"skills"})):
                self.told(f"  skills {words}, {reserve} kept for 999")
                centre = replace(self.after(before, levers), reserve=reserve)
                found[f"{reserve}, {words}"] = _comparison(before.month, self.month(centre))
        return found

    def condition(self, name: str, known: dict[str, Any], readings: dict[str, Report]) -> Report:
        """If something that nobody knows was otherwise, the before is sized anew; then the levers."""
        found: Report = {"name": name}
        for reading in READINGS:
            before = self.before(reading, **known)
            found[reading] = {"paid_hours": paid_hours(before.centre.rosters.values())}
            for key, levers in _sets(readings[reading]):
                found[reading][key] = self.compared(before, levers - before.centre.levers)
        return found

    def shock(
        self, name: str, change: dict[str, Any], befores: dict[str, Before], readings: dict[str, Report]
    ) -> Report:
        """Before and plan as they were, but the month after turns out otherwise."""
        found: Report = {"name": name}
        for reading, before in befores.items():
            self.told(f"reading {reading}: {name}")
            found[reading] = {}
            for key, levers in _sets(readings[reading]):
                centre = replace(self.after(before, levers), **change)
                found[reading][key] = _comparison(before.month, self.month(centre))
        return found


def _sets(reading: Report) -> tuple[tuple[str, frozenset[str]], ...]:
    """The two sets of levers that the conditions are about."""
    return ("together", frozenset(LEVERS)), ("kept", frozenset(reading["kept"]["levers"]))


def _unknowns() -> list[tuple[str, dict[str, Any]]]:
    """What the before may have been instead: a name, and what is otherwise."""
    lengths = ASSUMED["lengths"]
    return [
        *((f"{n:,} calls offered", {"offered": n}) for n in ASSUMED["volume"]["offered_101"]["vary"]),
        *((f"mean patience {n} s", {"patience": n}) for n in lengths["patience_101"]["vary"]),
        *(
            (f"calls {abs(n - 1):.0%} {'longer' if n > 1 else 'shorter'}", {"lengths": n})
            for n in lengths["length_factor"]["vary"]
        ),
        ("every team as large", {"equal_teams": True}),
        ("one desk for both lines already", {"levers": frozenset({"skills"})}),
    ]


def _shocks() -> dict[str, dict[str, Any]]:
    """What the month after may bring that nobody planned for."""
    found: dict[str, dict[str, Any]] = {
        f"{share:.0%} of shifts fall out": {"absence": share}
        for share in ASSUMED["before"]["absence"]["vary"]
    }
    for factor in (1.05, 1.10, 1.20):
        found[f"{factor - 1:.0%} more contacts than forecast"] = {"calls": factor}
    for factor in (1.05, 1.10):
        found[f"calls {factor - 1:.0%} longer than planned"] = {"lengths": factor}
    return found


def _comparison(before: Measured, after: Measured) -> Report:
    return {
        "month": _figures(after),
        "change": {name: _pair(relative_change(before, after, name)) for name in CHANGES},
        "points": {name: _pair(difference(before, after, name)) for name in ("999 in time",)},
        "broken": broken_guardrails(before, after),
    }


def _figures(month: Measured) -> Report:
    found: Report = {name: _pair(month.estimate(name)) for name in month.measures}
    worst = worst_half_hour(month)
    in_time, offered = month.half_hours[:, worst].sum(axis=0)
    return found | {"worst half-hour": worst, "worst share": round(float(in_time / offered), 4)}


def _staffing(before: Before) -> Report:
    return {
        "target": round(before.target, 2),
        "reached": round(before.reached, 2),
        "person_shifts_101": before.person_shifts_101,
        "person_shifts_999": before.person_shifts_999,
        "paid_hours": paid_hours(before.centre.rosters.values()),
        "people": fewest_people(before.centre),
        "absence": before.centre.absence,
        "first_calls": before.centre.first_calls,
    }


def _pair(estimate: Estimate) -> list[float]:
    return [float(f"{estimate.mean:.6g}"), float(f"{estimate.half_width:.3g}")]
