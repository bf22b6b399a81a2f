"""Does the page agree with the switch, at this moment?

Both change all the time, so the floor is read between two answers of the switch. Who waits in both answers
has waited all the while and must be on the floor; who is on the floor must have waited at some time since the
first answer. The time between an answer and the reading is how far the page may lag behind."""

import time
from dataclasses import dataclass

from tests.telephony.house import House
from tests.telephony.manager import Manager, of_kind
from tests.telephony.switch import QUEUE, waiting_now

WITHIN_S = 1.0


@dataclass(frozen=True)
class Moment:
    """How many waited, as the switch said, and as the floor had it a moment later."""

    at_switch: int
    on_floor: int


def compare(house: House, manager: Manager) -> Moment:
    """Fails where the floor differs from the switch by more than what WITHIN_S explains."""
    begun = time.time()
    before = set(waiting_now(manager))
    time.sleep(WITHIN_S)
    floor = house.waiting_on_the_floor()
    after = set(waiting_now(manager))
    joined = {
        event["Uniqueid"]
        for event in of_kind(manager.events, "QueueCallerJoin", lambda e: float(e["received"]) >= begun)
    }
    missing, left = before & after - floor, floor - before - joined
    assert not missing, f"{len(missing)} of {len(before)} wait at the switch and not on the floor"
    assert not left, f"{len(left)} of {len(floor)} on the floor do not wait any more at the switch"
    return Moment(len(before), len(floor))


def compare_telephones(house: House, manager: Manager) -> int:
    """The handlers' telephones: what did not change between two answers is on the floor as the switch has
    it. How many were compared."""
    words = {"1": "idle", "2": "in use", "6": "ringing"}
    before = _telephones(manager)
    time.sleep(WITHIN_S)
    floor = dict(house.rows("SELECT interface, state FROM contact_floormember"))
    begun, after = time.time() - WITHIN_S, _telephones(manager)
    changed = {
        event["Interface"]
        for event in of_kind(manager.events, "QueueMemberStatus", lambda e: float(e["received"]) >= begun - 1)
    }
    still = {name for name in before if before[name] == after.get(name) and name not in changed}
    wrong = {name for name in still if floor.get(name) != words.get(before[name])}
    assert not wrong, f"{len(wrong)} of {len(still)} telephones differ: {sorted(wrong)[:3]}"
    return len(still)


def _telephones(manager: Manager) -> dict[str, str]:
    told = manager.ask("QueueStatus", until="QueueStatusComplete", Queue=QUEUE)
    return {member["Location"]: member["Status"] for member in told.events("QueueMember")}
