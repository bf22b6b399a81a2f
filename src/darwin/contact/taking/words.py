"""What a handler typed, as it is kept, and the contact that it tells of when it is finished."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from darwin.contact.services.logging import ContactEntry, ContactRefused, ReferralEntry
from darwin.contact.services.queues import TELEPHONE
from darwin.deadlines.clock import LONDON

TEXTS = (
    "narrative",
    "location",
    "who",
    "number",
    "channel",
    "caller_role",
    "disposition",
    "language",
    "access_route",
    "access_needs",
    "promise_by",
    "agency",
    "referral_reason",
)
TAGS = "tags"
LONGEST = 100_000
"""Characters of one field: some hours of typing. What is longer comes from a fault, not from a person."""


def words_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the page out of whatever was sent: texts by their names, and the list of tags.

    What the database cannot hold (NUL, halves of a character) is left out of a text; nothing else is changed.
    """
    words: dict[str, Any] = {name: _text(told[name]) for name in TEXTS if isinstance(told.get(name), str)}
    tags = told.get(TAGS)
    words[TAGS] = [_text(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return words


def _text(text: str) -> str:
    whole = text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole[:LONGEST]


def entry_of(
    words: Mapping[str, Any], *, taken_at: datetime, finished_at: datetime, entered_later: bool
) -> ContactEntry:
    """What the words tell of a contact. Raises ContactRefused where a field cannot be read."""

    def said(name: str) -> str | None:
        return str(words.get(name, "")).strip() or None

    agency, why = said("agency") or "", said("referral_reason") or ""
    return ContactEntry(
        taken_at=taken_at,
        channel=said("channel") or TELEPHONE,
        caller=said("number"),
        narrative=str(words.get("narrative", "")),
        location=said("location") or "",
        access_needs=said("access_needs") or "",
        caller_role=said("caller_role"),
        disposition=said("disposition"),
        language=said("language"),
        access_route=said("access_route"),
        tags=tuple(words.get(TAGS, ())),
        promise_by=_moment(said("promise_by")),
        promised_at=finished_at,
        referrals=(ReferralEntry(agency=agency, reason=why),) if agency or why else (),
        entered_later=entered_later,
    )


def _moment(written: str | None) -> datetime | None:
    """A day and a time of day as a browser's own field writes it ("2026-11-22T15:30"), in London."""
    if written is None:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=LONDON)
    except ValueError:
        raise ContactRefused(
            [("promise_by", _("Write the day and the time of day of the call-back. What you typed is kept."))]
        ) from None
