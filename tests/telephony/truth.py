"""What really happened at the switch, from three sides that know nothing of Darwin: sipp's own log of its
calls, the switch's queue_log, and the events that the test's own line heard."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.telephony.callers import Seen, serial_of
from tests.telephony.manager import Message, of_kind

REFUSALS = ("FULL", "JOINEMPTY", "JOINUNAVAIL")
ENDS = {
    # queue_log's word: the outcome, and which field of the data is the wait in whole seconds
    "CONNECT": ("answered", 0),
    "ABANDON": ("abandoned", 2),
    "EXITEMPTY": ("expelled", 2),
    "EXITWITHTIMEOUT": ("expelled", 2),
    "EXITWITHKEY": ("callback_requested", 3),
}
COMPLETIONS = ("COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER")
Key = tuple[str, int]
"""A call and the number of its entry; 0 is a refusal."""


@dataclass
class Entry:
    """One joining of the queue. wait_s: whole seconds. telephone: of the handler who answered."""

    joined_at: int
    outcome: str = "unknown"
    wait_s: int | None = None
    telephone: str | None = None


@dataclass
class Truth:
    """entries: every joining and refusal. serials: which of sipp's calls each call is."""

    entries: dict[Key, Entry]
    serials: dict[str, int]
    completions: Counter[str] = field(default_factory=Counter)

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(entry.outcome for entry in self.entries.values())

    @property
    def calls(self) -> set[str]:
        return {call for call, _ in self.entries}


def truth_of(queue_log: Path, heard: list[Message]) -> Truth:
    """What the log and the test's own line tell together."""
    truth = Truth(entries=_entries(queue_log.read_text().splitlines()), serials={})
    for event in of_kind(heard, "UserEvent"):
        call = event["Uniqueid"]
        if event["UserEvent"] == "CallArrived":
            truth.serials[call] = serial_of(event["SipCallID"])
        elif event.get("QueueStatus") in REFUSALS:
            assert (call, 0) not in truth.entries, f"{call} was refused twice"
            truth.entries[call, 0] = Entry(int(float(event["Timestamp"])), "refused")
    for line in queue_log.read_text().splitlines():
        truth.completions[line.split("|")[4]] += 1
    return truth


def agrees_with_callers(truth: Truth, seen: Seen, lives: int = 1) -> None:
    """Every call that the switch answered was announced once and joined the queue or was refused; nobody gave
    up whom the switch, by sipp's account, sent away.

    A switch that is stopped (lives > 1) may answer a call and have no time to announce it, or to let it join;
    and it hangs up on those who wait, which its own log calls ABANDON.
    """
    announced = Counter(truth.serials.values())
    assert max(announced.values()) == 1
    assert announced.keys() <= seen.reached
    assert truth.calls <= set(truth.serials)
    if lives > 1:
        return
    assert announced.keys() == seen.reached
    assert truth.calls == set(truth.serials)
    last = {call: entry.outcome for (call, _), entry in sorted(truth.entries.items())}
    sent_away = {call for call, serial in truth.serials.items() if seen.ended.get(serial) == "was ended"}
    assert not [call for call in sent_away if last[call] == "abandoned"]


def _entries(lines: list[str]) -> dict[Key, Entry]:
    found: dict[Key, Entry] = {}
    number: Counter[str] = Counter()
    for line in lines:
        at, call, _queue, member, event, *data = line.split("|")
        if event == "ENTERQUEUE":
            number[call] += 1
            found[call, number[call]] = Entry(int(at))
        elif event in ENDS:
            entry = found[call, number[call]]
            assert entry.outcome == "unknown", f"{line}: this entry has ended already"
            entry.outcome, place = ENDS[event]
            entry.wait_s = int(data[place])
            if event == "CONNECT":
                entry.telephone = f"PJSIP/{member.removeprefix('Handler ')}"
    return found
