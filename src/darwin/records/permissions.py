"""Who may search and open the records, and who decides about them: one rule for a page and its list."""

from darwin.staff.permissions import Rule

_ANSWER = frozenset(
    {"contact_handler", "contact_supervisor", "desk_operator", "duty_inspector", "dispatcher"}
)
_INVESTIGATE = frozenset(
    {"officer", "investigator", "investigation_supervisor", "missing_persons_coordinator"}
)
_MIND = frozenset({"data_protection_officer"})

SEARCH_RECORDS = Rule(
    "records.search",
    "Search people, numbers, places and vehicles, and open their records",
    _ANSWER | _INVESTIGATE | _MIND,
)
SEE_NUMBER = Rule(
    "records.number",
    "See what is recorded of a telephone number, and who used it",
    (_ANSWER | _INVESTIGATE | _MIND) - {"officer"},
)
MARK_NUMBER = Rule(
    "records.mark_number",
    "Say what a number is, link it to what asks for care, and propose to end such a link",
    _ANSWER | {"missing_persons_coordinator", "investigator", "investigation_supervisor"},
)
DECIDE_LINKS = Rule(
    "records.decide_links",
    "Decide, as a second person, that a link which makes a number unsafe to ring ends or goes on",
    {"contact_supervisor", "duty_inspector"},
)
RECORD_PEOPLE = Rule(
    "records.record_people",
    "Record people, places and vehicles, correct them and add their markers",
    _ANSWER | _INVESTIGATE,
)
RECORD_NUMBERS = Rule(
    "records.record_numbers",
    "Record which numbers people use, that they use one no more, and the markers of a number",
    RECORD_PEOPLE.roles & SEE_NUMBER.roles,
)
OPEN_RESTRICTED = Rule(
    "records.open_restricted",
    "Open a restricted record, giving the reason each time",
    {"duty_inspector", "data_protection_officer"},
)
RESTRICT_RECORDS = Rule("records.restrict", "Restrict a record, and end a restriction", {"duty_inspector"})
MERGE_PEOPLE = Rule(
    "records.merge",
    "Join two records of one person, and take them apart again",
    {"contact_supervisor", "duty_inspector", "investigation_supervisor", "data_protection_officer"},
)
REVIEW_RETENTION = Rule(
    "records.review_retention",
    "Review how long records are kept, and hold, retain or dispose of them, two people for a disposal",
    {"data_protection_officer", "investigation_supervisor"},
)
ANSWER_SUBJECTS = Rule(
    "records.subject_access",
    "Make the pack that answers a person who asks what is held about them",
    {"data_protection_officer"},
)
