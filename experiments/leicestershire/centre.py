"""The contact centre of the experiment: from assumptions, staffing and levers to a scenario of the twin."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ASSUMED: dict[str, Any] = tomllib.loads(Path(__file__).with_name("assumptions.toml").read_text("utf-8"))
LEVERS: tuple[str, ...] = tuple(ASSUMED["levers"])
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# The groups of 101 callers, each a type of its own; those in OPEN_TO_CHANGE may be rung back or go online.
CALLERS: tuple[str, ...] = tuple(ASSUMED["callers"])
OPEN_TO_CHANGE = ("repeat", "other")
# A desk is the handlers who hold the same skills; a fitted roster of both lines together is one desk.
DESK_101, DESK_999, BOTH = "101", "999", "both"
BREAK_TURNS = 3


@dataclass(frozen=True, slots=True)
class Shift:
    """`people` who begin at `start` o'clock on `weekday` (0 is Monday) and stay for `hours`."""

    weekday: int
    start: int
    hours: int
    people: int


Roster = tuple[Shift, ...]


def paid_hours(rosters: Iterable[Roster]) -> int:
    """Of a week, breaks included."""
    return sum(shift.hours * shift.people for roster in rosters for shift in roster)


@dataclass(frozen=True, slots=True)
class Centre:
    """Everything that is not the same in all runs.

    `first_calls` are the callers of 101 in the whole month, before anybody tries again. `rosters` gives the
    shifts of a week of each desk. `lengths` multiplies all talk and wrap-up, `calls` all contacts.
    """

    first_calls: float
    rosters: dict[str, Roster]
    levers: frozenset[str] = frozenset()
    absence: float = ASSUMED["before"]["absence"]["value"]
    patience: float = ASSUMED["lengths"]["patience_101"]["mean"]
    lengths: float = 1.0
    calls: float = 1.0
    reserve: int = ASSUMED["levers"]["skills"]["reserve_999"]

    def rates(self) -> dict[str, list[float]]:
        """Contacts an hour of each type in the 168 hours of a week, with the levers that change them."""
        found = {name: self._of_caller(name) for name in CALLERS}
        online = _week("online", ASSUMED["volume"]["online_reports"]["value"])
        if "repeats" in self.levers:
            found["repeat"] = _times(found["repeat"], 1 - ASSUMED["levers"]["repeats"]["avoided"])
        if "online" in self.levers:
            share = ASSUMED["levers"]["online"]["share"]
            for name in OPEN_TO_CHANGE:
                online = [a + share * b for a, b in zip(online, found[name], strict=True)]
                found[name] = _times(found[name], 1 - share)
        found = {f"101 {name}": rate for name, rate in found.items()}
        emergency = _week("999", ASSUMED["volume"]["offered_999"]["value"])
        found |= {"999": emergency, "online": online}
        return {name: _times(rate, self.calls) for name, rate in found.items()}

    def _of_caller(self, name: str) -> list[float]:
        named = {each: ASSUMED["callers"][each].get("share") for each in CALLERS}
        share = named[name] or 1 - sum(each or 0.0 for each in named.values())
        return _week("101", self.first_calls * share)

    def scenario(self, days: int) -> str:
        """The scenario's text, of so many days after the warm-up."""
        experiment, policy = ASSUMED["experiment"], ASSUMED["levers"]["skills"]
        parts = [
            f"days = {days}\nwarm_up_days = {experiment['warm_up_days']}\n"
            f"threshold_s = {ASSUMED['letter']['in_time_s']['value']}\n"
            f"day_effect_cv = {ASSUMED['shape']['day_effect_cv']['value']}\n"
        ]
        if "skills" in self.levers:
            parts.append(
                f"[policy]\nvulnerable_ahead = {policy['marker_ahead']}\n"
                f"repeat_ahead = {policy['repeat_ahead']}\n"
            )
        rates = self.rates()
        parts += [self._caller(name, rates[f"101 {name}"]) for name in CALLERS]
        parts += [self._emergency(rates["999"]), self._online(rates["online"])]
        parts += [self._desk(name, roster) for name, roster in self.rosters.items()]
        return "\n".join(parts)

    def _law(self, mean: float, cv: float) -> str:
        return f'{{ law = "lognormal", mean = {mean * self.lengths!r}, cv = {cv} }}'

    def _caller(self, name: str, rate: list[float]) -> str:
        lengths, skills = ASSUMED["lengths"], ASSUMED["levers"]["skills"]
        wrap, redial = lengths["wrap_101"], lengths["redial_101"]
        text = (
            f'[[types]]\nname = "101 {name}"\nrate_per_hour = {rate}\npriority = 2\n'
            f"talk = {self._law(ASSUMED['callers'][name]['talk'], lengths['talk_cv']['value'])}\n"
            f"wrap = {self._law(wrap['mean'], wrap['cv'])}\n"
            f'patience = {{ law = "exponential", mean = {self.patience} }}\n'
            f"vulnerable = {float(name == 'marker')}\n"
            f"redial = {{ probability = {redial['probability']}, "
            f'delay = {{ law = "exponential", mean = {redial["after"]} }} }}\n'
        )
        if "skills" in self.levers:
            text += f"ages_every_s = {skills['ages_every_s']}\n"
        if "callback" in self.levers and name in OPEN_TO_CHANGE:
            offer = ASSUMED["levers"]["callback"]
            text += (
                f"callback = {{ accepted = {offer['accepted']}, over_s = {offer['over_s']}, "
                f"reached = {offer['reached']} }}\n"
            )
        return text

    def _emergency(self, rate: list[float]) -> str:
        lengths = ASSUMED["lengths"]
        talk, wrap, redial = lengths["talk_999"], lengths["wrap_999"], lengths["redial_999"]
        return (
            f'[[types]]\nname = "999"\nrate_per_hour = {rate}\npriority = 1\nthreshold_s = 10\n'
            f"talk = {self._law(talk['mean'], talk['cv'])}\nwrap = {self._law(wrap['mean'], wrap['cv'])}\n"
            f'patience = {{ law = "exponential", mean = {lengths["patience_999"]["mean"]} }}\n'
            f"redial = {{ probability = {redial['probability']}, "
            f'delay = {{ law = "exponential", mean = {redial["after"]} }} }}\n'
            f"reserve = {self.reserve if 'skills' in self.levers else 0}\n"
        )

    def _online(self, rate: list[float]) -> str:
        work = ASSUMED["lengths"]["online_work"]
        return (
            f'[[types]]\nname = "online"\nchannel = "report"\nrate_per_hour = {rate}\npriority = 3\n'
            f"talk = {self._law(work['mean'], work['cv'])}\n"
        )

    def _desk(self, name: str, roster: Roster) -> str:
        calls = [f"101 {each}" for each in CALLERS]
        lists = {
            DESK_999: [("999", 1)],
            DESK_101: [*((each, 1) for each in calls), ("online", 2)],
            BOTH: [("999", 1), *((each, 2) for each in calls), ("online", 3)],
        }
        skills = ", ".join(
            f'{{ type = "{each}", level = {level} }}'
            for each, level in lists[BOTH if "skills" in self.levers else name]
        )
        return (
            f'[[groups]]\nname = "{name}"\nskills = [{skills}]\nabsence = {self.absence!r}\n'
            f"shifts = [\n{''.join(_in_turns(roster))}]\n"
        )


def _times(rate: list[float], factor: float) -> list[float]:
    return [each * factor for each in rate]


def _week(line: str, contacts: float) -> list[float]:
    """Contacts an hour in the hours of a week, so that there are so many in the days of the experiment."""
    shape = ASSUMED["shape"]
    found = [day * hour for day in shape[f"weekdays_{line}"] for hour in shape[f"hours_{line}"]]
    weeks = ASSUMED["experiment"]["days"] / 7
    return _times(found, contacts / weeks / sum(found))


def _in_turns(roster: Roster) -> Iterable[str]:
    """The shifts of a roster, each with a third of its people on break at a time, around its middle."""
    minutes = ASSUMED["before"]["break_minutes"]["value"]
    for shift in roster:
        for turn in range(BREAK_TURNS):
            people = (shift.people + turn) // BREAK_TURNS
            after = shift.hours / 2 + (turn - BREAK_TURNS / 2) * minutes / 60
            if people:
                yield (
                    f'  {{ days = ["{WEEKDAYS[shift.weekday]}"], start = "{shift.start:02}:00", '
                    f"hours = {shift.hours}, handlers = {people}, "
                    f"breaks = [{{ after_hours = {after!r}, minutes = {minutes} }}] }},\n"
                )
