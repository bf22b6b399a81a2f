"""The routing policy as data: what a force decides, what a scenario tries, what `routing` obeys.

Without compiled code, so that a page can show a policy and check a scenario.
"""

from dataclasses import dataclass


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
    """The whole policy. `..._ahead` are steps of priority by which such a contact moves ahead (below 0: behind).

    `callback_slots`: at most so many call-backs under way at once; 0 = no limit.
    """

    types: tuple[TypeRule, ...]
    own_list_first: bool = True
    vulnerable_ahead: float = 0.0
    repeat_ahead: float = 0.0
    callback_ahead: float = 0.0
    callback_slots: int = 0

    def position(self, name: str) -> int:
        """Where the type stands in `types`. Raises KeyError if the policy does not know it."""
        for at, rule in enumerate(self.types):
            if rule.name == name:
                return at
        raise KeyError(name)

    @property
    def restricts(self) -> bool:
        """True if a free handler may be left free while somebody waits whom it could take."""
        held_back = any(rule.reserve or rule.overflow_after_s for rule in self.types)
        return held_back or self.callback_slots > 0

    def priority_of(
        self, rule: TypeRule, *, vulnerable: bool = False, repeat: bool = False, callback: bool = False
    ) -> float:
        """The priority of a contact of this type when it begins to wait."""
        return (
            rule.priority
            - self.vulnerable_ahead * vulnerable
            - self.repeat_ahead * repeat
            - self.callback_ahead * callback
        )
