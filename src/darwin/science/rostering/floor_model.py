"""What all people together give: cover by slot and skill, cost, fairness, wishes; on top of `people_model`.

People with the same skills (of those that are needed) form a group; within a group it does not matter who has
which break, so breaks are counted by group and handed out afterwards.
"""

from dataclasses import dataclass

from ortools.sat.python import cp_model

from darwin.science.rostering.people_model import Choice, Working, bind, choices_of
from darwin.science.rostering.problem import ANYBODY, Duty, Need, Person, Problem, Shortfall, is_night

Group = frozenset[str]
# One night or weekend more or less than a person's fair share weighs as much as a wish of this weight.
FAIRNESS_WEIGHT = 10


@dataclass(slots=True)
class FloorModel:
    """The model and what is read from it. `breaks`: how many of a group's duties have which break."""

    problem: Problem
    model: cp_model.CpModel
    working: list[Working]
    breaks: dict[tuple[Group, Choice], dict[int, cp_model.LinearExpr]]
    lacking: dict[tuple[str, int], cp_model.IntVar]

    def cost(self) -> cp_model.LinearExpr:
        """Paid minutes."""
        kinds = self.problem.shift_types
        return cp_model.LinearExpr.weighted_sum(
            [v for mine in self.working for v in mine.duty.values()],
            [kinds[number].paid_minutes for mine in self.working for _, number in mine.duty],
        )

    def missing(self) -> cp_model.LinearExpr:
        """Person-slots of cover that lack, over all needs."""
        return cp_model.LinearExpr.sum(list(self.lacking.values()))

    def unfairness(self) -> cp_model.LinearExpr:
        """Nights and weekend duties away from everybody's fair share, less the weight of the wishes met."""
        terms: list[cp_model.LinearExpr] = []
        for choices, had in (
            (self._nights, [mine.person.nights_before for mine in self.working]),
            (self._weekends, [mine.person.weekends_before for mine in self.working]),
        ):
            counts = [mine.sum(c for c in mine.duty if choices(c)) for mine in self.working]
            terms += self._away_from_share(counts, had)
        for mine in self.working:
            for wish in mine.person.preferences:
                met = mine.sum(c for c in mine.duty if wish.span.begin <= c[0] < wish.span.end)
                terms.append(-wish.weight * met)
        return cp_model.LinearExpr.sum(terms)

    def _away_from_share(
        self, counts: list[cp_model.LinearExpr], had: list[int]
    ) -> list[cp_model.LinearExpr]:
        """Each person's distance above and below the mean of all, weighed."""
        people = len(counts)
        most = self.problem.weeks * 7 * max(1, people)
        mean = self.model.new_int_var(0, most + max(had, default=0), "")
        self.model.add_division_equality(mean, cp_model.LinearExpr.sum(counts) + sum(had), max(1, people))
        away = []
        for count, before in zip(counts, had, strict=True):
            over = self.model.new_int_var(0, most + before, "")
            under = self.model.new_int_var(0, most + max(had), "")
            self.model.add(over >= count + before - mean - 1)
            self.model.add(under >= mean - count - before)
            away += [FAIRNESS_WEIGHT * over, FAIRNESS_WEIGHT * under]
        return away

    def _nights(self, choice: Choice) -> bool:
        length = self.problem.shift_types[choice[1]].length_slots
        return is_night(choice[0], length, self.problem.slot_minutes)

    def _weekends(self, choice: Choice) -> bool:
        return choice[0] // self.problem.slots_a_day % 7 >= 5

    def hint(self, solver: cp_model.CpSolver) -> None:
        """Begin the next search from what this one found."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for number in range(len(self.model.proto.variables)):
            variable = self.model.get_int_var_from_proto_index(number)
            self.model.add_hint(variable, solver.value(variable))

    def duties(self, solver: cp_model.CpSolver) -> tuple[Duty, ...]:
        """What was found, breaks handed out in the order of the people."""
        kinds = self.problem.shift_types
        stock = {
            key: [at for at, count in places.items() for _ in range(solver.value(count))]
            for key, places in self.breaks.items()
        }
        found = []
        for mine in self.working:
            for choice, variable in mine.duty.items():
                if solver.value(variable):
                    at = stock[group_of(self.problem, mine.person), choice].pop(0)
                    found.append(Duty(mine.person.key, choice[0], kinds[choice[1]].key, at))
        return tuple(sorted(found, key=lambda duty: (duty.start, duty.person)))


def group_of(problem: Problem, person: Person) -> Group:
    """The skills of a person that are needed somewhere."""
    return person.skills & frozenset(need.skill for need in problem.needs)


def build(problem: Problem) -> FloorModel:
    """The model of `problem`: every rule of every person hard, cover with a shortfall of its own."""
    model = cp_model.CpModel()
    working = []
    for person in problem.people:
        duty = {choice: model.new_bool_var("") for choice in choices_of(problem, person)}
        mine = Working(person, duty)
        bind(model, problem, mine)
        working.append(mine)
    breaks = _breaks(model, problem, working)
    lacking = {}
    for need in problem.needs:
        lacking.update(_cover(model, problem, need, breaks))
    return FloorModel(problem, model, working, breaks, lacking)


def _breaks(
    model: cp_model.CpModel, problem: Problem, working: list[Working]
) -> dict[tuple[Group, Choice], dict[int, cp_model.LinearExpr]]:
    together: dict[tuple[Group, Choice], list[cp_model.IntVar]] = {}
    for mine in working:
        for choice, variable in mine.duty.items():
            together.setdefault((group_of(problem, mine.person), choice), []).append(variable)
    found: dict[tuple[Group, Choice], dict[int, cp_model.LinearExpr]] = {}
    for key, variables in together.items():
        shift = problem.shift_types[key[1][1]]
        everybody = cp_model.LinearExpr.sum(variables)
        if len(shift.break_offsets) < 2 or not shift.break_slots:
            found[key] = {shift.break_offsets[0] if shift.break_offsets else 0: everybody}
            continue
        places = {at: model.new_int_var(0, len(variables), "") for at in shift.break_offsets}
        model.add(cp_model.LinearExpr.sum(list(places.values())) == everybody)
        found[key] = dict(places)
    return found


def _cover(
    model: cp_model.CpModel,
    problem: Problem,
    need: Need,
    breaks: dict[tuple[Group, Choice], dict[int, cp_model.LinearExpr]],
) -> dict[tuple[str, int], cp_model.IntVar]:
    over: list[list[cp_model.LinearExpr]] = [[] for _ in range(problem.slots)]
    for (group, (start, number)), places in breaks.items():
        if need.skill != ANYBODY and need.skill not in group:
            continue
        shift = problem.shift_types[number]
        for at, count in places.items():
            for slot in at_work(problem, start, shift.length_slots, at, shift.break_slots):
                over[slot].append(count)
    lacking = {}
    for slot, required in enumerate(need.required):
        if required:
            lacks = model.new_int_var(0, required, "")
            model.add(cp_model.LinearExpr.sum(over[slot]) + lacks >= required)
            lacking[need.skill, slot] = lacks
    return lacking


def at_work(problem: Problem, start: int, length: int, break_offset: int, break_slots: int) -> list[int]:
    """The slots of the horizon in which a person with this duty counts as cover."""
    there = [start + slot for slot in range(length) if not break_offset <= slot < break_offset + break_slots]
    if problem.cyclic:
        return [slot % problem.slots for slot in there]
    return [slot for slot in there if 0 <= slot < problem.slots]


def shortfalls_of(problem: Problem, duties: tuple[Duty, ...]) -> tuple[Shortfall, ...]:
    """Where the duties, and those before the horizon that run into it, cover less than is needed."""
    skills = {person.key: person.skills for person in problem.people}
    kinds = {shift.key: shift for shift in problem.shift_types}
    found = []
    for need in problem.needs:
        covered = [0] * problem.slots
        for duty in duties:
            if need.skill == ANYBODY or need.skill in skills[duty.person]:
                shift = kinds[duty.shift]
                for slot in at_work(
                    problem, duty.start, shift.length_slots, duty.break_offset, shift.break_slots
                ):
                    covered[slot] += 1
        found += [
            Shortfall(slot, need.skill, required, there)
            for slot, (required, there) in enumerate(zip(need.required, covered, strict=True))
            if there < required
        ]
    return tuple(found)
