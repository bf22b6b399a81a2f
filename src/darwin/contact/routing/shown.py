"""What is kept for a handler, as their page shows it: what it is, why it is theirs, and until when.

The live screen contact.routed tells their page when that changes: account id to routing id, nothing else.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from darwin.contact.models import RoutedKind, Routing
from darwin.contact.permissions import TAKE_ROUTED
from darwin.contact.services.routing import routed_to
from darwin.ledger.live.screens import Screen, register_screen
from darwin.reference.queries import UnknownReference, code
from darwin.science.policy import Why
from darwin.staff.models import Account
from darwin.theme import formats
from darwin.theme.formats import Words
from darwin.theme.parts import ClockFace

NAME = "contact.routed"
_SOON_MS = 20_000


def reason_words(reason: str, seconds: float) -> str:
    """One reason as a sentence for the handler, "" for one that says nothing to them; the codes are those of
    science.policy.Why."""
    words = {"time": formats.wait_words(1000 * seconds)}
    sentences = {
        Why.AGED: _("It has moved ahead because it waits."),
        Why.VULNERABLE: _("Somebody at risk goes ahead."),
        Why.REPEAT: _("They have tried before."),
        Why.CALLBACK: _("They are to be rung back."),
        Why.WAITED: _("It has waited %(time)s.") % words,
        Why.LONGEST_FREE: _("You have been free longest of those who take this: %(time)s.") % words,
    }
    return sentences.get(Why(reason), "")


def compute_routed() -> bytes:
    """JSON of account id to the routing that is kept for it. One query."""
    rows = Routing.objects.filter(ended_at=None).values_list("account_id", "id")
    return json.dumps({str(account): str(routing) for account, routing in rows}, sort_keys=True).encode()


def register() -> None:
    """Declare the screen. It shows no personal data, so that watching it is no consultation."""
    register_screen(
        Screen(
            name=NAME,
            compute=compute_routed,
            may_watch=lambda request: TAKE_ROUTED.permits(request.user),
            events=("contact.routed", "contact.routing_ended"),
        )
    )


@dataclass(frozen=True, slots=True)
class RoutedShown:
    """what: "A call-back", or the channel's name. reasons: sentences."""

    id: UUID
    what: Words
    reasons: tuple[str, ...]
    clock: ClockFace


def routed_shown(account: Account, at: datetime) -> RoutedShown | None:
    """What is kept for this person now; nothing of who it is from. One query."""
    routing = routed_to(account, at)
    if routing is None:
        return None
    what: Words = _("A call-back")
    if routing.kind == RoutedKind.MESSAGE:
        try:
            what = str(code("contact_channel", routing.contact.channel, at))
        except UnknownReference:
            what = _("A message")
    return RoutedShown(
        id=routing.id,
        what=what,
        reasons=tuple(filter(None, (reason_words(code, seconds) for code, seconds in routing.reasons))),
        clock=ClockFace.until(routing.until, now=at, started_at=routing.routed_at, soon_ms=_SOON_MS),
    )
