"""The result of the last verification, kept in the data folder for the pages to show.

It is what this house found when it last looked, no proof: whoever doubts it runs the verification again.
Not in the database, which may be the very thing that was put back.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from darwin.deadlines import clock
from darwin.ledger.verification.report import Report

NAME = "ledger-verified.json"
# The page lists what somebody can read; the command prints them all.
_SENTENCES = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found at `at`: faults in all, and the sentences of the first of them."""

    at: datetime
    ok: bool
    blocks: int
    entries: int
    faults: int
    sentences: tuple[str, ...]


def keep_result(data_dir: Path, report: Report) -> None:
    """Keep the result of a verification that ended now. Raises OSError if the disk does not take it."""
    content = {
        "at": clock.now().isoformat(),
        "ok": report.ok,
        "blocks": report.blocks,
        "entries": report.entries,
        "faults": sum(report.totals.values()),
        "sentences": [fault.sentence for fault in report.faults[:_SENTENCES]],
    }
    beside = data_dir / f"{NAME}.new"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(data_dir / NAME)


def last_result(data_dir: Path) -> Verified | None:
    """What the last verification found; None if there was none, or its file cannot be read."""
    try:
        content = json.loads((data_dir / NAME).read_text("utf-8"))
        return Verified(
            at=datetime.fromisoformat(content["at"]),
            ok=bool(content["ok"]),
            blocks=int(content["blocks"]),
            entries=int(content["entries"]),
            faults=int(content["faults"]),
            sentences=tuple(map(str, content["sentences"])),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
