"""Why callers left a queue, decided by what follows QueueCallerLeave and never by what does not.

QueueCallerLeave comes for every exit. AgentConnect after it: answered. QueueCallerAbandon comes with it when
the caller hung up, and also when the switch ended the wait; the dialplan's UserEvent QueueExit, which only a
living call can reach, tells the two apart. Where the stream is torn before the answer, the reason is unknown.

Read in app_queue.c: Abandon comes before Leave as a rule, but after it when leavewhenempty expels a caller
behind the first (wait_our_turn leaves, queue_exec abandons); a call lost just before it is connected raises
Abandon twice; a key raises Leave alone; a macro or an AGI script may run for seconds between Leave and
AgentConnect.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from darwin.contact.telephony.recording import Received

UNDECIDED_LIMIT = 5_000
"""Leavings kept undecided. Only a client that may not read call events, and sees no Hangup, reaches it."""
_SAME_JOINING = timedelta(seconds=1.5)
"""A snapshot's Wait is in whole seconds: receipt less Wait may be off by that and the lag of receipt."""
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class Leaving:
    """A caller who is leaving a queue. said: the message that bears the event, the Leave if there is one."""

    call_id: str
    queue: str
    root: str
    caller: str | None
    said: Received
    left: bool = False
    abandoned: bool = False
    hung_up: bool = False
    position: int | None = None
    hold_s: int | None = None
    waited_ms: int | None = None
    reason: str = "unknown"

    @property
    def wait_ms(self) -> int | None:
        """Which joining this ends: the switch's HoldTime (whole seconds), else what this connection saw since
        the joining; None where neither is known."""
        return self.waited_ms if self.hold_s is None else self.hold_s * 1000


@dataclass(slots=True)
class Leavings:
    """What one connection has seen of joinings and leavings. Each method returns the leavings it decides."""

    _joined: dict[str, dict[str, datetime]] = field(default_factory=dict)
    _hung_up: set[str] = field(default_factory=set)
    _open: dict[str, Leaving] = field(default_factory=dict)

    def join(self, call_id: str, queue: str, at: datetime) -> list[Leaving]:
        decided = self.goes_on(call_id)
        self._hung_up.discard(call_id)
        self._joined.setdefault(call_id, {})[queue] = at
        return decided

    def find_waiting(self, call_id: str, queue: str, joined: datetime) -> bool:
        """A snapshot shows a caller who joined at about this moment: is that news?"""
        known = self._joined.get(call_id, {}).get(queue)
        if known and abs(known - joined) <= _SAME_JOINING:
            return False
        self._joined.setdefault(call_id, {})[queue] = joined
        return True

    def hangup_request(self, call_id: str) -> None:
        self._hung_up.add(call_id)

    def has_hung_up(self, call_id: str) -> bool:
        return call_id in self._hung_up

    def leave(self, new: Leaving) -> list[Leaving]:
        """QueueCallerLeave; `new` is the leaving as this message describes it."""
        leaving = self._known_or(new)
        leaving.left, leaving.said, leaving.position = True, new.said, new.position
        joined = self._joined.get(new.call_id, {}).pop(new.queue, None)
        if joined:
            leaving.waited_ms = round((new.said.at - joined) / _MILLISECOND)
        if len(self._open) <= UNDECIDED_LIMIT:
            return []
        return self._decide(next(iter(self._open)), "unknown")

    def abandon(self, new: Leaving) -> None:
        """QueueCallerAbandon."""
        leaving = self._known_or(new)
        leaving.abandoned, leaving.hold_s = True, new.hold_s
        leaving.hung_up = new.call_id in self._hung_up

    def connect(self, call_id: str) -> list[Leaving]:
        leaving = self._open.get(call_id)
        return self._decide(call_id, "answered") if leaving and leaving.left else []

    def request_callback(self, call_id: str) -> list[Leaving]:
        """The dialplan behind the call-back key."""
        leaving = self._open.get(call_id)
        return self._decide(call_id, "key") if leaving and leaving.left and not leaving.abandoned else []

    def expel(self, call_id: str, status: str) -> list[Leaving]:
        """The dialplan's word after Queue(), which stands over a hang-up that came at the same moment: a call
        that had ended would not have reached it, and the queue_log says the same."""
        leaving = self._open.get(call_id)
        return self._decide(call_id, status) if leaving and leaving.left else []

    def hangup(self, call_id: str) -> list[Leaving]:
        """The channel is gone. If it was next after Abandon and Leave, the caller had hung up."""
        leaving = self._open.get(call_id)
        decided = []
        if leaving:
            gave_up = leaving.left and leaving.abandoned
            decided = self._decide(call_id, "abandoned" if gave_up else "unknown")
        self._hung_up.discard(call_id)
        self._joined.pop(call_id, None)
        return decided

    def goes_on(self, call_id: str) -> list[Leaving]:
        """The call lives on after it left, and nothing said why: no hang-up, and no more is known."""
        return self._decide(call_id, "unknown") if call_id in self._open else []

    @property
    def are_open(self) -> bool:
        return bool(self._open)

    def waits_for_word_of(self, call_id: str | None) -> bool:
        leaving = self._open.get(call_id or "")
        return leaving is not None and leaving.abandoned

    def tear(self) -> list[Leaving]:
        """The stream is torn: what is undecided stays so, and nothing before may be tied to what follows."""
        decided = []
        for leaving in list(self._open.values()):
            told = leaving.hung_up and leaving.left and leaving.abandoned
            decided += self._decide(leaving.call_id, "abandoned" if told else "unknown")
        self._joined.clear()
        self._hung_up.clear()
        return decided

    def _known_or(self, new: Leaving) -> Leaving:
        known = self._open.get(new.call_id)
        if known is None or known.queue != new.queue:
            known = self._open[new.call_id] = new
        return known

    def _decide(self, call_id: str, reason: str) -> list[Leaving]:
        leaving = self._open.pop(call_id)
        leaving.reason = reason
        return [leaving]
