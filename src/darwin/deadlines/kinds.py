"""The kinds of deadline: each is declared once by its room, and checked when a worker starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.module_loading import import_string

from darwin.deadlines.calendars import Duration
from darwin.deadlines.models import Deadline
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor

Handler = Callable[[Deadline, Actor], None]


class UnknownKind(DarwinError):
    """A deadline of a kind that no room declares."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A duration as it is set at some moment. version: the reference row. takes_effect_at: since when.

    applies_to_running: clocks that ran already when it took effect are computed anew under it.
    """

    duration: Duration
    version: UUID | None
    takes_effect_at: datetime
    applies_to_running: bool


RuleSource = Callable[[datetime], Rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineKind:
    """What a room says of one kind of deadline.

    name: room.noun. starts: what starts it, in words. acts: the role that must act. when_due: what happens at
    the due time, in words. handler: what does it, or its dotted name; it runs in the transaction that claims
    the deadline, must be safe to run again, and may only write to the database (whatever leaves the house
    goes through a table that another worker reads). rule: the duration in force at a moment; None for a kind
    whose due time is given each time (a promise).
    """

    name: str
    room: str
    starts: str
    acts: str
    when_due: str
    handler: Handler | str
    rule: RuleSource | None = None

    def act(self, deadline: Deadline, actor: Actor) -> None:
        """Do what is to be done at the due time."""
        self.resolve()(deadline, actor)

    def resolve(self) -> Handler:
        """The handler itself. Raises ImportError if its dotted name leads nowhere."""
        if callable(self.handler):
            return self.handler
        found: Handler = import_string(self.handler)
        return found


_kinds: dict[str, DeadlineKind] = {}


def declare_kind(kind: DeadlineKind) -> None:
    """Make a kind known. Raises ValueError if another was declared under its name."""
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"the deadline kind {kind.name} is declared twice, differently")


def kind_named(name: str) -> DeadlineKind:
    """The kind of this name. Raises UnknownKind if no room declares it."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(
            f"No room of this version of Darwin declares the deadline “{name}”. It waits until one does."
        ) from None


def declared_kinds() -> list[DeadlineKind]:
    """Every kind, by name."""
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def check_kinds() -> None:
    """Resolve every handler, so that a wrong name stops the start and not a deadline in the night."""
    for kind in declared_kinds():
        kind.resolve()
