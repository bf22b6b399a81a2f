"""The roles of the house, declared once.

A role is what a person does today; what it may see is decided by the rules (`staff.permissions`).
The title of the local policing body is dated reference data (the office of police and crime
commissioner is to end in May 2028), so that role has only the words to fall back on here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Where a role stands on the practice sign-in page."""

    LINE = "On the line"
    STREET = "On the street"
    LOOKING = "Looking back and ahead"
    GUARDS = "Those who guard"


@dataclass(frozen=True, slots=True)
class Role:
    """One role.

    code: the name in the database. title: what people call it. sentence: what it may do, in one
    sentence. home: the url name of the page it begins its day on. key: its digit on the practice
    sign-in page, or "" if it has none.
    """

    code: str
    title: str
    sentence: str
    group: Group
    key: str = ""
    home: str = "staff:home"


_DECLARED = (
    Role(
        "contact_handler",
        "Contact handler",
        "Answers the public, records what they say and sees their own figures.",
        Group.LINE,
        "1",
    ),
    Role(
        "contact_supervisor",
        "Contact supervisor",
        "Watches the line, has lost callers rung back and sees the figures of their own handlers.",
        Group.LINE,
        "2",
    ),
    Role(
        "desk_operator",
        "Digital Desk operator",
        "Opens reports that arrive online and answers those who sent them.",
        Group.LINE,
        "3",
    ),
    Role(
        "duty_inspector",
        "Duty inspector",
        "Commands the floor for a shift and decides where a second person is wanted.",
        Group.LINE,
    ),
    Role(
        "quality_assessor",
        "Quality assessor",
        "Reads and listens to finished contacts to learn how well they were met.",
        Group.LINE,
    ),
    Role(
        "dispatcher",
        "Dispatcher",
        "Sends units to incidents and keeps their clocks.",
        Group.STREET,
        "4",
    ),
    Role(
        "officer",
        "Response officer",
        "Takes jobs, says what was found and sees what is needed before going in.",
        Group.STREET,
        "5",
    ),
    Role(
        "investigator",
        "Investigator",
        "Works the investigations allocated to them.",
        Group.STREET,
        "6",
    ),
    Role(
        "investigation_supervisor",
        "Investigation supervisor",
        "Allocates and reviews the investigations of their team.",
        Group.STREET,
    ),
    Role(
        "missing_persons_coordinator",
        "Missing persons coordinator",
        "Follows every missing episode and its return home interview.",
        Group.STREET,
    ),
    Role(
        "partner",
        "Partner agency",
        "Sees and answers the referrals made to their own agency, and nothing else.",
        Group.STREET,
    ),
    Role(
        "resource_planner",
        "Resource planner",
        "Plans shifts against the forecast.",
        Group.LOOKING,
        "7",
    ),
    Role(
        "analyst",
        "Analyst",
        "Reads every measure with its definition, and the lists behind it without names.",
        Group.LOOKING,
        "8",
    ),
    Role(
        "local_policing_body",
        "Local policing body",
        "Sees published figures, small numbers suppressed; can neither task, route nor open a record.",
        Group.LOOKING,
        "9",
    ),
    Role(
        "panel_reader",
        "Police and crime panel reader",
        "Reads the panel's papers and published figures, small numbers suppressed.",
        Group.LOOKING,
    ),
    Role(
        "chief_officer",
        "Chief officer",
        "Reads the force's figures and answers for them.",
        Group.LOOKING,
    ),
    Role(
        "people_services",
        "People services",
        "Keeps skills, postings and welfare offers of staff.",
        Group.LOOKING,
    ),
    Role(
        "finance_officer",
        "Finance officer",
        "Reads what demand costs and keeps the savings plan.",
        Group.LOOKING,
    ),
    Role(
        "inspector",
        "Inspector (HMICFRS)",
        "Reads figures, their definitions and the evidence given to the inspectorate.",
        Group.GUARDS,
    ),
    Role(
        "crime_registrar",
        "Force crime registrar",
        "Decides how crimes are recorded, and reads what those decisions rest on.",
        Group.GUARDS,
    ),
    Role(
        "professional_standards",
        "Professional standards",
        "Reads what bears on a complaint or conduct matter, each reading with its reason.",
        Group.GUARDS,
    ),
    Role(
        "auditor",
        "Auditor",
        "Reads the ledger: who changed and who looked at what.",
        Group.GUARDS,
    ),
    Role(
        "data_protection_officer",
        "Data protection officer",
        "Reads the ledger and answers for what is kept, disclosed and erased.",
        Group.GUARDS,
    ),
    Role(
        "administrator",
        "Administrator",
        "Opens and closes accounts and grants roles; cannot read operational personal data.",
        Group.GUARDS,
    ),
)

ROLES: dict[str, Role] = {role.code: role for role in _DECLARED}
EVERYONE: frozenset[str] = frozenset(ROLES)

# Held outside the force's own command: they see published figures only, with small numbers suppressed.
SUPPRESSED: frozenset[str] = frozenset({"local_policing_body", "panel_reader"})


class UnknownRole(ValueError):
    """A role of that name is not declared. The text lists those that are."""


def role(code: str) -> Role:
    """The role of that code. Raises UnknownRole."""
    try:
        return ROLES[code]
    except KeyError:
        raise UnknownRole(f"There is no role “{code}”. The roles are: {', '.join(sorted(ROLES))}.") from None
