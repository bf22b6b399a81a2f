"""The cheapest lawful roster that covers what is needed, or one changed as little as possible."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from darwin.deadlines import clock
from darwin.deadlines.clock import LONDON
from darwin.errors import DarwinError
from darwin.planning.jobs import Figures, Tell
from darwin.planning.models import Run
from darwin.planning.services.rosters import SLOT_MINUTES, SLOTS_A_DAY, keep_roster
from darwin.planning.thresholds import RULES, SHIFTS
from darwin.reference.queries import codes
from darwin.reference.values import CodeValue
from darwin.science.rostering.problem import (
    Absence,
    Duty,
    Need,
    Person,
    Problem,
    Roster,
    RuleSet,
    ShiftType,
    Span,
    is_night,
)
from darwin.science.rostering.replanning import replan
from darwin.science.rostering.solving import solve

THREADS = 2
SLOTS_AN_HOUR = 60 // SLOT_MINUTES
# Shifts that are nights ask for this of a person, who has it unless the contract says otherwise.
NIGHTS = "nights"
# A break begins no sooner than so much of the shift is over, and no later than so much.
BREAK_FROM, BREAK_TO = 0.35, 0.65


class NothingFound(DarwinError):
    """The search ended before it had any roster."""


def work_out(run: Run, tell: Tell) -> Figures:
    """See `darwin.planning.shown.roster` for what each figure is. Raises DarwinError."""
    problem = problem_of(run.inputs)
    if "replaces" in run.inputs:
        tell("Looking for the fewest changes", 0, 1)
        return _replanned(problem, run.inputs)
    tell("Looking for the cheapest lawful roster", 0, 1)
    found = solve(problem, seconds=float(run.inputs["seconds"]), threads=THREADS)
    if not found.duties and found.missing_slots:
        raise NothingFound(
            f"No roster was found in {run.inputs['seconds']} seconds of searching. Search longer, or for "
            "fewer weeks. What you asked is kept."
        )
    return figures_of(problem, found)


def keep(run: Run, figures: Figures) -> None:
    """The shifts become rows, so that each person can see theirs."""
    keep_roster(run, figures)


def _replanned(problem: Problem, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The roster that was, with as little changed as possible from the moment it was asked."""
    first_day = date.fromisoformat(inputs["first_day"])
    duties = tuple(
        Duty(one["person"], one["start"], one["shift"], one["break_offset"]) for one in inputs["duties"]
    )
    paid = sum(one["paid_minutes"] for one in inputs["duties"])
    from_slot = max(0, slot_from(first_day, datetime.fromisoformat(inputs["from"])))
    absences = [
        Absence(one["person"], Span(max(from_slot, span.begin), span.end))
        for one in inputs["absences"]
        if (span := _days(one["away"], first_day)).end > from_slot
    ]
    found = replan(
        problem,
        Roster(duties, paid, 0),
        absences,
        from_slot,
        seconds=float(inputs["seconds"]),
        threads=THREADS,
    )
    return {**figures_of(problem, found.roster), "changes": len(found.changes)}


def slot_from(first_day: date, moment: datetime) -> int:
    """The first half-hour of a roster that begins at or after a moment."""
    local = moment.astimezone(LONDON)
    minutes = 60 * local.hour + local.minute + (1 if local.second or local.microsecond else 0)
    return (local.date() - first_day).days * SLOTS_A_DAY - (-minutes // SLOT_MINUTES)


def _days(away: Sequence[str], first_day: date) -> Span:
    """Days from the first to the last, both included, as half-hours of the roster."""
    first, last = (date.fromisoformat(day) for day in away)
    return Span((first - first_day).days * SLOTS_A_DAY, ((last - first_day).days + 1) * SLOTS_A_DAY)


def problem_of(inputs: Mapping[str, Any]) -> Problem:
    """What is kept of a question, with the shifts and rules that the force has set, for the solver."""
    now = clock.now()
    first_day = date.fromisoformat(inputs["first_day"])
    return Problem(
        people=tuple(_person(one, first_day) for one in inputs["people"]),
        needs=(Need(tuple(inputs["required"])),),
        shift_types=tuple(shift for one in codes(SHIFTS, at=now) for shift in _shifts(one)),
        rule_sets=tuple(_rules(one) for one in codes(RULES, at=now)),
        weeks=int(inputs["weeks"]),
        slot_minutes=SLOT_MINUTES,
    )


def _person(one: Mapping[str, Any], first_day: date) -> Person:
    return Person(
        key=one["id"],
        name=one["id"],
        rules=one["rule_set"].upper(),
        skills=frozenset({NIGHTS} if one["nights"] else ()),
        most_minutes_a_week=round(60 * one["hours_a_week"]),
        leave=tuple(_days(away, first_day) for away in one["away"]),
        before=tuple(Duty(one["id"], start, shift) for start, shift in one.get("before", ())),
    )


def _shifts(one: CodeValue) -> list[ShiftType]:
    """A shift by day, a shift by night, or both, as its starts are nights or not."""
    said = one.attributes
    length = said["minutes"] // SLOT_MINUTES
    rest = -(-said["break_minutes"] // SLOT_MINUTES)
    starts = range(_slot(said["earliest"]), _slot(said["latest"]) + 1)
    nights = tuple(at for at in starts if is_night(at, length, SLOT_MINUTES))
    days = tuple(at for at in starts if at not in nights)
    offsets = tuple(range(round(BREAK_FROM * length), round(BREAK_TO * length) - rest + 1))
    return [
        ShiftType(
            key=f"{one.code}{ending}",
            length_slots=length,
            paid_minutes=said["paid_minutes"],
            starts=those,
            break_slots=rest,
            break_offsets=offsets if rest else (),
            skills=skills,
        )
        for those, ending, skills in ((days, "", frozenset[str]()), (nights, "_NIGHT", frozenset({NIGHTS})))
        if those
    ]


def _slot(time: str) -> int:
    hour, minute = time.split(":")
    return (int(hour) * 60 + int(minute)) // SLOT_MINUTES


def _rules(one: CodeValue) -> RuleSet:
    said = one.attributes
    return RuleSet(
        key=one.code,
        name=one.label,
        rest_slots=said["rest_hours"] * SLOTS_AN_HOUR,
        weekly_rest_slots=said["weekly_rest_hours"] * SLOTS_AN_HOUR,
        average_minutes=60 * said["average_hours"],
        reference_weeks=said["average_weeks"],
        most_days_in_a_row=said["most_days"],
        most_nights_in_a_row=said["most_nights"],
        fewest_rest_days_together=said["rest_days_together"],
        forward_rotation=said["forward_rotation"],
        sources=dict.fromkeys(("rest_slots", "weekly_rest_slots", "average_minutes"), one.source),
    )


def figures_of(problem: Problem, found: Roster) -> dict[str, Any]:
    """A roster as plain figures: the duties in order, who is on duty in each half-hour, what is proven."""
    types = {shift.key: shift for shift in problem.shift_types}
    duties = [_duty(types[duty.shift], duty) for duty in sorted(found.duties, key=lambda duty: duty.start)]
    return {
        "duties": duties,
        "on_duty": on_duty(duties, problem.slots),
        "paid_minutes": found.paid_minutes,
        "bound_minutes": found.bound_minutes,
        "missing_slots": found.missing_slots,
        "reasons": list(found.reasons),
        "proven": found.proven,
    }


def _duty(shift: ShiftType, duty: Duty) -> dict[str, Any]:
    begins = duty.start + duty.break_offset
    return {
        "person": duty.person,
        "shift": duty.shift,
        "start": duty.start,
        "end": duty.start + shift.length_slots,
        "paid_minutes": shift.paid_minutes,
        "break_offset": duty.break_offset,
        "breaks": [[begins, begins + shift.break_slots]] if shift.break_slots else [],
    }


def on_duty(duties: Sequence[Mapping[str, Any]], slots: int) -> list[int]:
    """How many take contacts in each half-hour of the roster: on duty and not on a break."""
    found = [0] * slots
    for duty in duties:
        resting = {slot for begin, end in duty["breaks"] for slot in range(begin, end)}
        for slot in range(max(0, duty["start"]), min(slots, duty["end"])):
            found[slot] += slot not in resting
    return found
