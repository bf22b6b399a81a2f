"""The live screen that tells each handler's page which call is theirs: identifiers and times only."""

import json

from django.http import HttpRequest

from darwin.contact.models import FloorStage
from darwin.contact.now.reading import read_now
from darwin.contact.permissions import TAKE_CALLS
from darwin.ledger.live.screens import Screen, register_screen

NAME = "contact.desks"
GONE_EVERY_S = 1.0
"""What a snapshot of the switch takes off the floor leaves no row by which its going could be seen."""


def compute_desks() -> bytes:
    """JSON of account id to {"contact", "stage", "since"}: the call that rings at, or is spoken at, their
    telephone; a call that is spoken goes before one that rings. Of the reading that all live screens of the
    line share, so that it costs a tick no query of its own."""
    reading = read_now()
    desks: dict[str, dict[str, str]] = {}
    calls = [call for call in reading.calls if call.stage != FloorStage.WAITING]
    calls.sort(key=lambda call: (call.stage != FloorStage.TALKING, call.since, call.call_id))
    for call in calls:
        for interface in call.agents:
            account = reading.owners.get((call.switch, interface))
            if account is not None:
                desks.setdefault(
                    str(account),
                    {
                        "contact": str(call.contact_id),
                        "stage": str(call.stage),
                        "since": call.since.isoformat(),
                    },
                )
    return json.dumps(desks, sort_keys=True).encode()


def _may_watch(request: HttpRequest) -> bool:
    return TAKE_CALLS.permits(request.user)


def register() -> None:
    """Declare the screen. It shows no personal data, so that watching it is no consultation."""
    register_screen(
        Screen(
            name=NAME,
            compute=compute_desks,
            may_watch=_may_watch,
            events=("contact.call_events_recorded", "contact.handler_linked"),
            every_s=GONE_EVERY_S,
        )
    )
