"""Working the list of calls owed: taking a number, ringing it, saying what came of it. All by the gateway."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.contact.callbacks.listed import SUBJECT, CallBackRow, purpose_of, row_of
from darwin.contact.floor import interfaces_of
from darwin.contact.models import CallbackPromise, CommandKind, SwitchConnection
from darwin.contact.services.promises import keep_promise
from darwin.contact.services.switch_commands import SwitchRefuses, ask_switch
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject
from darwin.outbound import thresholds
from darwin.outbound.channels import CALL_BACK, NotSent, Outgoing
from darwin.outbound.judging import Condition
from darwin.outbound.models import Attempt, UnsafeOverride
from darwin.outbound.services.attempts import begin_attempt, finish_attempt
from darwin.outbound.services.overrides import decide_unsafe
from darwin.staff.models import Account


class NotOwed(DarwinError):
    """The number is on no list any more."""


def take_call_back(*, actor: Actor, contact_id: UUID) -> Attempt:
    """Take the number that this contact stands for: from now on nobody else may ring it.

    Raises NotOwed if they have got through or been rung meanwhile, and whatever the gateway refuses with.
    """
    row = _owed(contact_id)
    return begin_attempt(
        actor=actor,
        channel=CALL_BACK,
        number=row.owed.number,
        purpose=purpose_of(row.owed),
        subject=Subject(SUBJECT, row.key),
    )


def decide_call_back(
    *,
    actor: Actor,
    contact_id: UUID,
    reason: str,
    method: Collection[str] | str,
    until: datetime | None = None,
) -> UnsafeOverride:
    """A supervisor's decision about a number that is not safe: they ring it once in this way, or nobody does.

    Raises NotOwed, and what `outbound.services.overrides.decide_unsafe` raises.
    """
    row = _owed(contact_id)
    return decide_unsafe(actor=actor, number=row.owed.number, reason=reason, method=method, until=until)


@transaction.atomic
def finish_call_back(*, actor: Actor, attempt: Attempt, result: str, note: str = "") -> Attempt:
    """Say what came of it. Whoever was spoken to is owed no call any more, and a promise to them is kept."""
    at = clock.now()
    finished = finish_attempt(actor=actor, attempt=attempt, result=result, note=note)
    known = thresholds.results(at).get(result)
    if known is not None and known.attributes["reached"] and not known.attributes["not_safe"]:
        number = finished.point.value
        owed = CallbackPromise.objects.filter(contact__caller_number=number, kept_at=None)
        for promise_id in owed.values_list("id", flat=True):
            keep_promise(actor=actor, promise_id=promise_id)
    return finished


def ring_by_switch(going: Outgoing) -> None:
    """The sender of the channel call_back: the switch rings the person's own telephone, then the number.

    Raises NotSent, with what to do by hand, where the person has no telephone here, the switch cannot be
    told, or a condition cannot be kept by it.
    """
    by_hand = _("Ring on your own telephone, under the conditions shown, then say what came of it.")
    account = Account.objects.filter(pk=going.actor.id).first() if going.actor.id else None
    telephones = interfaces_of(account) if account else []
    if not telephones:
        raise NotSent(_("Darwin knows no telephone of yours at the switch.") + " " + by_hand)
    switch, interface = _heard_first(telephones)
    try:
        ask_switch(
            actor=going.actor,
            switch=switch,
            kind=CommandKind.RING_OUT,
            interface=interface,
            detail={
                "number": going.to,
                "withheld": Condition.WITHHELD in going.conditions,
                "attempt": str(going.attempt.id),
            },
        )
    except SwitchRefuses as refused:
        raise NotSent(f"{refused} {by_hand}") from refused


def _heard_first(telephones: list[tuple[str, str]]) -> tuple[str, str]:
    """The telephone at the switch that was heard last: a person may have one at an old switch too."""
    heard = {line.switch: line.heard_at for line in SwitchConnection.objects.all() if line.heard_at}
    return max(telephones, key=lambda one: heard[one[0]].timestamp() if one[0] in heard else 0.0)


def _owed(contact_id: UUID) -> CallBackRow:
    row = row_of(contact_id, clock.now())
    if row is None:
        raise NotOwed(
            _("They have got through, or somebody has spoken to them since. Nobody needs to ring them now.")
        )
    return row
