"""A real switch, real SIP callers, the real listener: every call is one contact with the right outcome, the
figures are those of the switch, and the floor agrees with it while they call."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.supervisor.house_at_work import wait_for
from tests.telephony import floor
from tests.telephony.callers import Callers, Load
from tests.telephony.conftest import Stage
from tests.telephony.house import House, Listener, cpu_seconds, now
from tests.telephony.manager import Manager
from tests.telephony.scene import scene
from tests.telephony.switch import Size
from tests.telephony.truth import Truth, agrees_with_callers, truth_of

pytestmark = pytest.mark.telephony

SHORT = (Load(calls=75, rate=5, patience_s=(2, 10), talk_s=(2, 6)), Size(15, 15, 9))
EACH_TIME_ANOTHER = ("sources", "note")


def long(rate: int) -> tuple[Load, Size]:
    """Two minutes of calls; six handlers and six places for each call a second, so that some wait, some give
    up and some are refused."""
    return Load(calls=120 * rate, rate=rate, patience_s=(4, 60), talk_s=(2, 20)), Size(6 * rate, 6 * rate, 45)


def test_every_call_of_a_busy_line_is_one_contact_with_its_outcome(stage: Stage) -> None:
    _hold_the_line(stage, *SHORT)


@pytest.mark.nightly
@pytest.mark.parametrize("rate", [5, 20])
def test_two_minutes_of_calls_are_all_there(stage: Stage, rate: int) -> None:
    _hold_the_line(stage, *long(rate))


def _hold_the_line(stage: Stage, load: Load, size: Size) -> None:
    with scene(stage, load, size) as at:
        begin, spent = now(), _spending(at.house, at.listener)
        callers = Callers(at.switch, load, stage.folder, at.chance.randrange(10**6))
        moments = _watch(at.house, at.manager, callers)
        seen = callers.finish()
        # Nobody waits or talks any more, here and there.
        wait_for(at.house.floor_is_empty, 30, "the floor is empty")
        took, end = spent(), now()
        assert at.listener.end() == 0, at.listener.said()
        at.manager.close()
        truth = truth_of(at.switch.queue_log, at.manager.events)
        agrees_with_callers(truth, seen)
        at.house.agrees_with(truth)
        figures, kept = at.house.measures(begin, end), at.house.events(begin, end)
        reading = stage.reading_house()
        reading.import_recording(at.manager.recording, at.manager.index)
        assert _comparable(figures) == _comparable(reading.measures(begin, end))
        _agree(figures, truth)
        assert kept == reading.events(begin, end)
        print(
            f"{load.calls} calls at {load.rate}/s, {dict(truth.outcomes)}, lost 0, doubled 0; "
            f"{len(at.manager.events)} events heard, {len(kept)} kept; "
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
        took = time.monotonic() - begun
        return f"{took:.0f} s, CPU of the listener {listener_s:.1f} s, of the database {database_s:.1f} s"

    return spent


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
