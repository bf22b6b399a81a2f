"""Tables of the room: numbers and addresses, what was asked about them, what was decided, what was tried."""

from darwin.outbound.models.attempts import Attempt, AttemptNote
from darwin.outbound.models.overrides import UnsafeOverride
from darwin.outbound.models.points import ContactPoint, PointKind
from darwin.outbound.models.safe_contact import IdentifiedHow, SafeContact

__all__ = [
    "Attempt",
    "AttemptNote",
    "ContactPoint",
    "IdentifiedHow",
    "PointKind",
    "SafeContact",
    "UnsafeOverride",
]
