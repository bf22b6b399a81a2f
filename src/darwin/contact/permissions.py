"""Who may see what of the contact room: one rule each for a page, its list, its count and its export."""

from django.db.models import Q

from darwin.contact.floor import interfaces_of
from darwin.contact.models import ContactDraft
from darwin.staff.models import Account, ApiToken
from darwin.staff.permissions import Grant, Rule, of_line_reports, own
from darwin.staff.roles import SUPPRESSED
from darwin.staff.scopes import Scope

_RUN_THE_LINE = frozenset({"contact_supervisor", "duty_inspector"})
_READ_FIGURES = frozenset(
    {
        "contact_handler",
        "desk_operator",
        "dispatcher",
        "quality_assessor",
        "resource_planner",
        "analyst",
        "chief_officer",
        "people_services",
        "finance_officer",
        "inspector",
        "crime_registrar",
        "professional_standards",
        "auditor",
        "data_protection_officer",
        "local_policing_body",
        "panel_reader",
    }
)

# Figures of a line hold no personal data. Who holds a role of staff.roles.SUPPRESSED sees small counts
# hidden.
SEE_MEASURES = Rule(
    "contact.measures",
    "See how long callers waited and how many gave up, with the definition of each figure",
    _RUN_THE_LINE | _READ_FIGURES,
)
# Counts and waits of now, without a number or a name: those who work on the line or for it. Small counts are
# shown as they are, so that nobody of staff.roles.SUPPRESSED is among them.
SEE_WALL = Rule(
    "contact.wall",
    "See the wall: who waits now, how long, and how many handlers are free, as counts",
    _RUN_THE_LINE | {"contact_handler", "desk_operator", "dispatcher", "resource_planner", "chief_officer"},
)
PAIR_WALLS = Rule(
    "contact.pair_walls",
    "Let a screen on a wall show the line, and end that",
    _RUN_THE_LINE,
)
SEE_FLOOR = Rule(
    "contact.floor",
    "See each handler's state on the floor, and since when",
    _RUN_THE_LINE,
)
LIST_CALLS = Rule(
    "contact.calls",
    "List the calls of a queue, one by one",
    _RUN_THE_LINE | {"quality_assessor", "professional_standards"},
)
SEE_CONTACT = Rule(
    "contact.contact",
    "Open one call and see its legs, its waits and who answered",
    _RUN_THE_LINE | {"quality_assessor", "professional_standards"},
)
SEE_LOST_CALLERS = Rule(
    "contact.lost_callers",
    "See who gave up before being answered, and whether they came back",
    _RUN_THE_LINE | {"quality_assessor"},
)
# Counts, lines and reasons, never the values of a row: who keeps the house running may see them too.
SEE_IMPORTS = Rule(
    "contact.imports",
    "See which call records were imported, and which rows were left out and why",
    _RUN_THE_LINE | {"analyst", "resource_planner", "data_protection_officer", "administrator"},
)
ANNOTATE_MEASURES = Rule(
    "contact.annotate_measures",
    "Write beside a measure what happened in a month, and set new limits from a month on",
    {"analyst", "contact_supervisor", "chief_officer"},
)
# Its rows are accounts: one's own, and those of the people whose line manager one is. Nobody else's.
SEE_HANDLER_FIGURES = Rule.any_of(
    "contact.handler_figures",
    "See the figures of one contact handler: one's own, or those of a person one manages",
    Grant({"contact_handler", "contact_supervisor", "desk_operator"}, own("")),
    Grant({"contact_supervisor", "duty_inspector"}, of_line_reports("")),
)
WORK_CALL_BACKS = Rule(
    "contact.call_backs",
    "Ring back those who gave up, and those who were promised a call",
    _RUN_THE_LINE | {"contact_handler"},
)
# Its rows are routings: what is kept for oneself.
TAKE_ROUTED = Rule(
    "contact.routed",
    "See what the routing policy keeps for one and why, take it or pass it on",
    {"contact_handler"},
    own("account"),
)
USE_FALLBACK = Rule(
    "contact.fallback",
    "Print the pack to go on with when Darwin is away, and key in what was taken on paper",
    _RUN_THE_LINE | {"contact_handler"},
)
# Who has reported is told by the list itself, so nobody who works the other list sees this one.
SEE_NOT_SAFE = Rule(
    "contact.not_safe_to_ring",
    "See which numbers are not safe to ring, and decide whether and how one is rung",
    _RUN_THE_LINE,
)

# What another system may do here. A client reads back what it logged itself and nothing else: a token is made
# by an administrator, who sees no contact.
TELL_OF_CALLS = Scope("telephony.events", "Tell of the calls of the switch it speaks for", signed=True)
READ_TOLD_CALLS = Scope(
    "telephony.read",
    "See what Darwin made of the calls it told of, without their numbers",
    personal=True,
    rows=lambda token: Q(source=token.client),
)
LOG_CONTACTS = Scope("contact.write", "Log contacts, with what came of them")
READ_OWN_CONTACTS = Scope(
    "contact.read",
    "Read the contacts that it logged itself",
    personal=True,
    rows=lambda token: Q(source=source_of_client(token)),
)


def source_of_client(token: ApiToken) -> str:
    """The source of the contacts that this token's client logs; its switch's calls have its bare name."""
    return f"api/{token.client}"


def _own_calls(account: Account) -> Q:
    """Contacts that ring or were answered at one's own telephone, or of which one has written; a message
    that one has taken is among the latter."""
    theirs = Q(pk__in=ContactDraft.objects.filter(account=account).values("key"))
    for switch, interface in interfaces_of(account):
        theirs |= Q(source=switch, on_floor__agents__contains=[interface])
        theirs |= Q(source=switch, legs__agent=interface)
    return theirs


# Its rows are contacts: those of one's own telephone; a supervisor, who may help, opens any.
TAKE_CALLS = Rule.any_of(
    "contact.take_calls",
    "Take calls: see what the number may tell, write what the caller says and record what became of it",
    Grant({"contact_handler"}, _own_calls),
    Grant({"contact_supervisor"}),
)
# Its rows are drafts: what one has typed oneself, and for a supervisor what the handlers have.
KEEP_NOTES = Rule.any_of(
    "contact.keep_notes",
    "Keep what is typed during a call, and go on with it",
    Grant({"contact_handler"}, own("account")),
    Grant({"contact_supervisor"}),
)


def reads_published_figures_only(account: Account) -> bool:
    """True for a person who sees measures by a role outside the force's own command, and by no other."""
    return not account.roles_now() & (SEE_MEASURES.roles - SUPPRESSED)
