"""The live stream, over real connections: a real web server, a real publisher, one PostgreSQL."""

import http.client
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
import uvicorn
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import ASGIHandler
from django.db import connection, transaction
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext
from django.urls import path

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.live.hub import Frame
from darwin.ledger.live.publisher import KEPT, Publisher
from darwin.ledger.live.screens import Screen, once_a_tick, register_screen, remove_screen
from darwin.ledger.live.stream import stream_view
from darwin.ledger.services import record_entry

from .looking import connect, rows

pytestmark = pytest.mark.django_db(transaction=True)
STREAMS = 25
EARS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND query LIKE '%FROM live_screen WHERE sequence >%'"
)


class Board:
    """A screen that counts how often it was computed."""

    def __init__(self, name: str, event: str) -> None:
        self.computed, self.text, self.permitted, self.asked = 0, "first", True, 0
        self.screen = Screen(name=name, compute=self.compute, may_watch=self.may_watch, events=(event,))

    def compute(self) -> bytes:
        self.computed += 1
        return self.text.encode()

    def may_watch(self, request: HttpRequest) -> bool:
        rows("SELECT 1")
        self.asked += 1
        return self.permitted


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Board]]:
    """Two screens of a house that has no others."""
    monkeypatch.setattr("darwin.ledger.live.screens._screens", {})
    rows("DELETE FROM live_screen")
    made = [Board("contact.queue_board", "contact."), Board("staff.shift_board", "staff.")]
    for board in made:
        register_screen(board.screen)
    yield made
    for board in made:
        remove_screen(board.screen.name)


def write(event: str) -> None:
    with transaction.atomic():
        record_entry(actor=Actor.system("test"), verb=Verb.ALTER, event=event)


def test_a_screen_is_computed_only_when_something_it_watches_was_committed(boards: list[Board]) -> None:
    publisher = Publisher()
    assert publisher.tick() == ["contact.queue_board", "staff.shift_board"]
    with CaptureQueriesContext(connection) as quiet:
        assert publisher.tick() == []
    assert len(quiet) == 1
    boards[0].text = "second"
    write("contact.answered_call")
    assert publisher.tick() == ["contact.queue_board"]
    assert (boards[0].computed, boards[1].computed) == (2, 1)


def test_a_tick_costs_two_queries_beside_those_of_its_screens(boards: list[Board]) -> None:
    publisher = Publisher()
    with CaptureQueriesContext(connection) as first:
        assert len(publisher.tick()) == 2
    assert len(first) == 2
    for board in boards:
        board.text = "second"
    write("contact.answered_call")
    write("staff.signed_in")
    with CaptureQueriesContext(connection) as both:
        assert len(publisher.tick()) == 2
    assert len(both) == 2


def test_a_screen_that_only_time_changes_is_computed_again_when_its_time_has_come(
    boards: list[Board], monkeypatch: Any
) -> None:
    ticking = [1000.0]
    monkeypatch.setattr("darwin.ledger.live.publisher.time.monotonic", lambda: ticking[0])
    waits = Board("contact.waits", "never.")
    register_screen(replace(waits.screen, events=(), every_s=1))
    try:
        publisher = Publisher()
        publisher.tick()
        for _ in range(3):
            ticking[0] += 0.3
            publisher.tick()
        assert (waits.computed, boards[0].computed) == (1, 1)
        ticking[0] += 0.2
        waits.text = "a second later"
        assert publisher.tick() == ["contact.waits"]
        assert (waits.computed, boards[0].computed) == (2, 1)
    finally:
        remove_screen("contact.waits")


def test_screens_that_share_a_reading_make_it_once_in_a_tick_and_anew_in_the_next(
    boards: list[Board],
) -> None:
    made = []

    @once_a_tick
    def reading() -> int:
        made.append(None)
        return len(made)

    names = ("contact.left", "contact.right")
    for name in names:
        register_screen(
            Screen(
                name=name,
                compute=lambda: f"{reading()}".encode(),
                may_watch=lambda request: True,
                events=("contact.",),
            )
        )
    try:
        publisher = Publisher()
        publisher.tick()
        assert [publisher.payloads[name] for name in names] == [b"1", b"1"]
        write("contact.answered_call")
        publisher.tick()
        assert [publisher.payloads[name] for name in names] == [b"2", b"2"]
        assert (reading(), reading()) == (3, 4)
    finally:
        for name in names:
            remove_screen(name)


def test_an_entry_whose_transaction_began_first_and_ended_last_is_not_missed(boards: list[Board]) -> None:
    publisher = Publisher()
    publisher.tick()
    entry = (
        '[{"at": "2026-03-01T00:00Z", "actor_kind": "system", "actor_name": "slow", "verb": '
        '"alter", "event": '
        '"contact.wrote_late", "reason_code": "", "fields": [], "counts": {}, "subjects": []}]'
    )
    with connect() as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT ledger_write(%s::jsonb)", [entry])
        write("staff.signed_in")
        boards[1].text = "second"
        publisher.tick()
        write("staff.signed_in")
        publisher.tick()
        assert boards[0].computed == 1
        slow.execute("COMMIT")
    publisher.tick()
    publisher.tick()
    assert boards[0].computed == 2


def test_a_screen_that_did_not_change_is_not_sent_again(boards: list[Board]) -> None:
    publisher = Publisher()
    publisher.tick()
    write("contact.answered_call")
    assert publisher.tick() == []
    assert boards[0].computed == 2


def test_a_screen_that_fails_does_not_freeze_the_others(boards: list[Board], caplog: Any) -> None:
    def fail() -> bytes:
        raise ZeroDivisionError

    register_screen(
        Screen(
            name="contact.broken_board", compute=fail, may_watch=lambda request: True, events=("contact.",)
        )
    )
    try:
        assert "contact.queue_board" in Publisher().tick()
    finally:
        remove_screen("contact.broken_board")
    assert "contact.broken_board" in caplog.text


def test_a_screen_that_fails_each_time_is_logged_once(boards: list[Board], caplog: Any) -> None:
    def fail() -> bytes:
        raise ZeroDivisionError

    wrong = Screen(name="contact.broken_board", compute=fail, may_watch=bool, events=("contact.",))
    register_screen(wrong)
    try:
        publisher = Publisher()
        for _ in range(3):
            publisher.tick()
            write("contact.answered_call")
    finally:
        remove_screen("contact.broken_board")
    assert caplog.text.count("contact.broken_board could not be computed") == 1


def test_only_the_last_of_each_screen_are_kept(boards: list[Board]) -> None:
    publisher = Publisher()
    for number in range(KEPT + 5):
        boards[0].text = f"turn {number}"
        write("contact.answered_call")
        publisher.tick()
    assert rows("SELECT count(*) FROM live_screen WHERE name = 'contact.queue_board'") == [(KEPT,)]


def test_what_is_notified_is_a_name_and_a_number(boards: list[Board]) -> None:
    with connect() as listener:
        listener.execute("LISTEN darwin_live")
        boards[0].text = "Jane Green, 07700 900123"
        Publisher().tick()
        notes = [note.payload for note in listener.notifies(timeout=2, stop_after=2)]
    sequences = dict(rows("SELECT name, sequence FROM live_screen"))
    assert sorted(notes) == sorted(f"{name} {sequence}" for name, sequence in sequences.items())


def test_a_line_break_in_a_screen_does_not_end_its_event() -> None:
    assert Frame(7, "a.b", b"one\r\ntwo\n\nthree").encode() == (
        b"event: a.b\nid: 7\ndata: one\ndata: two\ndata: \ndata: three\n\n"
    )


@pytest.mark.parametrize("changes", [{"name": "board"}, {"events": ()}, {"name": "contact.queue_board"}])
def test_a_screen_that_is_declared_wrongly_stops_the_start(
    boards: list[Board], changes: dict[str, Any]
) -> None:
    wanted: dict[str, Any] = {
        "name": "contact.other",
        "compute": bytes,
        "may_watch": bool,
        "events": ("contact.",),
    }
    with pytest.raises(ImproperlyConfigured):
        register_screen(Screen(**(wanted | changes)))


@pytest.fixture
def server(boards: list[Board], settings: Any) -> Iterator[int]:
    addresses = ModuleType("live_addresses")
    addresses.urlpatterns = [path("live/", stream_view)]  # type: ignore[attr-defined]
    sys.modules["live_addresses"] = addresses
    settings.ROOT_URLCONF = "live_addresses"
    settings.MIDDLEWARE = []
    config = uvicorn.Config(
        ASGIHandler(), port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1
    )
    web = uvicorn.Server(config)
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.01)
    yield web.servers[0].sockets[0].getsockname()[1]
    web.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


class Browser:
    """One open stream, read line by line."""

    def __init__(self, port: int, screens: str, last: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        self.connection.request(
            "GET", f"/live/?screens={screens}", headers={"Last-Event-ID": last} if last else {}
        )
        self.response = self.connection.getresponse()

    def events(self, count: int) -> list[tuple[str, str, str]]:
        """The next `count` events of screens as (name, id, data)."""
        found: list[tuple[str, str, str]] = []
        event: dict[str, str] = {}
        while len(found) < count:
            line = self.response.readline().decode().rstrip("\n")
            name, _, value = line.partition(": ")
            if line:
                event[name] = f"{event[name]}\n{value}" if name in event else value
            elif event:
                if "id" in event:
                    found.append((event["event"], event.get("id", ""), event.get("data", "")))
                event = {}
        return found

    def told(self, name: str) -> str:
        """What the next event of that name says."""
        event = ""
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: ") and event == name:
                return line.removeprefix("data: ")
            elif not line and self.response.isclosed():
                return ""

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def our_connections() -> int:
    """Connections to the database of these tests, without the one that asks."""
    return int(rows("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")[0][0]) - 1


def until(condition: Callable[[], bool]) -> bool:
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_more_streams_than_connections_share_one(server: int, boards: list[Board]) -> None:
    publisher = Publisher()
    publisher.tick()
    limit = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
    assert limit < STREAMS
    before = our_connections()
    browsers = [Browser(server, "contact.queue_board,staff.shift_board") for _ in range(STREAMS)]
    try:
        for browser in browsers:
            assert browser.response.status == 200
            assert {name for name, _, _ in browser.events(2)} == {"contact.queue_board", "staff.shift_board"}
        assert our_connections() <= before + limit + 1
        assert rows(EARS) == [(1,)]
        boards[0].text = "second"
        write("contact.answered_call")
        publisher.tick()
        for browser in browsers:
            assert browser.events(1)[0][::2] == ("contact.queue_board", "second")
        assert boards[0].computed == 2
    finally:
        for browser in browsers:
            browser.close()


def test_a_browser_that_comes_back_gets_what_it_missed(server: int, boards: list[Board]) -> None:
    publisher = Publisher()
    publisher.tick()
    browser = Browser(server, "contact.queue_board")
    [(_, last, text)] = browser.events(1)
    browser.close()
    assert text == "first"
    for text in ("second", "third"):
        boards[0].text = text
        write("contact.answered_call")
        publisher.tick()
    again = Browser(server, "contact.queue_board", last)
    assert [data for _, _, data in again.events(2)] == ["second", "third"]
    again.close()
    fresh = Browser(server, "contact.queue_board")
    assert [data for _, _, data in fresh.events(1)] == ["third"]
    fresh.close()
    from_another_database = Browser(server, "contact.queue_board", "999999999")
    assert [data for _, _, data in from_another_database.events(1)] == ["third"]
    from_another_database.close()


def test_a_stream_tells_the_servers_clock_and_its_rate_again_and_again(
    server: int, boards: list[Board], monkeypatch: Any
) -> None:
    monkeypatch.setattr("darwin.ledger.live.stream.TIME_EVERY_S", 0.1)
    browser = Browser(server, "contact.queue_board")
    told = [browser.told("time").split(" ") for _ in range(3)]
    browser.close()
    moments = [datetime.fromisoformat(moment) for moment, _rate in told]
    assert moments == sorted(moments)
    assert abs(moments[0] - clock.now()) < timedelta(seconds=5)
    assert {rate for _moment, rate in told} == {"1"}


def test_a_stream_ends_so_that_its_browser_is_asked_anew_who_it_is(
    server: int, boards: list[Board], monkeypatch: Any
) -> None:
    monkeypatch.setattr("darwin.ledger.live.stream.LIFE_S", 0.2)
    Publisher().tick()
    browser = Browser(server, "contact.queue_board")
    assert browser.response.read().endswith(b"\n\n")
    boards[0].permitted = False
    assert Browser(server, "contact.queue_board").response.status == 403


@pytest.mark.parametrize(
    ("screens", "status"), [("", 404), ("contact.unknown", 404), ("staff.shift_board", 403)]
)
def test_nobody_watches_what_is_not_open_to_them(
    server: int, boards: list[Board], screens: str, status: int
) -> None:
    boards[1].permitted = False
    browser = Browser(server, screens)
    assert browser.response.status == status
    browser.close()


def test_one_forbidden_screen_closes_the_whole_stream(server: int, boards: list[Board]) -> None:
    boards[1].permitted = False
    browser = Browser(server, "contact.queue_board,staff.shift_board")
    assert browser.response.status == 403
    browser.close()


def test_the_ear_is_closed_when_nobody_watches(server: int, boards: list[Board]) -> None:
    Publisher().tick()
    browser = Browser(server, "contact.queue_board")
    browser.events(1)
    assert rows(EARS) == [(1,)]
    browser.close()
    assert until(lambda: rows(EARS) == [(0,)])
