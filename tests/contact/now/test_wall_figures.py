"""What the wall counts is what the measures count, and it says so when it cannot know."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darwin.contact.coverage import EVERYTHING, QUEUE_LOG_TELLS, Span
from darwin.contact.measures.figures import queue_figures
from darwin.contact.models import ContactQueue, LegKind, SwitchConnection
from darwin.contact.now.drawn import _share, draw_wall
from darwin.contact.now.hearing import Heard
from darwin.contact.now.reading import read_now
from darwin.contact.now.wall import InTime, Wall, wall_of
from darwin.contact.services.coverage import record_coverage
from darwin.contact.services.floor import note_connected, note_down
from darwin.contact.services.queues import open_queue
from darwin.contact.telephony.events import EventType, Outcome
from darwin.deadlines import clock
from tests.contact.now import scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lines")]

MIDNIGHT, NOW = scene.MIDNIGHT, scene.NOW
PAST = st.tuples(
    st.integers(0, 14 * 3600 + 20 * 60),
    st.sampled_from([Outcome.ANSWERED, Outcome.ABANDONED, Outcome.REFUSED, Outcome.UNKNOWN]),
    st.floats(0, 90).map(lambda wait: round(wait, 3)),
    st.sampled_from(["101", "999"]),
)
LIVING = st.tuples(st.integers(0, 3000), st.sampled_from(["101", "999"]))


def the_wall() -> Wall:
    return wall_of(read_now())


def figures_of(slug: str, within_s: float) -> Any:
    queue = ContactQueue.objects.get(slug=slug)
    return queue_figures(queue, MIDNIGHT, MIDNIGHT + timedelta(days=1), within_s, EVERYTHING)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(past=st.lists(PAST, max_size=30), living=st.lists(LIVING, max_size=6))
def test_the_figures_of_today_are_those_of_the_measures(past: list[Any], living: list[Any]) -> None:
    with transaction.atomic():
        scene.store_past(
            *(
                scene.past_call(MIDNIGHT + timedelta(seconds=at), outcome, wait, queue)
                for at, outcome, wait, queue in past
            )
        )
        scene.tell(*(scene.waits(NOW - timedelta(seconds=ago), queue) for ago, queue in living))
        scene.cover()
        note_connected(switch=scene.SWITCH, source="scene")
        wall = the_wall()
        for line in wall.lines:
            told = figures_of(line.line.code, line.line.within_s)
            assert line.today == InTime(told.answered_within_threshold, told.offered_including_refused)
            assert line.waiting == told.still_waiting == sum(queue == line.line.code for _, queue in living)
        whole = [figures_of(slug, 30) for slug in ("101", "999")]
        assert wall.gave_up == sum(told.abandoned for told in whole)
        assert wall.refused == sum(told.refused for told in whole)
        assert sum(told.unknown for told in whole) == sum(kind is Outcome.UNKNOWN for _, kind, *_ in past)
        assert sum(column.offered or 0 for column in wall.columns) == sum(
            told.offered_including_refused for told in whole
        )
        transaction.set_rollback(True)


def test_a_caller_who_waits_is_not_unknown_until_nobody_knows_what_became_of_them() -> None:
    joined = scene.waits(NOW - timedelta(seconds=40))
    scene.tell(joined)
    assert (figures_of("101", 30).unknown, figures_of("101", 30).still_waiting) == (0, 1)
    scene.tell(scene.event(NOW, EventType.LEFT, queue="101", call_id=joined.call_id, reason="unknown"))
    assert (figures_of("101", 30).unknown, figures_of("101", 30).still_waiting) == (1, 0)


def test_the_floor_is_counted_by_state_with_the_forces_own_reasons() -> None:
    scene.the_floor()
    wall = the_wall()
    assert (wall.waiting, wall.ready, wall.ringing) == (9, 5, 2)
    assert (wall.on_call, wall.notes, wall.paused) == (11, 2, 6)
    assert [(str(reason), count) for reason, count in wall.reasons] == [("break", 4), ("training", 2)]
    assert wall.longest_since == NOW - timedelta(seconds=108)
    assert wall.over_s == 30


def test_why_somebody_rests_after_a_hard_call_is_not_for_a_room_to_read() -> None:
    note_connected(switch=scene.SWITCH, source="scene")
    for place, reason in enumerate(("welfare", "Welfare", "what somebody typed")):
        scene.tell(scene.state(NOW, f"PJSIP/{place}", f"paused: {reason}"))
    assert the_wall().reasons == ((None, 3),)


def test_a_call_in_a_queue_behind_the_line_waits_but_is_not_offered_twice() -> None:
    open_queue(
        actor=scene.LISTENER,
        slug="crime",
        channel="PHONE_101",
        switch=scene.SWITCH,
        leg_kind=LegKind.TRANSFER,
    )
    note_connected(switch=scene.SWITCH, source="scene")
    scene.cover()
    scene.tell(scene.waits(NOW - timedelta(seconds=5), "crime"))
    scene.store_past(scene.past_call(NOW - timedelta(hours=1), Outcome.ABANDONED, 9, "crime"))
    wall = the_wall()
    assert (wall.waiting, wall.lines[0].waiting) == (1, 1)
    assert wall.lines[0].today == InTime(0, 0)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(7996, 10_000, "79"), (8000, 10_000, "80"), (799, 1000, "79"), (804, 1000, "80"), (796, 1000, "79")],
)
def test_a_share_that_misses_its_target_is_never_rounded_up_to_it(part: int, whole: int, shown: str) -> None:
    assert _share(InTime(part, whole), 80) == {"counts": f"{part:,} of {whole:,}".replace(" ", "\xa0"),
                                               "percent": shown}  # fmt: skip


def test_below_twenty_the_counts_stand_alone() -> None:
    scene.store_past(*(scene.past_call(NOW - timedelta(minutes=5), Outcome.ANSWERED, 3) for _ in range(19)))
    scene.cover()
    note_connected(switch=scene.SWITCH, source="scene")
    html = draw_wall(the_wall(), "en-gb", NOW)
    assert "19\xa0of\xa019" in html
    assert "100%" not in html


# How the switch is heard. Each case says what happened to the connection, in seconds before now.
def never() -> None:
    """No switch was ever connected."""


def heard() -> None:
    note_connected(switch=scene.SWITCH, source="scene")


def killed(seconds: int) -> Callable[[], None]:
    """A listener that was killed says nothing of its end."""

    def case() -> None:
        with clock.standing_at(NOW - timedelta(seconds=seconds)):
            note_connected(switch=scene.SWITCH, source="scene")

    return case


def down() -> None:
    with clock.standing_at(NOW - timedelta(seconds=200)):
        note_connected(switch=scene.SWITCH, source="scene")
    with clock.standing_at(NOW - timedelta(seconds=190)):
        note_down(switch=scene.SWITCH, source="scene", trouble="The switch does not answer.")


def back() -> None:
    down()
    note_connected(switch=scene.SWITCH, source="scene")


def taken_away() -> None:
    """An old switch that has been silent for two days, beside the one that is heard."""
    with clock.standing_at(NOW - timedelta(days=2)):
        note_down(switch="old", source="scene", trouble="It was taken away.")
    heard()


CASES = [
    (never, Heard.NEVER, None),
    (heard, Heard.LIVE, None),
    (killed(9), Heard.LIVE, None),
    (killed(11), Heard.STALE, 11),
    (killed(30), Heard.STALE, 30),
    (killed(31), Heard.GAP, 31),
    (down, Heard.GAP, 200),
    (back, Heard.LIVE, None),
    (taken_away, Heard.LIVE, None),
]


@pytest.mark.parametrize(("happen", "hears", "since_s"), CASES)
def test_silence_is_shown_as_what_it_is(
    happen: Callable[[], None], hears: Heard, since_s: int | None
) -> None:
    scene.tell(scene.waits(NOW - timedelta(seconds=400)))
    scene.store_past(scene.past_call(NOW - timedelta(hours=2), Outcome.ANSWERED, 3))
    scene.cover(to_at=NOW - timedelta(minutes=10))
    happen()
    wall = the_wall()
    assert wall.hearing.heard is hears
    assert wall.hearing.since == (None if since_s is None else NOW - timedelta(seconds=since_s))
    known = hears in (Heard.LIVE, Heard.STALE)
    assert wall.waiting == (1 if known else None)
    assert (wall.longest_since is not None) == known
    assert (wall.lines[0].since is not None) == known
    html = draw_wall(wall, "en-gb", NOW)
    assert ("w-never" in html) == (hears is Heard.NEVER)
    assert ("w-stale" in html) == (hears is Heard.STALE)
    assert ("w-head--gap" in html) == (hears is Heard.GAP)


def test_in_a_gap_shares_are_of_the_half_hours_before_it_and_its_own_are_hatched() -> None:
    scene.store_past(
        scene.past_call(NOW.replace(hour=13, minute=10), Outcome.ANSWERED, 3),
        scene.past_call(NOW.replace(hour=13, minute=40), Outcome.ANSWERED, 3),
        scene.past_call(NOW.replace(hour=14, minute=5), Outcome.ANSWERED, 3),
    )
    scene.cover(to_at=NOW.replace(minute=12))
    killed(12 * 60)()
    wall = the_wall()
    assert wall.known_to == NOW.replace(minute=0)
    assert wall.lines[0].today == InTime(2, 2)
    hatched = [column.from_at for column in wall.columns if column.offered is None and not column.to_come]
    assert hatched == [NOW.replace(minute=0)]
    assert "gap: calls not yet known" in draw_wall(wall, "en-gb")


def test_a_gap_stays_on_the_chart_and_in_the_table_after_it_was_filled_in() -> None:
    start, end = NOW.replace(hour=11, minute=2), NOW.replace(hour=11, minute=5)
    scene.store_past(
        scene.past_call(start + timedelta(seconds=40), Outcome.ANSWERED, 7, whole_seconds=True),
        scene.past_call(start + timedelta(seconds=70), Outcome.ABANDONED, 9, whole_seconds=True),
        scene.past_call(end + timedelta(seconds=70), Outcome.ANSWERED, 9),
    )
    scene.cover(to_at=start)
    scene.cover(from_at=end)
    note_connected(switch=scene.SWITCH, source="scene")
    assert [(gap.from_at, gap.to_at, gap.filled) for gap in the_wall().gaps] == [(start, end, None)]
    fill_in_from_the_log()
    wall = the_wall()
    assert [(gap.from_at, gap.to_at, gap.filled) for gap in wall.gaps] == [(start, end, 2)]
    html = draw_wall(wall, "en-gb")
    assert "<td>11:02:00</td><td>11:05:00</td><td>2</td>" in html


def fill_in_from_the_log() -> None:
    span = Span(source="log", from_at=MIDNIGHT, to_at=NOW, tells=QUEUE_LOG_TELLS)
    record_coverage(actor=scene.LISTENER, switch=scene.SWITCH, spans=[span])


def test_a_half_hour_that_has_just_begun_is_no_gap() -> None:
    scene.cover(to_at=NOW.replace(minute=0) - timedelta(seconds=1))
    with clock.standing_at(NOW.replace(minute=0, second=3)):
        note_connected(switch=scene.SWITCH, source="scene")
        SwitchConnection.objects.update(connected_since=MIDNIGHT - timedelta(days=1))
        now = next(column for column in the_wall().columns if column.now)
    assert (now.offered, now.missing) == (0, 0)


def test_a_wall_is_the_same_a_second_later_if_nothing_happened() -> None:
    scene.the_floor()
    scene.cover()
    first = draw_wall(the_wall(), "en-gb")
    with clock.standing_at(NOW + timedelta(seconds=1)):
        note_connected(switch=scene.SWITCH, source="scene")
        assert draw_wall(the_wall(), "en-gb") == first


def test_the_reading_is_one_query_however_many_call_and_wait() -> None:
    scene.a_day()
    scene.the_floor()
    read_now()
    with CaptureQueriesContext(connection) as asked:
        read_now()
    assert len(asked) == 1


def test_in_welsh_the_wall_speaks_welsh() -> None:
    scene.the_floor()
    html = draw_wall(the_wall(), "cy", NOW)
    assert "Yn aros nawr" in html
    assert "egwyl\xa04" in html
    assert "Waiting" not in html
