"""What a handler typed, as it is kept, and the contact that it tells of when it is finished."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from darwin.contact.periods import NotADay, read_moment
from darwin.contact.services.logging import ContactEntry, ContactRefused, ReferralEntry
from darwin.contact.services.queues import TELEPHONE
from darwin.deadlines.clock import LONDON

TEXTS = (
    "narrative",
    "location",
    "who",
    "number",
    "channel",
    "came_at",
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

    came_at = _came_at(said("came_at"), finished_at)
    agency, why = said("agency") or "", said("referral_reason") or ""
    return ContactEntry(
        taken_at=came_at or taken_at,
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
        promise_by=_promised_by(said("promise_by"), finished_at),
        promised_at=finished_at,
        referrals=(ReferralEntry(agency=agency, reason=why),) if agency or why else (),
        entered_later=entered_later or came_at is not None,
    )


_TIME = re.compile(r"(?:(?P<day>.+?)[ ,T]+)?(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)")


def moment_of(written: str, field: str, now: datetime) -> datetime:
    """A moment in London: "15:30" (today), or a day and a time of day. Raises ContactRefused for `field`."""
    found = _TIME.fullmatch(" ".join(written.split()))
    if found is None:
        raise ContactRefused([(field, _("Write the time of day, like 15:30. What you typed is kept."))])
    try:
        day = read_moment(found["day"], last=False) if found["day"] else now
    except NotADay as fault:
        raise ContactRefused([(field, str(fault))]) from None
    local = day.astimezone(LONDON)
    return datetime.combine(local.date(), time(int(found["hour"]), int(found["minute"])), LONDON)


def _promised_by(written: str | None, now: datetime) -> datetime | None:
    if written is None:
        return None
    by = moment_of(written, "promise_by", now)
    if by <= now:
        raise ContactRefused(
            [
                (
                    "promise_by",
                    _("That moment has passed. Write a later one, with its day. What you typed is kept."),
                )
            ]
        )
    return by


def _came_at(written: str | None, now: datetime) -> datetime | None:
    """When a contact came that is entered later than it came; None where nobody said."""
    if written is None:
        return None
    at = moment_of(written, "came_at", now)
    if at > now:
        raise ContactRefused(
            [("came_at", _("That moment has not come yet. Write when it came. What you typed is kept."))]
        )
    return at
