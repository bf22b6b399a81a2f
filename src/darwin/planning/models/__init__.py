"""Tables of the planning room."""

from darwin.planning.models.people import Absence, AbsenceKind, PlannedPerson, RuleSet
from darwin.planning.models.rosters import Roster, RosterShift
from darwin.planning.models.runs import Run, RunKind, RunResult, RunState

__all__ = [
    "Absence",
    "AbsenceKind",
    "PlannedPerson",
    "Roster",
    "RosterShift",
    "RuleSet",
    "Run",
    "RunKind",
    "RunResult",
    "RunState",
]
