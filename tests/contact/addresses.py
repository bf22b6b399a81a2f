"""How to visit the addresses of the contact room."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings

from darwin.contact.callbacks.listed import call_backs
from darwin.contact.coverage import EVERYTHING, Span
from darwin.contact.models import (
    AnnotationKind,
    Contact,
    ContactQueue,
    FallbackPack,
    FloorCall,
    FloorMember,
    FloorStage,
    ImportReject,
    ImportRun,
    MeasureAnnotation,
    RoutedKind,
    Routing,
    RoutingDecision,
    RoutingEnd,
    SwitchCommand,
)
from darwin.contact.now.reading import read_now
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.services.coverage import record_coverage
from darwin.contact.services.deliveries import take_delivery
from darwin.contact.services.drafts import DraftSave, save_draft
from darwin.contact.services.floor import note_connected
from darwin.contact.services.logging import ContactEntry, log_contact
from darwin.contact.services.queues import open_queue
from darwin.contact.taking.people import identify_new
from darwin.contact.telephony.delivered.reading import read_delivery
from darwin.contact.telephony.events import Outcome
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.outbound.channels import CALL_BACK
from darwin.outbound.models import Attempt, ContactPoint, PointKind
from darwin.records.services.phones import link_number
from darwin.reference.services import open_policy
from darwin.staff.models import Account, WallScreen
from darwin.staff.services import make_wall_code, pair_wall_screen
from tests.addresses import example
from tests.contact.taking.calls import Floor

IMPORTER = Actor.system("import")
_batch = count(1)


def calls_of_today(rows: int) -> ContactQueue:
    """So many callers of the 101 line within the last hours: every other one gave up."""
    queue = open_queue(actor=IMPORTER, slug="101", label="101, the non-emergency line", switch="example")
    now = clock.now()
    start = now - timedelta(minutes=5)
    batch = next(_batch)
    calls = []
    for number in range(rows):
        at = start - timedelta(seconds=number % 240)
        outcome = Outcome.ABANDONED if number % 2 else Outcome.ANSWERED
        leg = LegRecord(
            queue="101",
            entry_no=1,
            outcome=outcome,
            offered_at=at,
            joined_at=at,
            left_at=at + timedelta(seconds=20),
            connected_at=at + timedelta(seconds=20) if outcome is Outcome.ANSWERED else None,
            wait_ms=20_000,
            agent="PJSIP/1001" if outcome is Outcome.ANSWERED else None,
        )
        caller = f"07700 900{number % 1000:03}"
        key = f"{batch}-{number}"
        calls.append(
            CallRecord(source_key=key, channel="PHONE_101", first_offered_at=at, legs=(leg,), caller=caller)
        )
    record_calls(actor=IMPORTER, source="example", rows=calls)
    span = Span(source="example", from_at=now - timedelta(days=1), to_at=now, tells=EVERYTHING)
    record_coverage(actor=IMPORTER, switch="example", spans=[span])
    return queue


def _calls(account: Account | None, rows: int) -> Mapping[str, Any]:
    calls_of_today(rows)
    return {}


def _contact(account: Account | None, rows: int) -> Mapping[str, Any]:
    calls_of_today(min(rows, 10))
    return {"contact_id": Contact.objects.order_by("first_offered_at").last().id}  # type: ignore[union-attr]


def _measure(account: Account | None, rows: int) -> Mapping[str, Any]:
    calls_of_today(rows)
    return {"slug": "answered-in-time"}


def _note(account: Account | None, rows: int) -> Mapping[str, Any]:
    note = MeasureAnnotation.objects.create(
        measure="answered-in-time",
        queue=calls_of_today(2),
        month=clock.now().date().replace(day=1),
        kind=AnnotationKind.NOTE,
        text="The switch was replaced.",
        chosen_at=clock.now(),
    )
    return {"note_id": note.id}


def _own(account: Account | None, rows: int) -> Mapping[str, Any]:
    calls_of_today(min(rows, 10))
    return {"account_id": account.id if account else Account.objects.create(sign_in_name="nobody").id}


def _imports(account: Account | None, rows: int) -> Mapping[str, Any]:
    ImportRun.objects.bulk_create(_run(number) for number in range(rows))
    return {}


def _import(account: Account | None, rows: int) -> Mapping[str, Any]:
    run = _run(0)
    run.save()
    ImportReject.objects.bulk_create(
        ImportReject(run=run, line=line + 2, reason="It has no time of day.") for line in range(rows)
    )
    return {"run_id": run.id}


def _run(number: int) -> ImportRun:
    return ImportRun(
        kind="csv",
        source="bank",
        file_name=f"log-{number}.csv",
        digest="0" * 64,
        started_at=clock.now(),
        finished_at=clock.now(),
        actor_kind="system",
    )


def _my_call(account: Account | None, rows: int) -> Mapping[str, Any]:
    """A call that rings at the person's own telephone, whose number has rung `rows` times before."""
    calls_of_today(rows)
    if account is None:
        return {}
    Floor(account, f"PJSIP/{account.id}"[:40], switch="example").rings(
        f"own-{next(_batch)}", clock.now(), "07700 900001"
    )
    return {}


def _floor(account: Account | None, rows: int) -> Mapping[str, Any]:
    """So many handlers and living calls, and the calls of the day."""
    queue = calls_of_today(min(rows, 100))
    now = clock.now()
    note_connected(switch="example", source="example")
    FloorMember.objects.bulk_create(
        (
            FloorMember(switch="example", queue="101", interface=f"PJSIP/{number}", state="idle", since=now)
            for number in range(rows)
        ),
        ignore_conflicts=True,
    )
    contacts = Contact.objects.order_by("first_offered_at")[:rows]
    FloorCall.objects.bulk_create(
        [
            FloorCall(
                switch="example",
                call_id=contact.source_key,
                contact=contact,
                queue=queue,
                stage=FloorStage.WAITING,
                since=now,
                arrived_at=now,
                joined_at=now,
                caller_number=contact.caller_number,
            )
            for contact in contacts
        ],
        ignore_conflicts=True,
    )
    return {}


def _own_call(account: Account | None, rows: int) -> Mapping[str, Any]:
    """The same call's contact, spoken, with notes and a caller who is known."""
    calls_of_today(rows)
    if account is None:
        return {"key": new_id()}
    floor = Floor(account, f"PJSIP/{account.id}"[:40], switch="example")
    call_id = f"own-{next(_batch)}"
    key = floor.rings(call_id, clock.now(), "07700 900001")
    floor.answered(call_id, clock.now())
    save = DraftSave(
        key=key, writer=new_id(), revision=1, begun_at=clock.now(), words={"narrative": "Lost keys"}
    )
    save_draft(actor=account.actor, account_id=account.id, save=save)
    identify_new(actor=account.actor, key=key, name="Priya Desai", born="", address="", role="")
    return {"key": key}


def _command(account: Account | None, rows: int) -> Mapping[str, Any]:
    command = SwitchCommand.objects.create(
        switch="example",
        kind="ready",
        interface="PJSIP/1001",
        asked_at=clock.now(),
        asked_by=account.id if account else None,
    )
    return {"command_id": command.id}


def _routed(account: Account | None, rows: int) -> Mapping[str, Any]:
    """A call-back that is kept for the person."""
    if account is None:
        return {"routing_id": new_id()}
    calls_of_today(2)
    lost = call_backs(clock.now()).listed[0]
    hold = open_policy(actor=IMPORTER, parameters={"types": [{"name": "101"}]})
    decision = RoutingDecision.objects.create(at=clock.now(), policy=hold.policy, situation={}, decisions=[])
    Routing.objects.filter(ended_at=None).update(ended_at=clock.now(), end=RoutingEnd.GONE)
    routing = Routing.objects.create(
        contact_id=lost.key,
        account=account,
        kind=RoutedKind.CALL_BACK,
        decision=decision,
        reasons=[["waited", 240]],
        routed_at=clock.now(),
        until=clock.now() + timedelta(seconds=90),
    )
    return {"routing_id": routing.id}


def _routed_part(account: Account | None, rows: int) -> Mapping[str, Any]:
    _routed(account, rows)
    return {}


example("contact:routed", prepare=_routed_part)
example("contact:routed_take", prepare=_routed, method="post")
example("contact:routed_not_now", prepare=_routed, method="post")
example("contact:my_call", prepare=_my_call, many_rows=True)
example("contact:call_shell")
example("contact:call_worker")
example("contact:ask_switch", prepare=_my_call, data={"kind": "ready"}, method="post")
example("contact:switch_asked", prepare=_command)
example("contact:call_parts", prepare=_own_call, many_rows=True)
example("contact:call_notes", prepare=_own_call)
example("contact:call_who", prepare=_own_call)
example("contact:call_safe", prepare=_own_call)
example("contact:call_history", prepare=_own_call)


def _wall_screens(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"screen_id": [_wall_screen(number) for number in range(rows)].pop().id}


def _wall_screen(number: int) -> WallScreen:
    actor = Actor.system("example")
    return pair_wall_screen(
        actor=actor, code=make_wall_code(actor=actor, name=f"Wall {next(_batch)} {number}")[1]
    )[0]


def _walls(account: Account | None, rows: int) -> Mapping[str, Any]:
    _wall_screens(account, rows)
    return {}


example("contact:wall", prepare=_floor, many_rows=True)
example("contact:wall_screens", prepare=_walls, many_rows=True)
example("contact:wall_screen_add", method="post", data={"name": "Control room, left"})
example("contact:wall_screen_end", prepare=_wall_screens, method="post")
example("contact:line", prepare=_calls, many_rows=True)
example("contact:lost_callers", prepare=_calls, many_rows=True)
example("contact:entries", prepare=_calls, many_rows=True)
example("contact:contact", prepare=_contact)
example("contact:fair_access", prepare=_calls, many_rows=True)
example("contact:my_figures", prepare=_calls, many_rows=True)
example("contact:handler", prepare=_own)
example("contact:imports", prepare=_imports, many_rows=True)
example("contact:import_run", prepare=_import)
example("contact:measures", prepare=_calls, many_rows=True)
example("contact:measure", prepare=_measure)
example("contact:note", prepare=_measure)
example("contact:note_withdraw", prepare=_note, method="post")


def _lost(account: Account | None, rows: int) -> Mapping[str, Any]:
    """Callers who gave up within the last minutes, each with a number of their own."""
    calls_of_today(rows)
    # What a process reads of reference data once is not a page's cost.
    read_now()
    return {}


def _one_lost(account: Account | None, rows: int) -> Mapping[str, Any]:
    calls_of_today(4)
    return {"contact_id": call_backs(clock.now()).listed[0].key}


def _one_not_safe(account: Account | None, rows: int) -> Mapping[str, Any]:
    calls_of_today(4)
    if not call_backs(clock.now()).not_safe:
        number = call_backs(clock.now()).listed[0].owed.number
        link_number(actor=IMPORTER, number=number, link="domestic", subject=None, reason="a report")
    return {"contact_id": call_backs(clock.now()).not_safe[0].key}


def _taken(account: Account | None, rows: int) -> Mapping[str, Any]:
    """A number that the visitor has taken; nobody's where they may take none."""
    point = ContactPoint.objects.create(kind=PointKind.TELEPHONE, value=f"+4411649600{next(_batch):05}")
    attempt = Attempt.objects.create(
        point=point,
        channel=CALL_BACK,
        purpose="LOST_CALL",
        begun_at=clock.now(),
        by=account,
        part="" if account else "test",
    )
    return {"attempt_id": attempt.id}


def _pack(account: Account | None, rows: int) -> Mapping[str, Any]:
    folder = Path(settings.DARWIN_DATA_DIR) / "fallback"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.pdf").write_bytes(b"%PDF-1.7")
    FallbackPack.objects.create(code=f"LEI-01JAN-{next(_batch)}", made_at=clock.now(), forms=12)
    return {}


example("contact:floor", prepare=_lost, many_rows=True)
example("contact:call_backs", prepare=_lost, many_rows=True)
example("contact:call_backs_new", prepare=_lost, method="post")
example("contact:call_back_take", prepare=_one_lost, method="post")
example("contact:call_back", prepare=_taken)
example("contact:call_back_ring", prepare=_taken, method="post")
example("contact:not_safe", prepare=_one_not_safe, method="post", data={"reason": "Three tries today"})
example("contact:fallback_pack", prepare=_pack)


def _logged(account: Account | None, rows: int) -> Mapping[str, Any]:
    """A contact that the client named example logged, with so many versions of its record."""
    for number in range(min(rows, 30)):
        entry = ContactEntry(taken_at=clock.now(), caller="07700 900142", narrative=f"Version {number}")
        logged = log_contact(actor=IMPORTER, entry=entry, source="api/example", source_key="one")
    return {"contact_id": logged.contact_id}


example("api:contact", prepare=_logged)
example(
    "api:contacts",
    method="post",
    data={"channel": "PHONE_101", "number": "07700 900142", "disposition": "ADVICE"},
)
example("api:telephony-events", method="post", data=[])


def _told(account: Account | None, rows: int) -> Mapping[str, Any]:
    """A call that the client named example told of, and that joined so many times."""
    start = clock.now() - timedelta(minutes=5)
    for number in range(min(rows, 100)):
        told = {"call_id": "c1", "queue": "101", "caller": "07700 900142"}
        joined = start + timedelta(seconds=2 * number)
        kinds = (("call.queued", 0, {}), ("call.left", 1, {"reason": "abandoned", "wait_ms": 1000}))
        events = [
            {
                "event_id": f"{number}-{kind}",
                "type": kind,
                "at": (joined + timedelta(seconds=after)).isoformat(),
            }
            | told
            | more
            for kind, after, more in kinds
        ]
        delivery = read_delivery(events, switch="example", now=clock.now())
        take_delivery(actor=IMPORTER, switch="example", delivery=delivery)
    return {}


example("api:telephony-call", prepare=_told, data={"call_id": "c1"})
