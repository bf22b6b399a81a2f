"""What the made-up force hands over: calls with their legs. Times are milliseconds since the epoch."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Leg:
    """One stretch of a contact.

    kind: IVR, SWITCHBOARD_QUEUE, HANDLER_QUEUE, TRANSFER or INTERPRETER_WAIT (docs/practice.md).
    outcome: answered, abandoned, callback_requested, refused, unknown. A wait runs from joined to connected
    for the answered, to left for all others; None where the record does not tell. no_answers: the
    interface that rang untaken, when, and for how many milliseconds.
    """

    kind: str
    queue: str
    joined: int
    outcome: str
    left: int | None = None
    connected: int | None = None
    completed: int | None = None
    wait_ms: int | None = None
    talk_ms: int | None = None
    wrap_ms: int | None = None
    agent: str = ""
    queue_length: int | None = None
    ended_by: str = ""
    no_answers: tuple[tuple[str, int, int], ...] = ()


@dataclass(slots=True)
class Promise:
    """A call-back promised to a caller who pressed the key.

    kept: when the handler called back, None if nobody did in time. finished: the end of that call.
    """

    requested: int
    promised: int
    kept: int | None = None
    finished: int | None = None
    agent: str = ""


@dataclass(slots=True)
class Call:
    """One contact in any channel.

    number: in the drama ranges, "" if withheld or not given. language: a two-letter code, "" if not known.
    redial_of: the call that this caller had given up before (known to the maker only, never stored).
    """

    call_id: str
    channel: str
    arrived: int
    number: str
    language: str = ""
    access_route: str = ""
    interpreter: bool = False
    caller_role: str = ""
    disposition: str = ""
    failure_tag: str = ""
    redial_of: str = ""
    promise: Promise | None = None
    legs: list[Leg] = field(default_factory=list)
    ended: int = 0

    @property
    def settled(self) -> int:
        """When the last fact is known: the contact's end, the call-back's end, or the promise run out."""
        if self.promise is None:
            return self.ended
        return max(self.ended, self.promise.finished or self.promise.promised)
