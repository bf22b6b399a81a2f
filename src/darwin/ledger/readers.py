"""Who may read the ledger: the auditor and the data protection officer. Staff's rules say who that is.

The ledger lies below staff, so staff hands its rule in when Darwin starts. Without it nobody reads.
"""

from collections.abc import Callable
from dataclasses import dataclass

from darwin.errors import DarwinError
from darwin.ledger.actors import Actor


class NotALedgerReader(DarwinError):
    """The ledger is read by the auditor and the data protection officer only."""


@dataclass(frozen=True, slots=True)
class ReaderRule:
    """permits: may this actor read, now. named: the actor who signs in under a name, None if nobody does."""

    permits: Callable[[Actor], bool]
    named: Callable[[str], Actor | None]


_rule = ReaderRule(lambda actor: False, lambda name: None)


def set_reader_rule(rule: ReaderRule) -> ReaderRule:
    """Say who may read; returns the rule that it replaces."""
    global _rule
    before, _rule = _rule, rule
    return before


def require_reader(actor: Actor) -> None:
    """Raises NotALedgerReader unless the rule permits this actor."""
    if not _rule.permits(actor):
        raise NotALedgerReader(
            "The ledger is read by the auditor and the data protection officer only. Nothing was "
            "shown. Ask one "
            "of them, or ask an administrator for that role."
        )


def reader_named(name: str) -> Actor:
    """The reader who signs in as `name`. Raises NotALedgerReader if nobody does, or who does may not read."""
    actor = _rule.named(name)
    if actor is None:
        raise NotALedgerReader(f"Nobody signs in as “{name}”. Nothing was exported. Check the name.")
    require_reader(actor)
    return actor
