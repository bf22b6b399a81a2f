"""Who may read the ledger: the auditor and the data protection officer. Staff's rules say who that is.

The ledger lies below staff, so staff hands its rule in when Darwin starts. Without it nobody reads.
"""

from collections.abc import Callable

from darwin.ledger.actors import Actor

_rules: list[Callable[[Actor], bool]] = []


class NotALedgerReader(PermissionError):
    """The ledger is read by the auditor and the data protection officer only."""


def set_reader_rule(permits: Callable[[Actor], bool]) -> None:
    """Say who may read; replaces an earlier rule."""
    _rules[:] = [permits]


def require_reader(actor: Actor) -> None:
    """Raises NotALedgerReader unless the rule permits this actor."""
    if not any(permits(actor) for permits in _rules):
        raise NotALedgerReader(
            "The ledger is read by the auditor and the data protection officer only. Nothing was shown. Ask one "
            "of them, or an administrator to give you that role."
        )
