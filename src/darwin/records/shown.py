"""How dates of birth, codes, values and records of this room are written on a page."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from darwin.records.births import Birth
from darwin.records.models import Location, Person, PhoneIdentity, Sex, Vehicle
from darwin.reference.queries import codes
from darwin.staff.models import Account
from darwin.theme.formats import NO_SPACE_BREAK, months, telephone


def birth_words(birth: Birth) -> str:
    """ "7 Mar 1984", "Mar 1984", "1984", "7 Mar" or "not known"."""
    month = months()[birth.month - 1] if birth.month else ""
    parts = [str(birth.day) if birth.day and month else "", month, str(birth.year) if birth.year else ""]
    return NO_SPACE_BREAK.join(filter(None, parts)) or _("not known")


def birth_typed(birth: Birth) -> str:
    """A date of birth as `births.read_birth` reads it: "7/3/1984", "3/1984", "1984"; "7/3" without a year."""
    return "/".join(str(part) for part in (birth.day, birth.month, birth.year) if part)


def labels(list_code: str) -> dict[str, str]:
    """What each code of a list is called, in the reader's language."""
    return {entry.code: str(entry) for entry in codes(list_code)}


def title_of(record: Model) -> str:
    """What a page about a record is called."""
    if isinstance(record, Person):
        return record.shown_name or _("No name recorded")
    if isinstance(record, PhoneIdentity):
        return telephone(record.number)
    if isinstance(record, Location):
        return record.words
    if isinstance(record, Vehicle):
        return record.vrm
    raise TypeError(f"a {type(record).__name__} has no page")


def names_of_accounts(identifiers: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Who each of these accounts is, as colleagues know them; None and one that is gone are Darwin's. One
    query, or none."""
    asked = set(identifiers)
    wanted = [identifier for identifier in asked if identifier is not None]
    known = dict(Account.objects.filter(pk__in=wanted).values_list("id", "display_name")) if wanted else {}
    return {identifier: known.get(identifier, "Darwin") if identifier else "Darwin" for identifier in asked}


def field_words(field: str) -> str:
    """What a value of a person or a vehicle is called on a page, by the name of its field."""
    known = {
        "title": _("Title"),
        "given_name": _("Given name"),
        "middle_names": _("Middle names"),
        "family_name": _("Family name"),
        "birth_year": _("Year of birth"),
        "birth_month": _("Month of birth"),
        "birth_day": _("Day of birth"),
        "sex": _("Sex"),
        "language": _("Language"),
        "identity_note": _("To tell them from others"),
        "retention_group": _("Kept under"),
        "make": _("Make"),
        "model": _("Model"),
        "colour": _("Colour"),
        "decision": _("Decision"),
    }
    return known.get(field, field.replace("_", " "))


def value_words(field: str, value: object) -> str:
    """A value of that field as it is written on a page."""
    if value in ("", None):
        return _("not known")
    if field == "birth_month":
        return months()[int(str(value)) - 1]
    if field == "sex":
        return str(Sex(str(value)).label)
    if field in ("language", "retention_group"):
        listed = labels({"language": "language", "retention_group": "retention_rule"}[field])
        return listed.get(str(value), str(value))
    if isinstance(value, dict):
        return "; ".join(str(part) for key, part in value.items() if key != "by" and part)
    return str(value)


def cause_words(cause: str) -> str:
    """How a value came to be changed."""
    return {
        "corrected": _("corrected"),
        "merged": _("records joined"),
        "unmerged": _("records taken apart"),
        "declined": _("disposal declined"),
    }.get(cause, cause)
