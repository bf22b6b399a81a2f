"""How dates of birth and codes of this room are written on a page."""

from django.utils.translation import gettext as _

from darwin.records.births import Birth
from darwin.reference.queries import codes
from darwin.theme.formats import NO_SPACE_BREAK, months


def birth_words(birth: Birth) -> str:
    """ "7 Mar 1984", "Mar 1984", "1984", "7 Mar" or "not known"."""
    month = months()[birth.month - 1] if birth.month else ""
    parts = [str(birth.day) if birth.day and month else "", month, str(birth.year) if birth.year else ""]
    return NO_SPACE_BREAK.join(filter(None, parts)) or _("not known")


def labels(list_code: str) -> dict[str, str]:
    """What each code of a list is called, in the reader's language."""
    return {entry.code: str(entry) for entry in codes(list_code)}
