"""The queue of the made-up force against a slow simulation that steps through every second."""

from hypothesis import given, settings
from hypothesis import strategies as st

from darwin.practice.line import Line
from darwin.practice.population import Handler
from darwin.practice.roster import Duty


def handler(number: int) -> Handler:
    return Handler(f"PJSIP/{number}", f"Handler {number}", "test", 0)


def duty(number: int, start: int = 0, end: int = 10_000, breaks: list[tuple[int, int]] | None = None) -> Duty:
    return Duty(handler(number), start, end, breaks or [])


def test_the_handler_who_has_been_idle_longest_takes_the_call() -> None:
    line = Line("q", [duty(1, start=30), duty(2, start=10), duty(3, start=20)])
    taken = line.take(100, 1_000, 5)
    assert taken.duty == 1
    assert taken.moment == 105


def test_a_caller_waits_until_a_handler_is_free_again() -> None:
    line = Line("q", [duty(1)])
    first = line.take(0, 1_000, 0)
    assert first.duty == 0
    line.release(0, 400)
    second = line.take(100, 1_000, 0)
    assert second.moment == 400


def test_a_caller_who_gives_up_leaves_the_handler_to_the_next() -> None:
    line = Line("q", [duty(1)])
    line.take(0, 1_000, 0)
    line.release(0, 400)
    gone = line.take(100, 250, 0)
    assert gone.duty is None
    assert gone.moment == 250
    assert line.take(120, 1_000, 0).moment == 400


def test_a_caller_who_gives_up_while_it_rings_is_not_answered() -> None:
    line = Line("q", [duty(1)])
    gone = line.take(0, 3, 5)
    assert gone.duty is None
    assert gone.moment == 3
    assert line.take(4, 100, 5).moment == 9


def test_a_ring_that_is_not_taken_goes_to_the_next_handler_and_is_told() -> None:
    line = Line("q", [duty(1, end=900_000), duty(2, end=900_000)])
    taken = line.take(0, 800_000, 2_000, misses=1)
    assert taken.duty == 1
    assert taken.moment == 17_000
    assert taken.no_answers == (("PJSIP/1", 0, 15_000),)


def test_a_break_is_taken_when_it_is_due_and_not_in_the_middle_of_a_call() -> None:
    line = Line("q", [duty(1, breaks=[(100, 50)])])
    line.take(0, 10_000, 0)
    line.release(0, 130)
    assert line.take(140, 10_000, 0).moment == 180
    idle = Line("q", [duty(1, breaks=[(100, 50)])])
    assert idle.take(120, 10_000, 0).moment == 150


def test_nobody_is_rung_after_the_end_of_the_shift() -> None:
    line = Line("q", [duty(1, end=100)])
    assert line.take(95, 400, 5).duty is None
    assert not line.idle(101)


def test_the_number_waiting_counts_those_still_in_the_queue() -> None:
    line = Line("q", [duty(1)])
    line.take(0, 1_000, 0)
    line.release(0, 300)
    line.take(10, 1_000, 0)
    line.release(0, 600)
    line.take(20, 50, 0)
    assert line.waiting(30) == 2
    assert line.waiting(60) == 1
    assert line.waiting(300) == 0


CALLERS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 120), st.integers(1, 90)), min_size=1, max_size=30
)
SHIFTS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 600)), min_size=1, max_size=4)


def step_by_step(
    callers: list[tuple[int, int, int]], shifts: list[tuple[int, int]]
) -> list[tuple[int, int | None]]:
    """The same queue, second by second: (moment, handler or None) for each caller, without rings."""
    free_since: list[int] = [start for start, _ in shifts]
    fate: list[tuple[int, int | None] | None] = [None] * len(callers)
    joined: list[int] = []
    clock = 0
    for gap, _, _ in callers:
        clock += gap
        joined.append(clock)
    for now in range(clock + 200):
        for n, (_, patience, busy) in enumerate(callers):
            if fate[n] is not None or joined[n] > now:
                continue
            if now >= joined[n] + patience:
                fate[n] = (joined[n] + patience, None)
                continue
            able = [
                (since, number)
                for number, since in enumerate(free_since)
                if since <= now < shifts[number][0] + shifts[number][1]
            ]
            if able:
                _, number = min(able)
                fate[n] = (now, number)
                free_since[number] = now + busy
    return [known for known in fate if known is not None]


@settings(max_examples=200, deadline=None)
@given(CALLERS, SHIFTS)
def test_the_line_gives_what_a_simulation_second_by_second_gives(
    callers: list[tuple[int, int, int]], shifts: list[tuple[int, int]]
) -> None:
    line = Line("q", [duty(n, start, start + length) for n, (start, length) in enumerate(shifts)])
    found: list[tuple[int, int | None]] = []
    now = 0
    for gap, patience, busy in callers:
        now += gap
        taken = line.take(now, now + patience, 0)
        if taken.duty is not None:
            line.release(taken.duty, taken.moment + busy)
        found.append((taken.moment, taken.duty))
    assert found == step_by_step(callers, shifts)
