"""Codes of this room in the words of reference data; a code that it does not know stays as it is."""

from django.utils.translation import gettext as _

from darwin.reference.queries import UnknownReference, code


def channel_words(channel: str | None) -> str:
    """The channel of a contact in words."""
    return code_words("contact_channel", channel)


def code_words(list_code: str, value: str | None) -> str:
    """An entry of a list in words; "not known" without one."""
    if not value:
        return _("not known")
    try:
        return str(code(list_code, value))
    except UnknownReference:
        return value
