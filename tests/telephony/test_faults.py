"""What goes wrong between a real switch and the database, while callers ring: nothing is lost, nothing is
doubled, and the time in which the switch was not heard is shown.

"Lost" has two parts. Before the gaps are filled in: whatever the switch said and Darwin does not know lies in
a gap that Darwin shows. After the switch's queue_log was read: every call is there with its outcome.
The queue refuses nobody here, because a refusal in a gap leaves no trace in any file."""

import time
from collections.abc import Callable, Set
from datetime import datetime, timedelta

import pytest

from tests.supervisor.house_at_work import wait_for
from tests.telephony.callers import Callers, Load
from tests.telephony.conftest import Stage
from tests.telephony.house import now
from tests.telephony.scene import Outage, Scene, scene
from tests.telephony.switch import Size
from tests.telephony.truth import agrees_with_callers, truth_of

pytestmark = pytest.mark.telephony

SHORT = Load(calls=100, rate=4, patience_s=(3, 10), talk_s=(2, 6))
CLOCKS = timedelta(seconds=0.2)
"""How far the moment of an outage, noted by the test, may be from the one at which it took effect."""


def _suffer(stage: Stage, load: Load, faults: Callable[[Scene], None], how: str = "reset") -> None:
    """Call, let the faults happen meanwhile, and look at what was lost and what was doubled."""
    size = Size(handlers=3 * load.rate, places=0, longest_wait_s=45, refuses_when_empty=False)
    with scene(stage, load, size, how) as at:
        begin = now()
        callers = Callers(at.switch, load, stage.folder, at.chance.randrange(10**6))
        faults(at)
        assert callers.process.poll() is None, "the faults were over before the callers were"
        seen = callers.finish()
        wait_for(at.house.floor_is_empty, 60, "the floor is empty when every call is over")
        end = now()
        assert at.listener.end() == 0, at.listener.said()
        at.manager.close()
        truth = truth_of(at.switch.queue_log, at.manager.events)
        agrees_with_callers(truth, seen, lives=at.lives)

        gaps = at.house.gaps(begin, end)
        for outage in at.outages:
            assert any(_shows(gap, outage) for gap in gaps), f"{outage} is in none of {gaps}"
        reading = stage.reading_house()
        reading.import_recording(at.manager.recording, at.manager.index)
        said, known = reading.events(begin, end), at.house.events(begin, end)
        unheard = {event: moment for event, moment in said.items() if event not in known}
        outside = [event for event, at in unheard.items() if not any(_covers(gap, at) for gap in gaps)]
        hidden = [event for event in outside if not _nameless(event, unheard.keys() - set(outside))]
        assert not hidden, f"{len(hidden)} events are lost outside every gap that is shown: {hidden[:3]}"

        at.house.import_queue_log(at.switch.queue_log)
        at.house.agrees_with(truth)
        shown = sum((to_at - from_at).total_seconds() for from_at, to_at in gaps)
        print(
            f"{load.calls} calls at {load.rate}/s, {dict(truth.outcomes)}; {len(at.outages)} outages, "
            f"{len(gaps)} gaps of {shown:.1f} s in all; of {len(said)} events {len(unheard)} in a gap and 0 "
            "lost outside; with the queue_log: lost 0, doubled 0"
        )


def _shows(gap: tuple[datetime, datetime], outage: Outage) -> bool:
    return gap[0] <= outage.begun + CLOCKS and gap[1] >= outage.over - CLOCKS


def _covers(gap: tuple[datetime, datetime], moment: datetime) -> bool:
    return gap[0] <= moment <= gap[1]


def _nameless(event: str, in_gaps: Set[str]) -> bool:
    """Is this the end of a talk of which the beginning lies in a gap?

    The switch names the caller of a talk that ends only if it ends before the caller's channel is gone; else
    the caller is known from the beginning of the talk, or not at all until the queue_log is read.
    """
    kind, _, talk = event.split(":", 3)[3].partition(":")
    return kind == "call.completed" and any(other.endswith(f":call.connected:{talk}") for other in in_gaps)


def test_a_line_with_one_fault_after_another_loses_no_call(stage: Stage) -> None:
    def faults(at: Scene) -> None:
        time.sleep(at.chance.uniform(2, 4))
        at.kill_listener(pause_s=0.5)
        time.sleep(1)
        at.kill_database()
        at.cut_line(3)
        time.sleep(1)
        at.restart_switch(pause_s=0.5)

    _suffer(stage, SHORT, faults)


def long(seconds: int) -> Load:
    """Calls at 10 a second for so long."""
    return Load(calls=10 * seconds, rate=10, patience_s=(4, 30), talk_s=(2, 12))


@pytest.mark.nightly
def test_a_listener_killed_at_ten_random_moments_loses_no_call(stage: Stage) -> None:
    def faults(at: Scene) -> None:
        for _ in range(10):
            time.sleep(at.chance.uniform(0.5, 6))
            at.kill_listener(pause_s=at.chance.uniform(0, 3))

    _suffer(stage, long(120), faults)


@pytest.mark.nightly
def test_a_database_killed_three_times_loses_no_call(stage: Stage) -> None:
    def faults(at: Scene) -> None:
        for _ in range(3):
            time.sleep(at.chance.uniform(2, 10))
            at.kill_database()

    _suffer(stage, long(60), faults)


@pytest.mark.nightly
def test_a_switch_restarted_twice_loses_no_call(stage: Stage) -> None:
    def faults(at: Scene) -> None:
        for pause_s in (0, 5):
            time.sleep(at.chance.uniform(10, 20))
            at.restart_switch(pause_s)

    _suffer(stage, long(60), faults)


@pytest.mark.nightly
@pytest.mark.parametrize("how", ["packets", "stall", "reset"])
def test_a_network_that_is_gone_for_thirty_seconds_loses_no_call(stage: Stage, how: str) -> None:
    def faults(at: Scene) -> None:
        time.sleep(at.chance.uniform(5, 15))
        at.cut_line(30)

    _suffer(stage, long(75), faults, how)
