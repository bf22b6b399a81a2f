"""The code lists that Darwin knows, and what an entry of each says besides its code and label.

A room that needs a list declares it when it starts. A file that names another list, or another attribute,
is told so: a misspelt attribute would otherwise be a rule that silently does not hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_WORDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    str: "a text",
    list: "a list of texts",
}


@dataclass(frozen=True, slots=True)
class ListKind:
    """A code list: what it is called, what it is for, and the type of each attribute of an entry.

    attributes that may be left out are named in `optional`. required_codes are those that code relies on.
    """

    code: str
    meaning: str
    attributes: Mapping[str, type] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    required_codes: frozenset[str] = frozenset()


_kinds: dict[str, ListKind] = {}


def declare_list(kind: ListKind) -> None:
    """Make a list known. Raises ValueError if another list was declared under its code."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ValueError(f"the code list {kind.code} is declared twice, differently")


def known_list(code: str) -> ListKind | None:
    """The list declared under this code, if any."""
    return _kinds.get(code)


def known_lists() -> list[ListKind]:
    """Every declared list, by code."""
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def attribute_fault(kind: ListKind, name: str, value: Any) -> str:
    """Why `value` cannot stand for the attribute `name`; empty if it can."""
    wanted = kind.attributes.get(name)
    if wanted is None:
        known = ", ".join(sorted(kind.attributes)) or "none"
        return f"an entry of “{kind.code}” has no key “{name}”. Its own keys are: {known}."
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return f"“{name}” must be {_WORDS[list]}."
    return "" if type(value) is wanted else f"“{name}” must be {_WORDS[wanted]}."


def _declare(code: str, meaning: str, optional: str = "", /, **attributes: type) -> None:
    declare_list(ListKind(code, meaning, attributes, frozenset(optional.split())))


_declare("force", "The police force", "districts", reference_prefix=str, districts=list)
_declare(
    "neighbourhood",
    "A neighbourhood policing area",
    "",
    policing_area=str,
    districts=list,
    wards=list,
)
_declare("contact_channel", "How a contact reaches the force", "", emergency=bool, digital=bool, spoken=bool)
_declare("caller_role", "Who the caller is to what is reported")
_declare("fallback_number", "Whom to ring when Darwin is away", "", number=str, when=str)
_declare("abandon_point", "Where in the journey a caller gave up")
_declare("access_route", "The means by which somebody who cannot use the spoken line in English is heard")
_declare("language", "A language a caller speaks or signs", "", welsh_standards=bool)
_declare(
    "failure_demand", "What the force did not do, or not do right, that caused the contact", "", owner=str
)
_declare(
    "contact_disposition",
    "What became of a contact",
    "",
    stops_clock=bool,
    needs_second_person=bool,
    needs_incident=bool,
    counts_as_contact=bool,
    next_actor=str,
)
_declare(
    "response_grade",
    "How soon the force attends",
    "attend_within_minutes attend_within_minutes_rural contact_within_minutes",
    attend_within_minutes=int,
    attend_within_minutes_rural=int,
    contact_within_minutes=int,
    lower_needs_second_person=bool,
)
_declare(
    "service_target",
    "A share that the force sets out to reach",
    "",
    measure=str,
    percent=int,
    threshold=str,
    denominator=str,
)
_declare(
    "nsir_category",
    "What an incident was reported as or turned out to be",
    "force_code",
    group=str,
    force_code=str,
)
_declare("nsir_qualifier", "What else an incident involved")
_declare("vulnerability_marker", "Why somebody may be at greater risk of harm")
_declare("warning_marker", "What an officer needs to know to stay safe")
_declare("delay_reason", "Why an attendance is late", "", resource_was_free=bool)
_declare("outcome_code", "How a recorded crime ended", "", counts_in_totals=bool)
_declare(
    "retention_rule",
    "How long a record is kept and when it is reviewed",
    "clear_period_years review_every_years keep_until_age",
    clear_period_years=int,
    review_every_years=int,
    keep_until_age=int,
    decision=str,
)
_declare("title", "What an office or a body is called")
_declare("idle_lock_zone", "A kind of place where a screen stands", "", dims_when_secure=bool)
_declare("secure_room", "A room that the force has declared secure", "", zone=str)
_declare("wallboard", "A line that the wall shows", "queues", channel=str, queues=list)
_declare("pause_reason", "Why a handler is paused, as the switch and the wall name it")
