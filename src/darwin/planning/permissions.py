"""Who may see plans, make them, and see who works when."""

from django.db.models import Q

from darwin.staff.models import Account
from darwin.staff.permissions import Grant, Rule

_PLAN = frozenset({"resource_planner"})
_RUN_THE_LINE = frozenset({"contact_supervisor", "duty_inspector"})

# Forecasts and what-ifs name nobody; half-hours hold small counts, so that nobody of staff.roles.SUPPRESSED
# is among those who read them.
SEE_PLANS = Rule(
    "planning.see",
    "See forecasts, the handlers needed, what-ifs and how well the twin reproduces the past",
    _PLAN | _RUN_THE_LINE | {"analyst", "chief_officer", "people_services", "finance_officer", "inspector"},
)
MAKE_PLANS = Rule(
    "planning.plan",
    "Ask for a forecast, a what-if, a twin check or a roster",
    _PLAN,
)
SEE_ROSTERS = Rule(
    "planning.rosters",
    "See the roster of the floor: who works when",
    _PLAN | _RUN_THE_LINE | {"people_services"},
)
PLAN_PEOPLE = Rule(
    "planning.people",
    "Say whom rosters may give shifts to, when they are away, and which roster holds",
    _PLAN,
)


def _own_published(account: Account) -> Q:
    return Q(person__account_id=account.pk, roster__published_at__isnull=False)


# Its rows are shifts: those of published rosters that are one's own.
SEE_OWN_SHIFTS = Rule(
    "planning.own_shifts",
    "See one's own shifts, where the roster is published",
    {"contact_handler", "contact_supervisor", "desk_operator", "dispatcher"},
    _own_published,
)
# Its rows are shifts.
SEE_SHIFTS = Rule.any_of(
    "planning.shifts",
    "See a person's shifts: anybody's on the floor one plans or runs, else one's own",
    Grant(_PLAN | _RUN_THE_LINE | {"people_services"}),
    Grant({"contact_handler", "desk_operator", "dispatcher"}, _own_published),
)
