"""What runs, in a small file of the data folder: the supervisor writes it, the health pages read it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from darwin.supervisor.keys import write_durably
from darwin.supervisor.locks import is_held

FILE = "supervisor.json"

Condition = Literal["starting", "running", "waiting", "done", "stopping"]


@dataclass(frozen=True, slots=True)
class PartState:
    """One part: its condition since when (ISO 8601, UTC), how often it was started again, its process.

    ends_in_a_row: how often it ended without a healthy minute in between.
    """

    name: str
    condition: Condition
    since: str
    restarts: int
    ends_in_a_row: int
    pid: int | None


@dataclass(frozen=True, slots=True)
class HouseState:
    """The supervisor's process, the port of its pages, and its parts."""

    supervisor: int
    port: int
    parts: tuple[PartState, ...]


def write_state(data_dir: Path, state: HouseState) -> None:
    """Replace the file. Raises OSError if the disk does not take it."""
    write_durably(data_dir / FILE, json.dumps(asdict(state)))


def read_state(data_dir: Path) -> HouseState | None:
    """What the living supervisor of this data folder last wrote; None if none lives."""
    if not is_held(data_dir / "lock" / "up"):
        return None
    try:
        content = json.loads((data_dir / FILE).read_text("utf-8"))
        parts = tuple(PartState(**part) for part in content["parts"])
        return HouseState(content["supervisor"], content["port"], parts)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
