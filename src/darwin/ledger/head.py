"""The head outside the database: one line for each closed block in ledger-head.jsonl of the data folder.

Whoever can change the database cannot cut its tail unnoticed while this file, or a copy of it, is elsewhere.
It holds numbers, hashes, signatures, counts and times: nothing of a person.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "ledger-head.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLine:
    """A closed block as the head knows it. hash and signature in hexadecimal, closed_at in ISO 8601."""

    number: int
    hash: str
    signature: str
    key_id: str
    count: int
    closed_at: str


def path_in(data_dir: Path) -> Path:
    return data_dir / NAME


def append_line(path: Path, line: HeadLine) -> None:
    """Add a line and wait until it is on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(asdict(line), separators=(",", ":")) + "\n"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            text = "\n" + text  # a power cut left half a line: it stays as it is, ours begins afresh
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_lines(path: Path) -> Iterator[HeadLine | None]:
    """The lines in order; None for one that cannot be read. Nothing if there is no file."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            if raw.strip():
                yield _parse(raw)


def last_line(path: Path) -> HeadLine | None:
    """The last line that can be read, without reading what comes before it."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 65_536))
        for raw in reversed(file.read().splitlines()):
            line = _parse(raw)
            if line:
                return line
    return None


def _parse(raw: bytes) -> HeadLine | None:
    try:
        line = HeadLine(**json.loads(raw))
    except (ValueError, TypeError):
        return None
    return line if isinstance(line.number, int) and isinstance(line.hash, str) else None
