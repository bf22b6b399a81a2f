"""When a part is started again."""

import pytest

from darwin.supervisor.parts import PARTS, Pauses, parts_of


def test_pauses_grow_to_half_a_minute_and_start_over_after_a_healthy_minute() -> None:
    now = 0.0
    pauses = Pauses(lambda: now)
    found = []
    for _ in range(7):
        pauses.start()
        found.append(pauses.end())
    assert found == [1, 2, 4, 8, 16, 30, 30]
    pauses.start()
    now += 60
    assert pauses.end() == 1


def test_an_end_that_another_part_caused_is_not_held_against_it() -> None:
    pauses = Pauses(lambda: 0.0)
    for _ in range(5):
        pauses.end()
    pauses.forgive()
    assert pauses.ends_in_a_row == 0
    assert pauses.end() == 1


@pytest.mark.parametrize("mode", ["operational", "shadow"])
def test_nothing_of_the_practice_force_runs_outside_practice(mode: str) -> None:
    running = {part.name for part in parts_of(mode)}
    assert "web" in running
    assert not any("practice" in part.arguments for part in PARTS if part.name in running)
