"""Who is talking to whom on one switch: from AgentConnect until AgentComplete or a transfer.

AgentComplete may come without the caller's channel, or without any, when the channel was gone before the
event was made. The talk is then found by the handler's channel, by DestLinkedid, or as the only open talk
of the interface; what TalkTime and HoldTime contradict is another talk.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

OPEN_TALKS_OF_AN_INTERFACE = 8
"""Talks kept as possibly open for one interface; more can only be talks whose end was lost."""
_STATED_TOLERANCE = timedelta(seconds=1.6)
"""TalkTime is a difference of whole seconds, under one second off either way; the rest is lag."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A handler and a caller who were joined. handler_channel: the Uniqueid of the handler's channel."""

    queue: str
    call_id: str
    root: str
    agent: str
    member: str
    connected_at: datetime
    hold_s: int | None
    handler_channel: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What an AgentComplete says of the talk that it ends; None for what it leaves out."""

    at: datetime
    agent: str
    queue: str | None
    call_id: str | None
    handler_channel: str | None
    linked: str | None
    hold_s: int | None
    talk_s: int | None

    def agrees_with(self, talk: Talk) -> bool:
        if self.queue not in (None, talk.queue):
            return False
        if self.hold_s is not None and talk.hold_s is not None and abs(self.hold_s - talk.hold_s) > 1:
            return False
        if self.talk_s is None:
            return True
        return abs(self.at - talk.connected_at - timedelta(seconds=self.talk_s)) <= _STATED_TOLERANCE


class OpenTalks:
    """The talks that are not known to have ended."""

    def __init__(self) -> None:
        self._of: dict[str, list[Talk]] = {}

    def begin(self, talk: Talk) -> None:
        self._of[talk.agent] = [*self._of.get(talk.agent, []), talk][-OPEN_TALKS_OF_AN_INTERFACE:]

    def end(self, completion: Completion) -> Talk | None:
        """The talk that this completion ends, taken off; None where it is not known."""
        talk = self._ended_by(completion)
        if talk:
            self._of[talk.agent].remove(talk)
            if not self._of[talk.agent]:
                del self._of[talk.agent]
        return talk

    def _ended_by(self, said: Completion) -> Talk | None:
        talks = [talk for talk in self._of.get(said.agent, []) if said.agrees_with(talk)]
        if said.call_id:
            return next((talk for talk in reversed(talks) if talk.call_id == said.call_id), None)
        if said.handler_channel:
            for talk in talks:
                if talk.handler_channel == said.handler_channel:
                    return talk
        if said.linked:
            linked = [talk for talk in talks if said.linked in (talk.root, talk.call_id)]
            if linked:
                return linked[-1]
        return talks[0] if len(talks) == 1 else None

    def among(self, channels: list[str]) -> tuple[Talk | None, bool]:
        """The talk of which one of these channels is a party, and whether the handler's own channel is."""
        talks = [talk for talks in self._of.values() for talk in talks]
        for talk in talks:
            if talk.handler_channel and talk.handler_channel in channels:
                return talk, True
        return next((talk for talk in talks if talk.call_id in channels), None), False

    def end_all(self) -> list[Talk]:
        talks = [talk for talks in self._of.values() for talk in talks]
        self._of.clear()
        return talks
