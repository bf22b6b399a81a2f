"""A roster for named people over one or several weeks: as much cover as can be had, then cost, then fairness.

The rules of people are never broken. In order: least cover that lacks; of these rosters the least paid time;
of these the fairest nights and weekends and the most wishes met. Each step is a CP-SAT search that begins
from the last one's answer and keeps what it reached. A horizon too large for one search is rostered week by
week, each week with the duties and minutes of those before it and a view of the next; then only the
relaxation bounds the cost.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

from ortools.sat.python import cp_model

from darwin.science.rostering.cost_bound import bounds_of
from darwin.science.rostering.floor_model import FloorModel, build, shortfalls_of
from darwin.science.rostering.people_model import choices_of, shift_of
from darwin.science.rostering.problem import Duty, Need, Person, Problem, Roster, Span, is_night
from darwin.science.rostering.reasons import explain
from darwin.science.rostering.validate import check_problem

SEED = 1
# The most variables of duties in one search; beyond it the weeks are rostered one after the other.
ONE_SEARCH = 60_000
# Shares of the time until which cover, then cost, then fairness is searched.
COVER_SHARE, COST_SHARE, FAIR_SHARE = 0.35, 0.8, 0.97
LEAST_SECONDS = 0.5
# Duties that end so long before a week are kept for the rules of rows and rest.
MEMORY_DAYS = 14
# Each week is searched with the one after it, so that its last nights begin; then only the week is kept.
LOOK_AHEAD_WEEKS = 2


@dataclass(frozen=True, slots=True)
class _Found:
    duties: tuple[Duty, ...]
    missing_bound: int
    cost_bound: int
    ended: bool


def solve(problem: Problem, *, seconds: float, threads: int = 2) -> Roster:
    """The best roster found in about `seconds` on `threads` cores.

    Raises validate.ProblemRefused for a problem that contradicts itself. What cannot be covered is no error:
    it is in the roster's shortfalls, with the reasons. The same problem gives the same roster unless the
    time limit ended a search (`limit_hit`).
    """
    check_problem(problem)
    size = sum(len(choices_of(problem, person)) for person in problem.people)
    if size <= ONE_SEARCH or problem.weeks == 1 or problem.cyclic:
        found = _search(problem, seconds, threads)
    else:
        found = _week_by_week(problem, seconds, threads)
    return _roster(problem, found)


def _roster(problem: Problem, found: _Found) -> Roster:
    lacks = shortfalls_of(problem, found.duties)
    missing = sum(lack.required - lack.covered for lack in lacks)
    paid = sum(shift_of(problem, duty.shift).paid_minutes for duty in found.duties)
    missing_bound, cost_bound = bounds_of(problem, missing)
    missing_bound = max(missing_bound, found.missing_bound)
    cost_bound = min(paid, max(cost_bound, found.cost_bound))
    return Roster(
        duties=found.duties,
        paid_minutes=paid,
        bound_minutes=cost_bound,
        missing_slots=missing,
        missing_bound=missing_bound,
        shortfalls=lacks,
        reasons=explain(problem, found.duties),
        proven=missing == missing_bound and paid == cost_bound,
        limit_hit=not found.ended,
    )


def _search(problem: Problem, seconds: float, threads: int) -> _Found:
    """One model, three searches."""
    begun = perf_counter()
    floor = build(problem)
    duties: tuple[Duty, ...] = ()
    ended = True
    bounds = {"missing": 0, "cost": 0}
    steps: tuple[tuple[str, Callable[[], cp_model.LinearExpr], float], ...] = (
        ("missing", floor.missing, COVER_SHARE),
        ("cost", floor.cost, COST_SHARE),
        ("unfairness", floor.unfairness, FAIR_SHARE),
    )
    for name, expression, share in steps:
        aim = expression()
        floor.model.minimize(aim)
        left = max(LEAST_SECONDS, begun + share * seconds - perf_counter())
        solver = solver_of(left, threads)
        status = solver.solve(floor.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            ended = False
            break
        ended = ended and status == cp_model.OPTIMAL
        duties = floor.duties(solver)
        if name in bounds:
            bounds[name] = max(0, round(solver.best_objective_bound))
        keep_from(floor, solver, aim)
    return _Found(duties, bounds["missing"], bounds["cost"], ended)


def solver_of(seconds: float, threads: int) -> cp_model.CpSolver:
    """A solver with its time, threads and seed."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = SEED
    return solver


def keep_from(floor: FloorModel, solver: cp_model.CpSolver, aim: cp_model.LinearExpr) -> None:
    """What was reached stays reached, and the next search begins from it."""
    floor.model.add(aim <= round(solver.objective_value))
    floor.hint(solver)


def _week_by_week(problem: Problem, seconds: float, threads: int) -> _Found:
    a_week = 7 * problem.slots_a_day
    people = list(problem.people)
    duties: list[Duty] = []
    ended = True
    for week in range(problem.weeks):
        begin = week * a_week
        ahead = min(LOOK_AHEAD_WEEKS, problem.weeks - week)
        own = replace(
            problem,
            weeks=ahead,
            needs=tuple(
                _less(problem, Need(need.required[begin : begin + ahead * a_week], need.skill), duties, begin)
                for need in problem.needs
            ),
            people=tuple(_moved(person, begin) for person in people),
        )
        found = _search(own, seconds / problem.weeks, threads)
        ended = ended and found.ended
        now = [replace(duty, start=duty.start + begin) for duty in found.duties if duty.start < a_week]
        duties += now
        people = [_after(problem, person, now) for person in people]
    return _Found(tuple(duties), 0, 0, ended)


def _less(problem: Problem, need: Need, duties: list[Duty], begin: int) -> Need:
    """The need of a week less the cover of duties of the week before that run into it."""
    skills = {person.key: person.skills for person in problem.people}
    required = list(need.required)
    for duty in duties:
        shift = shift_of(problem, duty.shift)
        if duty.start + shift.length_slots <= begin or (need.skill and need.skill not in skills[duty.person]):
            continue
        for slot in range(shift.length_slots):
            at = duty.start + slot - begin
            on_break = duty.break_offset <= slot < duty.break_offset + shift.break_slots
            if at >= 0 and not on_break:
                required[at] = max(0, required[at] - 1)
    return Need(tuple(required), need.skill)


def _moved(person: Person, begin: int) -> Person:
    """The person as a week that begins at slot `begin` sees them."""
    return replace(
        person,
        leave=tuple(Span(span.begin - begin, span.end - begin) for span in person.leave),
        preferences=tuple(
            replace(wish, span=Span(wish.span.begin - begin, wish.span.end - begin))
            for wish in person.preferences
        ),
        before=tuple(replace(duty, start=duty.start - begin) for duty in person.before),
    )


def _after(problem: Problem, person: Person, duties: list[Duty]) -> Person:
    """The person with what they worked in a week added to what they worked before."""
    mine = [duty for duty in duties if duty.person == person.key]
    kinds = {shift.key: shift for shift in problem.shift_types}
    nights = sum(is_night(d.start, kinds[d.shift].length_slots, problem.slot_minutes) for d in mine)
    weekends = sum(duty.start // problem.slots_a_day % 7 >= 5 for duty in mine)
    memory = MEMORY_DAYS * problem.slots_a_day
    latest = max((duty.start for duty in mine), default=0)
    return replace(
        person,
        before=tuple(duty for duty in (*person.before, *mine) if duty.start > latest - memory),
        minutes_before=(*person.minutes_before, sum(kinds[duty.shift].paid_minutes for duty in mine)),
        nights_before=person.nights_before + nights,
        weekends_before=person.weekends_before + weekends,
    )
