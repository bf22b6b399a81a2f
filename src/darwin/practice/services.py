"""Opening the made-up force, loading its calls, and clearing it away. Refused outside practice mode."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from darwin.contact.records import CallRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.services.coverage import record_coverage
from darwin.contact.services.follow_up import FailureDemandRecord, PromiseRecord, record_follow_ups
from darwin.contact.services.handlers import link_handler
from darwin.contact.services.queues import open_queue
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.practice.force import contacts_between
from darwin.practice.models import LoadedMonth, PracticeForce
from darwin.practice.notes import write_notes
from darwin.practice.planned import plan_people
from darwin.practice.population import SAM_OKORO, handler_names
from darwin.practice.queries import story_of
from darwin.practice.records import QUEUES, SOURCE, call_record, covered, milliseconds, moment
from darwin.practice.rows import Call
from darwin.practice.spans import MonthSpan
from darwin.practice.story import SEED, Story, local_ms
from darwin.practice.stretches import Stretch, of_history
from darwin.reference.queries import installation
from darwin.staff.models import Account
from darwin.staff.services import open_practice_accounts

BATCH = 10_000
# Two loads at once take turns month by month; the number has no other meaning.
_LOCK = 0x70726163
# The practice accounts who have a telephone of their own in the made-up force.
_TELEPHONES = {"contact-handler.practice": SAM_OKORO}


class NotPractice(DarwinError):
    """Made-up people were to be put among real ones."""


def refuse_outside_practice() -> None:
    """Raise NotPractice unless this database is a practice force's."""
    house = installation()
    if house is None or house.mode != "practice":
        holds = "has not been opened yet" if house is None else f"holds {house.mode} data"
        raise NotPractice(
            f"The made-up force exists in practice mode only, and this database {holds}. Nothing in it was "
            "changed. “darwin up --practice” opens a practice force in a database of its own."
        )


@transaction.atomic
def open_force(*, actor: Actor) -> PracticeForce:
    """The made-up force of this installation; the first call makes it, and its month becomes the present.

    Its accounts, queues and Sam Okoro's telephone are there afterwards. Raises NotPractice.
    """
    refuse_outside_practice()
    force = PracticeForce.objects.first()
    if force is None:
        # A force that is there is used at once, whoever loads a month of it meanwhile.
        _take_turns()
        force = PracticeForce.objects.first()
    opened = force is None
    if force is None:
        now = clock.now()
        story = Story.opened_at(now)
        force = PracticeForce.objects.create(present_month=story.present_month, seed=SEED, opened_at=now)
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="practice.force_opened",
            subjects=[Subject("practice_force", force.id)],
            fields=["present_month", "seed"],
        )
    open_practice_accounts(actor=actor)
    for slug, label, channel, kind in QUEUES:
        open_queue(actor=actor, slug=slug, label=label, channel=channel, switch=SOURCE, leg_kind=kind)
    if opened:
        write_notes(actor=actor, story=story_of(force))
    for account in Account.objects.filter(sign_in_name__in=_TELEPHONES):
        interface = _TELEPHONES[account.sign_in_name]
        link_handler(
            actor=actor,
            switch=SOURCE,
            member=handler_names()[interface],
            interface=interface,
            account_id=account.id,
        )
    plan_people(actor=actor)
    return force


@dataclass(frozen=True, slots=True)
class MadeSpan:
    """The contacts of one stretch of a month, ready to be stored; the lists are parallel."""

    span: MonthSpan
    calls: list[Call]
    records: list[CallRecord]


def make_span(story: Story, span: MonthSpan, live: Sequence[Stretch] = ()) -> MadeSpan:
    """Play the days of a stretch, but for the calls that the live feed played in the stretches `live`.

    Touches no database, so that it can run while another month is stored.
    """
    calls = of_history(list(contacts_between(story, span.start, span.end)), live)
    gaps = story.gaps
    return MadeSpan(span, calls, [call_record(call, story.seed, gaps) for call in calls])


@transaction.atomic
def load_span(*, actor: Actor, force: PracticeForce, made: MadeSpan) -> int:
    """Store a stretch of one month, all or none; how many contacts were new.

    0, and nothing done, if the month's loaded part does not end where the stretch begins: somebody else has
    loaded it since it was made. Raises NotPractice.
    """
    refuse_outside_practice()
    _take_turns()
    span = made.span
    known = LoadedMonth.objects.filter(force=force, month=span.month).first()
    if span.start != (milliseconds(known.loaded_to) if known else local_ms(span.month)):
        return 0
    added = 0
    for first in range(0, len(made.calls), BATCH):
        batch = slice(first, first + BATCH)
        added += _store(actor, made.calls[batch], made.records[batch])
    spans = covered(local_ms(span.month), span.end, story_of(force).gaps)
    record_coverage(actor=actor, switch=SOURCE, spans=spans)
    LoadedMonth.objects.update_or_create(
        force=force,
        month=span.month,
        defaults={
            "loaded_to": moment(span.end),
            "contacts": added + (known.contacts if known else 0),
            "loaded_at": clock.now(),
        },
    )
    return added


@transaction.atomic
def reset_force(*, actor: Actor) -> None:
    """Take away every contact, call record, import, person and attempt of this practice installation.

    Raises NotPractice.

    The ledger and the accounts stay, and the clock goes back to the real time; the next load makes the force
    anew with the present month of that day.
    """
    refuse_outside_practice()
    _take_turns()
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_clear()")
    record_entry(actor=actor, verb=Verb.ERASE, event="practice.force_reset")
    transaction.on_commit(clock.return_to_real_time)


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _store(actor: Actor, batch: list[Call], rows: list[CallRecord]) -> int:
    recorded = record_calls(actor=actor, source=SOURCE, rows=rows)
    if recorded.rejected:
        index, reason = recorded.rejected[0]
        raise DarwinError(
            f"The made-up call {rows[index].source_key} could not be stored: {reason} Nothing of this month "
            "was kept. “darwin practice reset” begins again with an empty force."
        )
    record_follow_ups(
        actor=actor,
        source=SOURCE,
        promises=[record for call in batch if (record := promise_record(call))],
        failure_demand=[
            FailureDemandRecord(source_key=call.call_id, cause=call.failure_tag, tagged_at=moment(call.ended))
            for call in batch
            if call.failure_tag
        ],
    )
    return recorded.imported


def promise_record(call: Call) -> PromiseRecord | None:
    """The call-back promised to a caller, as the contact room stores it; None if none was."""
    if call.promise is None:
        return None
    kept = call.promise.kept
    return PromiseRecord(
        source_key=call.call_id,
        promised_at=moment(call.promise.requested),
        promised_by=moment(call.promise.promised),
        kept_at=None if kept is None else moment(kept),
        kept_by="" if kept is None else f"{call.call_id}-B",
    )
