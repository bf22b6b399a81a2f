"""What may stand in an entry. The ledger cannot forget, so whatever could name a person is refused here.

What an entry holds is a word of ours (an event, a field's name, a code), a count or a random identifier.
"""

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from darwin.ledger.actors import Actor, Subject, Verb

_WORD = re.compile(r"[a-z][a-z0-9_]{0,62}")
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,62}){1,3}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){0,3}")
_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,47}")
# Five digits in a row begin a telephone number, a collar number or a date of birth; no name of ours has them.
_NUMBER = re.compile(r"[0-9](?:[-_.]?[0-9]){4}")
# A British telephone number written as an integer has ten digits.
LARGEST_COUNT = 999_999_999


class EntryRefused(ValueError):
    """An entry holds something the ledger must never hold, or lacks its form. The text says which and why."""


def check_event(event: str) -> str:
    return _checked(event, _EVENT, "an event", "room.verb_noun, such as contact.imported")


def check_screen(screen: str) -> str:
    return _checked(screen, _EVENT, "a screen", "room.page, such as contact.lost_callers")


def check_reason_code(code: str) -> str:
    if code == "":
        return code
    return _checked(code, _CODE, "a reason code", "a short code, such as data_quality; text goes into reason")


def check_fields(fields: Iterable[str]) -> list[str]:
    if isinstance(fields, str):
        raise EntryRefused("fields is one text. It must be a list of field names, such as ['disposition'].")
    return [_checked(name, _FIELD, "a field", "the field's name, never its value") for name in fields]


def check_counts(counts: Mapping[str, int]) -> dict[str, int]:
    checked: dict[str, int] = {}
    for name, count in counts.items():
        _checked(name, _FIELD, "the name of a count", "a word such as rows")
        if type(count) is not int or not 0 <= count <= LARGEST_COUNT:
            raise EntryRefused(
                f"The count “{name}” is not a whole number from 0 to {LARGEST_COUNT:,}. Larger numbers are "
                "refused because a telephone number written as a number would be one."
            )
        checked[name] = count
    return checked


def check_subjects(subjects: Iterable[Subject]) -> list[Subject]:
    """The subjects without repeats, in their order."""
    checked = list(dict.fromkeys(subjects))
    for subject in checked:
        _checked(subject.kind, _WORD, "the kind of a subject", "a word such as contact")
        _check_id(subject.id, f"The subject {subject.kind}")
    return checked


def check_actor(actor: Actor) -> Actor:
    _checked(actor.kind, _WORD, "the kind of an actor", "staff or system")
    if actor.id is not None:
        _check_id(actor.id, "The actor")
        if actor.name:
            raise EntryRefused(
                "An actor with an identifier has no name in the ledger: it keeps no names of people."
            )
    elif actor.kind == "staff":
        raise EntryRefused("A staff actor needs the account's identifier.")
    else:
        _checked(actor.name, _CODE, "the name of a part of the system", "a short code such as import")
    return actor


def check_verb(verb: Verb | str) -> Verb:
    try:
        return Verb(verb)
    except ValueError:
        known = ", ".join(Verb)
        raise EntryRefused(f"“{verb}” is not a verb of the ledger. It must be one of: {known}.") from None


def _checked(text: str, form: re.Pattern[str], what: str, wanted: str) -> str:
    # The refused text is not repeated: it may be the very personal value that must not reach a log.
    if not isinstance(text, str) or not form.fullmatch(text):
        raise EntryRefused(f"The ledger refused {what} that has not the right form. It must be {wanted}.")
    if _NUMBER.search(text):
        raise EntryRefused(
            f"The ledger refused {what} with five or more digits in a row: it may be a telephone number, "
            "which the ledger could never forget."
        )
    return text


def _check_id(identifier: UUID, whose: str) -> None:
    if not isinstance(identifier, UUID):
        raise EntryRefused(f"{whose} is not named by a UUID.")
    if identifier.version in (3, 5):
        raise EntryRefused(
            f"{whose} is named by a UUID made from a value (version {identifier.version}), which is a bare "
            "hash of that value. Use darwin.ledger.ids.new_id()."
        )
