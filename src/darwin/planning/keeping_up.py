"""What the house asks for by itself: a forecast of each queue whenever the newest is old."""

from darwin.ledger.actors import Actor


def ask_what_is_due(*, actor: Actor) -> None:
    """placeholder"""
