"""kill -9 of the routing worker: each decision is whole or not made, nobody has a contact that another has,
the next worker goes on, and the log gives every decision again."""

import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from darwin.contact.models import FloorMember, Routing, RoutingDecision
from darwin.contact.records import CallRecord
from darwin.contact.routing.situation import CALL
from darwin.contact.services.calls import record_calls
from darwin.contact.services.queues import open_queue
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry, EntrySubject
from tests.contact.listening.processes import Process
from tests.contact.routing.waiting import gave_up_record
from tests.contact.taking.calls import Floor
from tests.databases import database_url
from tests.staff.people import someone
from tests.supervisor.house_at_work import darwin, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

IMPORTER = Actor.system("import")
HANDLERS = 3
LIMIT_S = 120
"""Longer than any wait on a machine that has much else to do."""
PAUSE_S = 0.5
"""Looks are two seconds apart; within one nothing is computed for so long."""
WRITTEN_BY_A_DECISION = ("contact_routingdecision", "contact_routing", "ledger_entry")
"""The tables to which a decision is written, in the order in which that is done."""
EVER = ("--from", "2000-01-01", "--to", "2100-01-01", "--json")


class House:
    """Handlers, call-backs and messages in the test's database, and a routing worker of its own process."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "house"
        self.environment = {"DATABASE_URL": database_url(), "DARWIN_MODE": "practice"}
        for number in range(HANDLERS):
            telephone = f"PJSIP/100{number}"
            handler = someone("contact_handler", display_name=f"Handler {number}")
            Floor(handler, telephone)
            FloorMember.objects.create(
                switch="test",
                queue="101",
                interface=telephone,
                member=handler.display_name,
                state="in use",
                since=clock.now(),
            )
        minutes = range(10, 10 + 2 * HANDLERS)
        record_calls(
            actor=IMPORTER,
            source="test",
            rows=[gave_up_record(f"call-{ago}", f"07700 9001{ago}", ago) for ago in minutes],
        )
        record_calls(actor=IMPORTER, source="test", rows=[_wrote(ago) for ago in minutes])
        # The ledger is never emptied, not even between tests.
        self.entries_before = list(Entry.objects.filter(event="contact.routed").values_list("id", flat=True))
        self.worker = self.start()
        self.all_free()
        self.everybody_has_something()

    def start(self) -> Process:
        return Process(self.data_dir, "contact", "route", name="router", **self.environment)

    def kill(self) -> None:
        assert self.worker.process.poll() is None, self.worker.said()
        self.worker.kill()

    def all_busy(self) -> None:
        """Every handler has a caller, so that what was kept for them is kept no longer."""
        FloorMember.objects.update(state="in use", since=clock.now())
        wait_for(lambda: not Routing.objects.filter(ended_at=None).exists(), LIMIT_S, "nothing is kept")

    def all_free(self) -> None:
        FloorMember.objects.update(state="idle", since=clock.now())

    def everybody_has_something(self) -> None:
        kept = Routing.objects.filter(ended_at=None)
        wait_for(lambda: kept.count() == HANDLERS, LIMIT_S, "everybody has something")

    def hand_on(self) -> None:
        """Who has the first of all gets a caller just when others are free: it goes on in one look."""
        [decision] = RoutingDecision.objects.all()
        first = Routing.objects.select_related("account").get(contact_id=decision.decisions[0]["contact"])
        theirs = FloorMember.objects.filter(member=first.account.display_name)
        others = FloorMember.objects.exclude(member=first.account.display_name)
        others.update(state="in use")
        kept = Routing.objects.filter(ended_at=None)
        wait_for(lambda: kept.count() == 1, LIMIT_S, "the others' are kept no longer")
        # The look that ended them reads who is free only after it: what changes now would come into it.
        wait_for(lambda: quiet_s() > PAUSE_S, LIMIT_S, "the worker pauses between two looks")
        with transaction.atomic():
            theirs.update(state="in use")
            others.update(state="idle", since=clock.now())
        again = kept.filter(contact=first.contact_id).exclude(id=first.id)
        wait_for(again.exists, LIMIT_S, "it goes on")

    def check_whole(self) -> None:
        """Each decision has its routings and its entry in the ledger, each of those its decision; and at no
        time had two the same contact, or one two."""
        given, routings, entries = self._logged()
        kept: dict[UUID, set[tuple[UUID, UUID]]] = {identifier: set() for identifier in given}
        for one in routings:
            kept[one.decision_id].add((one.contact_id, one.account_id))
        assert kept == given
        assert entries == sorted(identifier for identifier, pairs in given.items() if pairs)
        for of_whom in ("contact_id", "account_id"):
            in_turn: dict[UUID, list[Routing]] = defaultdict(list)
            for one in routings:
                in_turn[getattr(one, of_whom)].append(one)
            for turns in in_turn.values():
                for before, after in pairwise(turns):
                    assert before.ended_at is not None, (of_whom, before.id, after.id)
                    assert before.ended_at <= after.routed_at, (of_whom, before.id, after.id)

    def _logged(self) -> tuple[dict[UUID, set[tuple[UUID, UUID]]], list[Routing], list[UUID]]:
        """At one moment: what each decision gave to whom, the routings in order, the decisions of which the
        ledger tells."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            decisions = list(RoutingDecision.objects.all())
            routings = list(Routing.objects.order_by("routed_at"))
            of_routing = Entry.objects.filter(event="contact.routed").exclude(id__in=self.entries_before)
            told = EntrySubject.objects.filter(
                entry_id__in=list(of_routing.values_list("id", flat=True)), kind="routing_decision"
            )
            return (
                {row.id: _given(row) for row in decisions},
                routings,
                sorted(told.values_list("id", flat=True)),
            )

    def check_replay(self) -> None:
        """The worker ends when it is asked to, and the log gives every decision again."""
        assert self.worker.end() == 0, self.worker.said()
        assert "Traceback" not in self.worker.said()
        told = darwin(self.data_dir, "contact", "replay-routing", *EVER, **self.environment)
        assert told.returncode == 0, told.stderr
        logged = list(RoutingDecision.objects.all())
        assert json.loads(told.stdout) == {
            "decisions": len(logged),
            "assigned": sum(len(row.decisions) for row in logged),
            "different": [],
        }


def _wrote(minutes: int) -> CallRecord:
    at = clock.now() - timedelta(minutes=minutes)
    return CallRecord(
        source_key=f"report-{minutes}", channel="ONLINE_REPORT", first_offered_at=at, legs=(), caller=None
    )


@pytest.fixture
def house(folder: Path, opened_installation: Callable[[str], None]) -> Iterator[House]:
    """At noon, whenever the test runs: at night nobody is rung back."""
    opened_installation("practice")
    open_queue(actor=IMPORTER, slug="101", label="101", switch="test")
    (folder / "house").mkdir()
    clock.follow(folder / "house" / "clock.json")
    made: list[House] = []
    try:
        local = clock.now().astimezone(clock.LONDON)
        noon = (local + timedelta(days=1)).replace(hour=12, minute=0)
        clock.change(rate=1, jump_to=noon)
        wait_for(lambda: clock.now() >= noon, LIMIT_S, "it is noon")
        made.append(House(folder))
        yield made[0]
    finally:
        clock.follow(None)
        for one in made:
            one.worker.kill()


@contextmanager
def held_up(table: str) -> Iterator[None]:
    """Nobody writes to a table for a block of code; whoever wants to waits."""
    with psycopg.connect(database_url()) as other:
        other.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield


def waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def last_asked() -> datetime:
    """When the worker last asked the database anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(query_start), 'epoch') FROM pg_stat_activity WHERE datname = "
            "current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        moment: datetime = cursor.fetchone()[0]
        return moment


def quiet_s() -> float:
    """For how long the worker has asked nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - %s)", [last_asked()])
        return float(cursor.fetchone()[0])


def _given(row: RoutingDecision) -> set[tuple[UUID, UUID]]:
    """Contact and account of what a decision gave out; living calls are the switch's to give."""
    kinds = {one["contact"]: one["kind"] for one in row.situation["waiting"]}
    given = [one for one in row.decisions if kinds[one["contact"]] != CALL]
    return {(UUID(one["contact"]), UUID(one["account"])) for one in given}


def test_a_worker_killed_in_the_middle_of_a_decision_has_not_made_it(house: House) -> None:
    """Killed while the decision, its routings and its entry are held up in turn. The next worker comes while
    the database still has the dead one's transaction in hand, and makes the one decision after it."""
    for table in WRITTEN_BY_A_DECISION:
        house.all_busy()
        before = RoutingDecision.objects.count()
        with held_up(table):
            house.all_free()
            wait_for(lambda: waiting_for_locks() == 1, LIMIT_S, f"the decision waits for {table}")
            house.check_whole()
            house.kill()
            house.worker = house.start()
            wait_for(lambda: waiting_for_locks() == 2, LIMIT_S, "the next worker waits as well")
            assert RoutingDecision.objects.count() == before
        house.everybody_has_something()
        house.check_whole()
        assert RoutingDecision.objects.count() == before + 1
    house.check_replay()


def test_a_worker_killed_at_any_moment_of_a_look_leaves_nothing_half_done(house: House) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    house.hand_on()
    for _ in range(2):
        house.all_busy()
        asked = last_asked()
        house.all_free()
        wait_for(lambda asked=asked: last_asked() > asked, LIMIT_S, "the worker looks")
        time.sleep(chance.uniform(0, 0.1))
        house.kill()
        house.check_whole()
        house.worker = house.start()
        house.everybody_has_something()
        house.check_whole()
    house.check_replay()
