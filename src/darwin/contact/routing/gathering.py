"""Looking at the floor and at what waits: the situation of a routing decision, in few queries.

A message is a contact of a written channel of which nobody has said what became of it. Call-backs are those
of the list that everybody works from, so that a number which is not safe to ring is never routed. Living
calls that wait go in too, as they are part of what the policy weighs; giving them out is the switch's.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from darwin.contact.callbacks.listed import Standing, call_backs
from darwin.contact.floor import HandlerNow, HandlerState, calls_now, handlers_now
from darwin.contact.models import (
    Contact,
    ContactDraft,
    ContactQueue,
    ContactRecord,
    FloorCall,
    FloorMember,
    FloorStage,
    RoutedKind,
    Routing,
    RoutingEnd,
)
from darwin.contact.now.lines import wall_lines
from darwin.contact.routing.situation import (
    CALL,
    CALL_BACK,
    MESSAGE,
    FreeHandler,
    Situation,
    WaitingContact,
)
from darwin.contact.thresholds import messages_wait_for, notes_after_call
from darwin.outbound.channels import CALL_BACK as BY_TELEPHONE
from darwin.outbound.models import Attempt
from darwin.records.models import PhoneKind
from darwin.records.phones import identities_of
from darwin.reference.queries import codes
from darwin.staff.models import Account, RoleHolding

ROUTED_TO = "contact_handler"
"""The role whose holders get what is routed: supervisors run the line."""
MOST_MESSAGES = 500


def written_channels(at: datetime) -> tuple[str, ...]:
    """The channels whose contacts are read and answered rather than spoken to, emergencies apart: those come
    by their own service."""
    return tuple(
        row.code
        for row in codes("contact_channel", at)
        if row.attributes["digital"] and not row.attributes["spoken"] and not row.attributes["emergency"]
    )


def gather(at: datetime) -> Situation | None:
    """The situation at `at`; None where no handler is free, so that nothing can be decided. Then one query
    for the telephones and one for the living calls have been made, and no more."""
    calls = list(calls_now().select_related("queue"))
    free = _free(at, calls)
    if not free:
        return None
    waiting = [*_calls(at, calls), *_call_backs(at), *_messages(at)]
    if not any(one.kind != CALL for one in waiting):
        return None
    return Situation(
        at=at,
        waiting=tuple(sorted(waiting, key=lambda one: (one.since, str(one.contact)))),
        handlers=tuple(sorted(free, key=lambda one: (one.idle_since, str(one.account)))),
        callbacks_under_way=Attempt.objects.filter(channel=BY_TELEPHONE, ended_at=None).count()
        + Routing.objects.filter(ended_at=None, kind=RoutedKind.CALL_BACK).count(),
    )


def ready_handlers(at: datetime, calls: Iterable[FloorCall]) -> dict[UUID, HandlerNow]:
    """Everybody with an account who is ready for the next call at some telephone, by account."""
    living = handlers_now(at, notes_after_call(at), calls)
    # Who talks at one telephone is not ready at another.
    busy = {one.account_id for one in living if one.state in (HandlerState.ON_A_CALL, HandlerState.RINGING)}
    return {
        one.account_id: one
        for one in living
        if one.account_id is not None and one.state is HandlerState.READY and one.account_id not in busy
    }


def _free(at: datetime, calls: list[FloorCall]) -> list[FreeHandler]:
    ready = ready_handlers(at, calls)
    if not ready:
        return []
    routed_to = RoleHolding.objects.held_at(at).filter(role=ROUTED_TO, account__in=list(ready))
    ringing = Attempt.objects.filter(by__in=list(ready), ended_at=None).values_list("by_id", flat=True)
    holding = Routing.objects.filter(account__in=list(ready), ended_at=None)
    engaged = {*ringing, *holding.values_list("account_id", flat=True)}
    let_go = _let_go(at, list(ready))
    levels = _levels(ready, at)
    return [
        FreeHandler(account=account, skills=levels[account], idle_since=since)
        for account in set(routed_to.values_list("account_id", flat=True)) - engaged
        if (since := ready[account].since) is not None
        and not (account in let_go and let_go[account] >= since)
    ]


def _let_go(at: datetime, accounts: list[UUID]) -> dict[UUID, datetime]:
    """When each of them last let something lapse or passed it on: they are left in peace until they are
    ready anew."""
    found = Routing.objects.filter(
        account__in=accounts,
        end__in=(RoutingEnd.LAPSED, RoutingEnd.PASSED_ON),
        routed_at__gte=at - timedelta(days=1),
    )
    ended = found.exclude(ended_at=None).order_by("ended_at").values_list("account_id", "ended_at")
    return {account: moment for account, moment in ended if moment is not None}


def _levels(ready: dict[UUID, HandlerNow], at: datetime) -> dict[UUID, tuple[tuple[str, int], ...]]:
    """What each takes: the lines at whose queues their telephone is logged on, then what is written."""
    lines = _line_of_channel(at)
    written = written_channels(at)
    telephones = {(one.switch, one.interface): account for account, one in ready.items()}
    channels = dict(ContactQueue.objects.values_list("slug", "channel"))
    taken: dict[UUID, set[str]] = defaultdict(set)
    members = FloorMember.objects.filter(interface__in=[interface for _, interface in telephones])
    for member in members.exclude(state="logged off"):
        account = telephones.get((member.switch, member.interface))
        line = lines.get(channels.get(member.queue, ""))
        if account is not None and line is not None:
            taken[account].add(line)
    return {
        account: (
            *((line, 1) for line in sorted(taken[account])),
            *((channel, 2) for channel in written),
        )
        for account in ready
    }


def _line_of_channel(at: datetime) -> dict[str, str]:
    """The policy's name for what comes by a spoken channel: the line's."""
    return {line.channel: line.code for line in wall_lines(at)}


def _calls(at: datetime, calls: list[FloorCall]) -> list[WaitingContact]:
    lines = _line_of_channel(at)
    waiting = [call for call in calls if call.stage != FloorStage.TALKING and call.queue.channel in lines]
    known = identities_of({call.caller_number for call in waiting if call.caller_number}, at)
    return [
        WaitingContact(
            contact=call.contact_id,
            kind=CALL,
            type=lines[call.queue.channel],
            since=call.joined_at,
            vulnerable=bool(call.caller_number and known[call.caller_number].links),
        )
        for call in waiting
    ]


def _call_backs(at: datetime) -> list[WaitingContact]:
    lines = _line_of_channel(at)
    with_somebody = _routed(RoutedKind.CALL_BACK)
    return [
        WaitingContact(
            contact=row.key,
            kind=CALL_BACK,
            type=lines.get(row.owed.channel, row.owed.channel),
            since=row.owed.last_try,
            vulnerable=row.decision.kind == PhoneKind.CARE_HOME,
            attempts=row.owed.tries,
            promised=row.owed.ring_by if row.owed.promised else None,
        )
        for row in call_backs(at).listed
        if row.standing is Standing.FREE and row.key not in with_somebody
    ]


def _messages(at: datetime) -> list[WaitingContact]:
    with_somebody = _routed(RoutedKind.MESSAGE)
    return [
        WaitingContact(contact=key, kind=MESSAGE, type=channel, since=since)
        for key, channel, since in waiting_messages(at).values_list("id", "channel", "first_offered_at")[
            :MOST_MESSAGES
        ]
        if key not in with_somebody
    ]


def waiting_messages(at: datetime):  # type: ignore[no-untyped-def]
    """Contacts in writing that nobody has finished or begun, the oldest first. What another system logged of
    them with their arrival is the message itself, and no answer to it."""
    accounts = Account.objects.values("id")
    return (
        Contact.objects.filter(
            channel__in=written_channels(at),
            first_offered_at__gt=at - messages_wait_for(at),
            first_offered_at__lte=at,
            disposition=None,
        )
        .exclude(Exists(ContactRecord.objects.filter(contact=OuterRef("pk"), recorded_by__in=accounts)))
        .exclude(Exists(ContactDraft.objects.filter(key=OuterRef("pk"), finished_at=None)))
        .order_by("first_offered_at", "id")
    )


def _routed(kind: RoutedKind) -> set[UUID]:
    return set(Routing.objects.filter(ended_at=None, kind=kind).values_list("contact_id", flat=True))
