"""Writes of the live feed: a stretch of time begins, goes on and ends; what happened in it is stored."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from darwin.contact.coverage import EVERYTHING, Span
from darwin.contact.models import CallbackPromise, Contact, Routing, SwitchMember
from darwin.contact.routing.gathering import waiting_messages
from darwin.contact.services.call_events import record_call_events
from darwin.contact.services.descriptions import Description, describe_contacts
from darwin.contact.services.floor import clear_floor, note_connected, note_down, note_heard
from darwin.contact.services.follow_up import FailureDemandRecord, record_follow_ups
from darwin.contact.services.handlers import link_handler
from darwin.contact.services.logging import ContactEntry, log_contact
from darwin.contact.services.promises import keep_promise, make_promise
from darwin.contact.telephony.events import CallEvent
from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.practice.callers import report_of
from darwin.practice.live.told import Told
from darwin.practice.models import LiveStretch, PracticeForce
from darwin.practice.population import SAM_OKORO
from darwin.practice.records import LIVE, SOURCE, access_route, milliseconds, moment
from darwin.practice.rows import Call
from darwin.practice.services import refuse_outside_practice
from darwin.staff.models import Account, RoleHolding

PEOPLES_TELEPHONES = 1401
"""PJSIP/1401 and up: the telephones of the people of a practice installation other than Sam Okoro."""
AT_A_TELEPHONE = ("contact_handler", "contact_supervisor")
STALE_AFTER = timedelta(seconds=30)
"""Real time without a sign of life after which a live feed is taken for ended, and the history goes on."""


class StretchLost(Exception):
    """The stretch was closed by somebody else, or the force was reset: whoever played it begins anew."""


@transaction.atomic
def begin_stretch(*, actor: Actor, force: PracticeForce, from_at: datetime) -> LiveStretch:
    """From `from_at` on calls are played live; whatever was played before has ended, with its floor."""
    refuse_outside_practice()
    LiveStretch.objects.filter(force=force, closed=False).update(closed=True)
    stretch = LiveStretch.objects.create(force=force, from_at=from_at, to_at=from_at)
    clear_floor(switch=SOURCE)
    note_connected(switch=SOURCE, source=LIVE, instance=str(stretch.id))
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="practice.live_began",
        subjects=[Subject("practice_force", force.id)],
        fields=["from_at"],
    )
    return stretch


def keep_alive(*, stretch: LiveStretch, until: datetime) -> None:
    """A sign of life: everything until then has been played and stored. Raises StretchLost."""
    open_one = LiveStretch.objects.filter(id=stretch.id, closed=False)
    if not open_one.update(to_at=max(until, stretch.from_at)):
        raise StretchLost
    note_heard(switch=SOURCE)


@transaction.atomic
def end_stretch(*, stretch: LiveStretch) -> None:
    """The feed is stopped: the calls alive keep an unknown end, and the floor says why it stands still."""
    LiveStretch.objects.filter(id=stretch.id).update(closed=True)
    note_down(
        switch=SOURCE, source=LIVE, trouble="The practice force is not being played. “darwin up” plays it."
    )


def close_stale_stretches(*, force: PracticeForce) -> int:
    """Close what gave no sign of life for long, so that the history can fill in what came after."""
    since = clock.now() - clock.shown_in(STALE_AFTER)
    return LiveStretch.objects.filter(force=force, closed=False, to_at__lt=since).update(closed=True)


@transaction.atomic
def store_moment(
    *,
    actor: Actor,
    stretch: LiveStretch,
    until: datetime,
    events: Sequence[CallEvent],
    told: Told,
    covered: bool,
) -> None:
    """Store what happened since the last time, the way a switch's listener does, or nothing of it.

    covered: say that the record is complete until `until`. Raises StretchLost.
    """
    keep_alive(stretch=stretch, until=until)
    span = Span(source=LIVE, from_at=stretch.from_at, to_at=until, tells=EVERYTHING)
    record_call_events(
        actor=actor, switch=SOURCE, events=events, coverage=[span] if covered else [], live=True
    )
    for call in told.written:
        entry = ContactEntry(
            channel=call.channel,
            taken_at=moment(call.arrived),
            caller=call.number or None,
            narrative=report_of(call.call_id),
        )
        log_contact(actor=actor, entry=entry, source=SOURCE, source_key=call.call_id)
    ended = [*told.calls, *told.worked]
    describe_contacts(actor=actor, source=SOURCE, rows=[_description(call) for call in ended])
    record_follow_ups(
        actor=actor,
        source=SOURCE,
        failure_demand=[
            FailureDemandRecord(source_key=call.call_id, cause=call.failure_tag, tagged_at=until)
            for call in ended
            if call.failure_tag
        ],
    )
    _store_promises(actor, told)


def _store_promises(actor: Actor, told: Told) -> None:
    """Promise, and keep, as a person does: with a deadline that makes what is not kept late."""
    names = {call.call_id for call in (*told.promised, *told.kept)}
    names |= {f"{call.call_id}-B" for call in told.kept}
    contacts = dict(
        Contact.objects.filter(source=SOURCE, source_key__in=names).values_list("source_key", "id")
    )
    for call in told.promised:
        if call.promise and call.call_id in contacts:
            make_promise(
                actor=actor,
                contact_id=contacts[call.call_id],
                promised_at=moment(call.promise.requested),
                promised_by=moment(call.promise.promised),
            )
    for call in told.kept:
        promise = CallbackPromise.objects.filter(
            contact__source=SOURCE, contact__source_key=call.call_id, kept_at=None
        ).first()
        if promise is not None:
            keep_promise(
                actor=actor, promise_id=promise.id, kept_by_contact=contacts.get(f"{call.call_id}-B")
            )


def kept_of(names: Iterable[str]) -> list[str]:
    """Those of these callers (by the name of their call) to whom a promised call-back was kept."""
    kept = CallbackPromise.objects.filter(
        contact__source=SOURCE, contact__source_key__in=list(names), kept_at__isnull=False
    )
    return list(kept.values_list("contact__source_key", flat=True))


def reports_left() -> dict[str, int]:
    """The online reports that nobody has taken, with when they came: name and milliseconds."""
    waiting = waiting_messages(clock.now()).filter(source=SOURCE, channel="ONLINE_REPORT")
    return {name: milliseconds(at) for name, at in waiting.values_list("source_key", "first_offered_at")}


def taken_of(names: Iterable[str]) -> frozenset[str]:
    """Those of these online reports that somebody real has taken, or that are kept for them."""
    kept = Routing.objects.filter(ended_at=None, contact__source=SOURCE)
    left = reports_left().keys() - set(kept.values_list("contact__source_key", flat=True))
    return frozenset(names) - left


@transaction.atomic
def give_telephones(*, actor: Actor) -> dict[str, str]:
    """A telephone for everybody who takes calls in this installation; interface and name of all of them."""
    refuse_outside_practice()
    linked = SwitchMember.objects.filter(switch=SOURCE, account__isnull=False).select_related("account")
    theirs = {member.account_id: member for member in linked if member.account_id}
    holders = RoleHolding.objects.held_at(clock.now()).filter(role__in=AT_A_TELEPHONE)
    without = Account.objects.filter(id__in=holders.values("account_id"), is_active=True).exclude(
        id__in=list(theirs)
    )
    taken = {member.interface for member in theirs.values()}
    number = PEOPLES_TELEPHONES
    for account in without.order_by(F("sign_in_name")):
        while f"PJSIP/{number}" in taken:
            number += 1
        interface = SAM_OKORO if account.sign_in_name == "contact-handler.practice" else f"PJSIP/{number}"
        taken.add(interface)
        theirs[account.id] = link_handler(
            actor=actor,
            switch=SOURCE,
            member=account.display_name,
            interface=interface,
            account_id=account.id,
        )
    return {member.interface: member.member for member in theirs.values()}


def _description(call: Call) -> Description:
    return Description(
        source_key=call.call_id,
        language=call.language or None,
        access_route=access_route(call),
        disposition=call.disposition or None,
    )
