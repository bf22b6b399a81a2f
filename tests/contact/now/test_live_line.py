"""The wall and the floor as live screens: the publisher's cost, and more streams than connections."""

import http.client
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from darwin.contact.models import FloorCall
from darwin.contact.now.floor import draw_floor, floor_of
from darwin.contact.now.reading import read_now
from darwin.contact.services.handlers import link_handler
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.live.publisher import Publisher
from darwin.staff.services import make_wall_code, pair_wall_screen
from darwin.staff.walls import cookie_name
from tests.contact.now import scene
from tests.serving import Serving
from tests.staff.people import someone

STREAMS = 25
NOW = scene.NOW
SCREENS = {"contact.wallboard", "contact.wallboard.cy", "contact.floor", "contact.floor.cy"}


@pytest.mark.django_db
def test_a_tick_in_which_the_line_changed_costs_three_queries(lines: None) -> None:
    scene.a_day()
    scene.the_floor()
    publisher = Publisher()
    assert set(publisher.tick()) >= SCREENS
    publisher.tick()
    for _ in range(3):
        scene.tell(scene.waits(NOW - timedelta(seconds=1)))
        publisher.computed.clear()  # as if a second had passed
        with CaptureQueriesContext(connection) as asked:
            sent = set(publisher.tick())
        assert "contact.wallboard" in sent
        assert len(asked) <= 3, [query["sql"] for query in asked]


@pytest.mark.django_db
def test_a_second_in_which_nothing_happened_sends_nothing(lines: None) -> None:
    scene.a_day()
    scene.the_floor()
    publisher = Publisher()
    publisher.tick()
    publisher.tick()
    publisher.computed.clear()
    with clock.standing_at(NOW + timedelta(seconds=1)):
        assert not set(publisher.tick()) & SCREENS


@pytest.mark.django_db
def test_the_floor_names_each_handler_by_state_the_longest_first(lines: None) -> None:
    scene.the_floor()
    account = someone("contact_handler", display_name="Aisha Khan-Bell")
    link_handler(
        actor=scene.LISTENER,
        switch=scene.SWITCH,
        member=scene.PEOPLE[4],
        interface="PJSIP/1005",
        account_id=account.id,
    )
    floor = floor_of(read_now())
    assert [person.name for person in floor.ready[:2]] == ["Dev Patel", "Sam Okoro"]
    assert [person.state.value for person in floor.ready] == ["ringing"] * 2 + ["ready"] * 3
    waits = [person.since for person in floor.on_call]
    assert waits == sorted(waits)
    assert floor.on_call[0].name == "Aisha Khan-Bell"
    assert [(str(group.reason), group.count) for group in floor.paused] == [("break", 4), ("training", 2)]
    assert (floor.at_work, len(floor.off)) == (22, 1)
    html = draw_floor(floor, "en-gb", NOW)
    assert "22:14" in html
    assert "1085" not in html


@pytest.mark.django_db
def test_who_is_on_the_floor_is_not_shown_as_now_while_the_switch_is_silent(lines: None) -> None:
    scene.the_floor()
    with clock.standing_at(NOW + timedelta(minutes=3)):
        html = draw_floor(floor_of(read_now()), "en-gb", NOW)
    assert "No news from the switch since 14:24." in html
    assert not any(name in html for name in scene.PEOPLE)


@pytest.fixture
def serving(lines: None, transactional_db: None, settings: Any) -> Iterator[Serving]:
    house = Serving()
    yield house
    house.end()


def stream(port: int, token: str) -> http.client.HTTPResponse:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    wire.request("GET", "/live/?screens=contact.wallboard", headers={"Cookie": f"{cookie_name()}={token}"})
    return wire.getresponse()


def next_wall(answer: http.client.HTTPResponse) -> str:
    """The data of the next wall on a stream."""
    event, data = "", []
    while True:
        line = answer.readline().decode().rstrip("\n")
        if line.startswith("event: "):
            event = line[7:]
        elif line.startswith("data: "):
            data.append(line[6:])
        elif not line:
            if event == "contact.wallboard" and data:
                return "\n".join(data)
            event, data = "", []


@pytest.mark.django_db(transaction=True)
def test_more_walls_than_connections_show_a_call_that_joins(serving: Serving) -> None:
    assert connection.settings_dict["OPTIONS"]["pool"]["max_size"] < STREAMS
    scene.the_floor()
    actor = Actor.system("test")
    _screen, code = make_wall_code(actor=actor, name="Left")
    _screen, token = pair_wall_screen(actor=actor, code=code)
    serving.start()
    streams = [stream(serving.port, token) for _ in range(STREAMS)]
    try:
        assert {answer.status for answer in streams} == {200}
        for answer in streams:
            assert 'data-cell="waiting">9<' in next_wall(answer)
        scene.tell(scene.waits(NOW))
        assert FloorCall.objects.count() == 19
        for answer in streams:
            assert 'data-cell="waiting">10<' in next_wall(answer)
    finally:
        for answer in streams:
            answer.close()
