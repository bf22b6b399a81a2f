"""Writes of routing: giving a call-back or message to a handler, and how that ends."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from darwin.contact.models import RoutedKind, Routing, RoutingDecision, RoutingEnd
from darwin.contact.routing.situation import (
    CALL,
    Assigned,
    Situation,
    assigned_as_data,
    situation_as_data,
)
from darwin.contact.services.callbacks import take_call_back
from darwin.contact.services.drafts import DraftSave, save_draft
from darwin.contact.thresholds import routed_for
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.reference.models import RoutingPolicy
from darwin.staff.models import Account


class NotYours(DarwinError):
    """What was routed is not kept for this person any more."""


def record_decision(
    *, actor: Actor, policy: RoutingPolicy, situation: Situation, decisions: Sequence[Assigned]
) -> RoutingDecision | None:
    """Log one decision, and keep what it assigns for its handlers, or neither.

    Living calls in it are advice: the switch gives them out. Something that somebody took, or got, a moment
    ago keeps the decision out altogether (None): the next one sees it. One ledger entry.
    """
    kinds = {one.contact: one.kind for one in situation.waiting}
    given = [one for one in decisions if kinds[one.contact] != CALL]
    try:
        with transaction.atomic():
            row = RoutingDecision.objects.create(
                at=situation.at,
                policy=policy,
                situation=situation_as_data(situation),
                decisions=assigned_as_data(list(decisions)),
            )
            until = situation.at + clock.shown_in(routed_for(situation.at))
            Routing.objects.bulk_create(
                Routing(
                    contact_id=one.contact,
                    account_id=one.account,
                    kind=RoutedKind(kinds[one.contact]),
                    decision=row,
                    reasons=[list(reason) for reason in one.reasons],
                    routed_at=situation.at,
                    until=until,
                )
                for one in given
            )
            if given:
                record_entry(
                    actor=actor,
                    verb=Verb.ALTER,
                    event="contact.routed",
                    subjects=[Subject("routing_decision", row.id)]
                    + [Subject("contact", one.contact) for one in given],
                    counts={"routed": len(given)},
                )
    except IntegrityError:
        return None
    return row


@transaction.atomic
def end_routings(*, actor: Actor, ids: Collection[UUID], end: RoutingEnd) -> int:
    """End those of these routings that are still open; how many. One ledger entry where there was one."""
    ended = Routing.objects.filter(id__in=list(ids), ended_at=None).update(ended_at=clock.now(), end=end)
    if ended:
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="contact.routing_ended",
            subjects=[Subject("routing", one) for one in sorted(ids, key=str)],
            fields=["end"],
            reason_code=str(end),
        )
    return ended


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody took: a call-back has its attempt."""

    kind: RoutedKind
    contact_id: UUID
    attempt_id: UUID | None = None


@transaction.atomic
def take_routed(*, actor: Actor, account: Account, routing_id: UUID) -> Taken:
    """Take what was routed to one: a call-back by the gateway, as ever; a message is on the handler's list of
    what is not finished from now on, with what was written as the first of their notes.

    Raises NotYours where it is not kept for them any more, and what the gateway refuses with.
    """
    routing = _own(account, routing_id)
    if routing.kind == RoutedKind.CALL_BACK:
        attempt = take_call_back(actor=actor, contact_id=routing.contact_id)
        end_routings(actor=actor, ids=[routing.id], end=RoutingEnd.TAKEN)
        return Taken(RoutedKind.CALL_BACK, routing.contact_id, attempt.id)
    told = routing.contact.records.order_by("-version").values_list("narrative", flat=True).first()
    begin = DraftSave(
        key=routing.contact_id,
        writer=new_id(),
        revision=1,
        begun_at=routing.contact.first_offered_at,
        words={"narrative": told} if told else {},
    )
    save_draft(actor=actor, account_id=account.pk, save=begin)
    end_routings(actor=actor, ids=[routing.id], end=RoutingEnd.TAKEN)
    return Taken(RoutedKind.MESSAGE, routing.contact_id)


@transaction.atomic
def pass_on(*, actor: Actor, account: Account, routing_id: UUID) -> None:
    """Say that one does not take it now: it goes to another, and nothing more comes until one is ready anew.
    Raises NotYours."""
    routing = _own(account, routing_id)
    end_routings(actor=actor, ids=[routing.id], end=RoutingEnd.PASSED_ON)


def routed_to(account: Account, at: datetime) -> Routing | None:
    """What is kept for a person at `at`. One query."""
    found = Routing.objects.filter(account=account, ended_at=None, until__gt=at)
    return found.select_related("contact").first()


def _own(account: Account, routing_id: UUID) -> Routing:
    routing = (
        Routing.objects.select_for_update(of=("self",))
        .select_related("contact")
        .filter(pk=routing_id, account=account, ended_at=None, until__gt=clock.now())
        .first()
    )
    if routing is None:
        raise NotYours(
            _("It is not kept for you any more: the time was up, or it needs nobody now. Nothing was done.")
        )
    return routing
