"""Asking something of a switch from Darwin's screens, and how whoever listens to it takes that."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from darwin.contact.models import CommandKind, SwitchCommand, SwitchConnection
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.reference.queries import installation

TAKEN_WITHIN = timedelta(seconds=5)
"""A command older than this is not done any more: by then the person has used their telephone instead."""
HEARD_WITHIN = timedelta(seconds=15)
# Both are lengths of real time, however fast practice lets the clock run (clock.shown_in).


class SwitchRefuses(DarwinError):
    """A command that cannot be given to the switch; the sentence says what to do by hand."""


@transaction.atomic
def ask_switch(
    *,
    actor: Actor,
    switch: str,
    kind: CommandKind,
    interface: str,
    call_id: str = "",
    detail: dict[str, Any] | None = None,
) -> SwitchCommand:
    """Put a command before whoever listens to this switch. Raises SwitchRefuses in shadow mode, where Darwin
    writes nothing back, and where the switch is not heard."""
    house = installation()
    if house is not None and house.mode == "shadow":
        raise SwitchRefuses(
            "Darwin runs in shadow beside your switch and tells it nothing. Use the telephone itself."
        )
    now = clock.now()
    line = SwitchConnection.objects.filter(switch=switch).first()
    if (
        line is None
        or line.connected_since is None
        or (line.heard_at or now) < now - clock.shown_in(HEARD_WITHIN)
    ):
        raise SwitchRefuses("The switch is not heard now. Use the telephone itself; what you type is kept.")
    command = SwitchCommand.objects.create(
        switch=switch,
        kind=kind,
        interface=interface,
        call_id=call_id,
        detail=detail or {},
        asked_at=now,
        asked_by=actor.id,
    )
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event=f"contact.switch_asked_to_{kind}",
        subjects=[Subject("switch_command", command.id)],
    )
    return command


@transaction.atomic
def take_commands(*, switch: str) -> list[SwitchCommand]:
    """The commands nobody has taken yet, oldest first, taken by the caller; those too old fail instead."""
    now = clock.now()
    waiting = list(
        SwitchCommand.objects.select_for_update(skip_locked=True)
        .filter(switch=switch, taken_at__isnull=True)
        .order_by("asked_at", "id")
    )
    fresh = []
    for command in waiting:
        command.taken_at = now
        if command.asked_at < now - clock.shown_in(TAKEN_WITHIN):
            command.done_at, command.outcome = now, "failed"
            command.trouble = "The switch did not take this in time. Use the telephone itself."
        else:
            fresh.append(command)
        command.save(update_fields=["taken_at", "done_at", "outcome", "trouble"])
    return fresh


def finish_command(*, command_id: UUID, trouble: str = "") -> None:
    """Say how a taken command ended; `trouble` is a sentence for the person who asked."""
    SwitchCommand.objects.filter(id=command_id, outcome="").update(
        done_at=clock.now(), outcome="failed" if trouble else "done", trouble=trouble[:400]
    )
