"""What came of an import, and the refusal of a file as a whole."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from darwin.errors import DarwinError

Progress = Callable[[int], None]  # called with the number of bytes read since the last call


class ImportRefused(DarwinError):
    """A file or its mapping cannot be read at all. The text says what was wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out: its line (the header is line 1) and why, without the row's values."""

    line: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """rows_read = imported + already_known + ignored + rejected.

    flags: how many rows were odd but readable, by what was odd; they count. notes: sentences on the whole.
    """

    imported: int = 0
    already_known: int = 0
    ignored: int = 0
    rejects: list[Reject] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        return len(self.rejects)

    @property
    def rows_read(self) -> int:
        return self.imported + self.already_known + self.ignored + self.rejected

    def as_json(self) -> dict[str, Any]:
        """The object that the command prints."""
        return {
            "rows_read": self.rows_read,
            "imported": self.imported,
            "already_known": self.already_known,
            "ignored": self.ignored,
            "rejected": self.rejected,
            "rejects": [{"line": reject.line, "reason": reject.reason} for reject in self.rejects],
            "flags": dict(sorted(self.flags.items())),
            "notes": self.notes,
        }
