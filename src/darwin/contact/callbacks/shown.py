"""The rows of the two lists as a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from darwin.contact.callbacks.listed import CallBackRow, Standing
from darwin.contact.models import AbandonPoint
from darwin.contact.telephony.events import Outcome
from darwin.outbound.judging import ADVISED_KINDS
from darwin.outbound.wording import kind_words
from darwin.staff.models import Account
from darwin.theme import formats
from darwin.theme.parts import ClockFace

SOON = timedelta(minutes=10)
_SECOND_MS = 1000


@dataclass(frozen=True, slots=True)
class ShownRow:
    """row: as it is listed. where: in words. holder: who has it. says: why it cannot be taken now.
    own_attempt: the attempt by which the person who looks has it."""

    row: CallBackRow
    kind: str
    is_marked: bool
    where: str
    holder: str
    says: str
    clock: ClockFace
    can_take: bool
    own_attempt: UUID | None


@dataclass(frozen=True, slots=True)
class ShownNotSafe:
    """A row that tells nothing but that it is there: no number, kind, place or reason.

    says: its state; symbol: of the theme; can_open: False while somebody is on the line with them.
    """

    row: CallBackRow
    says: str
    symbol: str
    can_open: bool


def list_of(rows: Sequence[CallBackRow], account: Account, at: datetime) -> list[ShownRow]:
    """The list that everybody works from, in its own order."""
    return [_shown(row, account, at) for row in rows]


def _shown(row: CallBackRow, account: Account, at: datetime) -> ShownRow:
    mine = row.decision.held_by == account.id
    holder = _("you") if mine else row.decision.holder
    soon_ms = int(SOON.total_seconds()) * _SECOND_MS
    return ShownRow(
        row=row,
        kind=kind_words(row.decision.kind),
        is_marked=row.decision.kind in ADVISED_KINDS,
        where=where_words(row),
        holder=_("%(name)s, ringing") % {"name": holder} if holder else _("nobody"),
        says=_rang_again(row) if row.standing is Standing.RANG_AGAIN else row.why,
        clock=ClockFace.until(row.owed.ring_by, now=at, started_at=row.owed.last_try, soon_ms=soon_ms),
        can_take=row.standing is Standing.FREE,
        own_attempt=row.owed.open_attempt if mine else None,
    )


def where_words(row: CallBackRow) -> str:
    """Where the last try ended."""
    if row.owed.outcome == Outcome.REFUSED:
        return _("%(queue)s: refused, the queue was full") % {"queue": row.owed.queue}
    if row.owed.outcome == Outcome.CALLBACK_REQUESTED:
        return _("%(queue)s: asked to be rung back") % {"queue": row.owed.queue}
    if row.owed.outcome == Outcome.EXPELLED:
        return _("%(queue)s: sent away by the switch") % {"queue": row.owed.queue}
    if row.owed.gave_up_point == AbandonPoint.IVR:
        return _("recorded message")
    return row.owed.queue


def _rang_again(row: CallBackRow) -> str:
    at = formats.clock_time(row.owed.rang_again_at)
    if row.owed.rings:
        return _("Rang again %(at)s, ringing now") % {"at": at}
    return _("Rang again %(at)s, waiting now") % {"at": at}


def not_safe_of(rows: Sequence[CallBackRow], account: Account, at: datetime) -> list[ShownNotSafe]:
    """The rows of numbers that are not safe to ring, for a supervisor: they look alike."""
    return [_not_safe(row, account, at) for row in rows]


def _not_safe(row: CallBackRow, account: Account, at: datetime) -> ShownNotSafe:
    override = row.decision.override
    if row.standing is Standing.RANG_AGAIN:
        return ShownNotSafe(row, _rang_again(row), "ringing", False)
    if row.standing is Standing.TAKEN:
        return ShownNotSafe(row, _("%(name)s is ringing") % {"name": row.decision.holder}, "ringing", False)
    if override is not None and at < override.until and override.attempt is None:
        until = formats.clock_time(override.until)
        if override.rung_by is None:
            says = _("Decided: do not ring. Look again %(at)s") % {"at": until}
        elif override.rung_by == account.id:
            says = _("You decided to ring, before %(at)s") % {"at": until}
        else:
            says = _("A supervisor decided to ring, before %(at)s") % {"at": until}
        return ShownNotSafe(row, says, "verified", True)
    waited = int((at - row.owed.last_try).total_seconds()) * _SECOND_MS
    return ShownNotSafe(row, _("Undecided for %(time)s") % {"time": formats.wait_words(waited)}, "late", True)
