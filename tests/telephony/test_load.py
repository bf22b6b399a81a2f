"""A real switch, real SIP callers, the real listener: every call is one contact with the right outcome, the
figures are those of the switch, and the floor agrees with it while they call."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.supervisor.house_at_work import up, wait_for
from tests.telephony import floor
from tests.telephony.callers import Callers, Load, telephones
from tests.telephony.house import House, Listener, cpu_seconds, listening, now, opened_house
from tests.telephony.manager import Manager
from tests.telephony.switch import Size, driving, running_switch
from tests.telephony.truth import Truth, agrees_with_callers, truth_of

pytestmark = pytest.mark.telephony

SHORT = (Load(calls=75, rate=5, patience_s=(2, 12), talk_s=(2, 6)), Size(15, 15, 9))
EACH_TIME_ANOTHER = ("sources", "note")


def long(rate: int) -> tuple[Load, Size]:
    """Two minutes of calls; six handlers and six places for each call a second, so that some wait, some give
    up and some are refused."""
    return Load(calls=120 * rate, rate=rate, patience_s=(4, 60), talk_s=(2, 20)), Size(6 * rate, 6 * rate, 45)


def test_every_call_of_a_busy_line_is_one_contact_with_its_outcome(
    folder: Path, reading_house: House
) -> None:
    _hold_the_line(folder, reading_house, *SHORT)


@pytest.mark.nightly
@pytest.mark.parametrize("rate", [5, 20])
def test_two_minutes_of_calls_are_all_there(folder: Path, reading_house: House, rate: int) -> None:
    _hold_the_line(folder, reading_house, *long(rate))


def _hold_the_line(folder: Path, reading_house: House, load: Load, size: Size) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    data_dir = folder / "house"
    with running_switch(size) as switch, up(data_dir), opened_house(data_dir) as house:
        with driving(switch, folder) as manager, telephones(switch, load, folder):
            with listening(house, switch) as listener:
                wait_for(listener.is_connected, 60, "the switch is heard")
                begin, spent = now(), _spending(house, listener)
                callers = Callers(switch, load, folder, seed)
                moments = _watch(house, manager, callers)
                seen = callers.finish()
                # Nobody waits or talks any more, here and there.
                wait_for(lambda: not house.rows("SELECT 1 FROM contact_floorcall"), 30, "the floor is empty")
                took, end = spent(), now()
                wait_for(lambda: _covered_until(house, end), 30, "the record reaches the end of the calls")
        truth = truth_of(switch.queue_log, manager.events)
        agrees_with_callers(truth, seen)
        house.agrees_with(truth)
        reading_house.import_recording(manager.recording, manager.index)
        expected = reading_house.measures(begin, end)
        figures = house.measures(begin, end)
        assert _comparable(figures) == _comparable(expected)
        _agree(figures, truth)
        assert reading_house.events(begin, end) == house.events(begin, end)
        print(
            f"{load.calls} calls at {load.rate}/s, {dict(truth.outcomes)}, lost 0, doubled 0; "
            f"{len(manager.events)} events heard, {len(house.events(begin, end))} kept; "
            f"waiting at the switch and on the floor {moments}; {took}"
        )


def _watch(house: House, manager: Manager, callers: Callers) -> list[tuple[int, int]]:
    """Compare the floor with the switch again and again while there are callers."""
    moments = []
    while callers.process.poll() is None and time.monotonic() < callers.ends_at:
        moment = floor.compare(house, manager)
        moments.append((moment.at_switch, moment.on_floor))
        floor.compare_telephones(house, manager)
        time.sleep(0.5)
    assert any(at_switch for at_switch, _ in moments), "somebody waited while the floor was compared"
    return moments


def _spending(house: House, listener: Listener) -> Callable[[], str]:
    """Processor time from now on, of the listener and of the whole database server."""
    begun, server = time.monotonic(), house.server_pid
    before = cpu_seconds([listener.process.pid]), cpu_seconds(house.server_processes())

    def spent() -> str:
        listener_s = cpu_seconds([listener.process.pid]) - before[0]
        assert house.server_pid == server
        database_s = cpu_seconds(house.server_processes()) - before[1]
        return f"{time.monotonic() - begun:.0f} s, CPU of the listener {listener_s:.1f} s, of the database {database_s:.1f} s"

    return spent


def _covered_until(house: House, end: Any) -> bool:
    return bool(house.rows("SELECT 1 FROM contact_coverage WHERE to_at >= %s", (end,)))


def _comparable(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name not in EACH_TIME_ANOTHER}


def _agree(figures: dict[str, Any], truth: Truth) -> None:
    """The figures that can be counted in the switch's own log."""
    outcomes = truth.outcomes
    assert figures["arrived"] == len(truth.serials)
    assert figures["distinct_calls"] == len({call for call, number in truth.entries if number})
    assert figures["entries"] == sum(outcomes.values()) - outcomes["refused"]
    assert figures["unknown"] == 0
    for outcome in ("answered", "abandoned", "callback_requested", "expelled", "refused"):
        assert figures[outcome] == outcomes[outcome], outcome
    assert figures["transfers"]["blind"] == truth.completions["BLINDTRANSFER"]
    assert figures["gaps"] == []
