"""The routing policy as data, and what it decides about: who waits, who is free, who got whom and why.

Without compiled code, so that a page can show a policy and check a scenario; `routing` decides.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from darwin.errors import DarwinError


class UnknownType(DarwinError):
    """A contact of a type that the policy does not know."""


@dataclass(frozen=True, slots=True)
class TypeRule:
    """What the policy says of one type of contact.

    `priority`: 1 before 2. `ages_every_s`: seconds of waiting that are worth one step of priority; 0 = never.
    `overflow_after_s`: handlers who hold the type second or later take it only when it has waited this long.
    `reserve`: this many free handlers are kept for the type: contacts of a lower priority do not take them.
    `chat`: one handler may have several at once.
    """

    name: str
    priority: float = 1.0
    ages_every_s: float = 0.0
    overflow_after_s: float = 0.0
    reserve: int = 0
    chat: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy.

    `..._ahead`: steps of priority by which such a contact moves ahead; below 0, behind.
    `callback_slots`: at most so many call-backs under way at once; 0 = no limit.
    """

    types: tuple[TypeRule, ...]
    own_list_first: bool = True
    vulnerable_ahead: float = 0.0
    repeat_ahead: float = 0.0
    callback_ahead: float = 0.0
    callback_slots: int = 0

    def position(self, name: str) -> int:
        """Where the type stands in `types`. Raises UnknownType if the policy does not know it."""
        for at, rule in enumerate(self.types):
            if rule.name == name:
                return at
        raise UnknownType(
            f'The routing policy has no type "{name}". Add it to the policy, or correct the name.'
        )

    def as_dict(self) -> dict[str, Any]:
        """For keeping as JSON; `from_dict` reads it."""
        return asdict(self) | {"types": [asdict(rule) for rule in self.types]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Policy":
        """What `as_dict` gave. Raises TypeError for keys that a policy does not have."""
        return cls(**{**kept, "types": tuple(TypeRule(**rule) for rule in kept["types"])})

    @property
    def restricts(self) -> bool:
        """True if a free handler may be left free while somebody waits whom it could take."""
        held_back = any(rule.reserve or rule.overflow_after_s for rule in self.types)
        return held_back or self.callback_slots > 0

    def priority_of(
        self,
        rule: TypeRule,
        *,
        base: float | None = None,
        vulnerable: bool = False,
        repeat: bool = False,
        callback: bool = False,
    ) -> float:
        """The priority of a contact of this type when it begins to wait; `base` stands for the type's own."""
        return (
            (rule.priority if base is None else base)
            - self.vulnerable_ahead * vulnerable
            - self.repeat_ahead * repeat
            - self.callback_ahead * callback
        )


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who waits. Times in seconds from any one origin, the same for all and for `now`.

    `since`: when the wait began. `priority`: in place of the type's own. `vulnerable`: a marker says so.
    `attempts`: earlier attempts that got nowhere. `callback`: to be rung back, at `promised_at` or, without
    it, in the turn that the caller kept.
    """

    id: str
    type: str
    since: float
    priority: float | None = None
    vulnerable: bool = False
    attempts: int = 0
    callback: bool = False
    promised_at: float | None = None

    @property
    def turn(self) -> float:
        """The moment that its place in the order goes by: a promised call-back is due at its promise."""
        return self.since if self.promised_at is None else self.promised_at


@dataclass(frozen=True, slots=True)
class Handler:
    """Somebody who could take a contact.

    `skills`: the place (level) at which each type stands in this handler's list, from 1. `free`: ready and
    with nothing in hand, or with chats only. `since`: when that began. `chats`: how many in hand; `capacity`:
    how many at once.
    """

    id: str
    skills: Mapping[str, int]
    since: float
    free: bool = True
    chats: int = 0
    capacity: int = 1


class Why(StrEnum):
    """What a decision rests on."""

    PLACE = "place"
    PRIORITY = "priority"
    AGED = "aged"
    VULNERABLE = "vulnerable"
    REPEAT = "repeat"
    CALLBACK = "callback"
    WAITED = "waited"
    LONGEST_FREE = "longest_free"
    BESIDE_CHATS = "beside_chats"
    NOBODY_SKILLED = "nobody_skilled"
    NOBODY_FREE = "nobody_free"
    OTHERS_FIRST = "others_first"
    KEPT = "kept"
    OVERFLOW = "overflow"
    NOT_YET_DUE = "not_yet_due"
    SLOTS_TAKEN = "slots_taken"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code for programs, words for people."""

    code: Why
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Who gets whom: `handler` is None where the contact goes on waiting.

    `look_again_at`: the moment at which waiting alone may change that; None where only an event can.
    """

    contact: str
    handler: str | None
    reasons: tuple[Reason, ...] = field(default=())
    look_again_at: float | None = None
