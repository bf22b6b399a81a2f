"""JSON records from a file: one object, an array, objects one after another, or one a line; memory flat."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darwin.contact.imports.report import ImportRefused, Progress
from darwin.contact.imports.table import CountedFile

CHUNK = 1 << 18
LONGEST_RECORD = 8 << 20
_BETWEEN = re.compile(r"[\s,\[\]]*")
_NEXT_RECORD = re.compile(r"\n[\s,]*(?=\{)")
# A record cut by the end of what was read fails at its end; a literal (true, null, a number) a little before.
_LONGEST_LITERAL = 32


@dataclass(frozen=True, slots=True)
class Found:
    """One record and the line it begins on; `fault` says why it could not be read."""

    line: int
    value: Any
    fault: str = ""


def read_records(path: Path, progress: Progress) -> Iterator[Found]:
    """The records of the file in order.

    Raises ImportRefused for a file that cannot be opened, is empty, is not text or does not begin with a
    record.
    """
    try:
        raw = CountedFile(path, progress)
    except OSError as problem:
        raise ImportRefused(f"{path.name} could not be opened: {problem.strerror}.") from problem
    reader = _Reader(path.name)
    with io.TextIOWrapper(io.BufferedReader(raw, CHUNK), encoding="utf-8-sig", newline="\n") as text:
        while not reader.ended:
            try:
                reader.take(text.read(CHUNK))
            except UnicodeDecodeError as problem:
                raise ImportRefused(
                    f"{path.name} is not UTF-8 text. Save it as UTF-8 and import it again; what was imported "
                    "before the fault was kept."
                ) from problem
            yield from reader.found()
    if not reader.any_found:
        raise ImportRefused(f"{path.name} holds no record. Nothing was imported.")


class _Reader:
    """Text in pieces, records out."""

    def __init__(self, name: str) -> None:
        self.any_found = False
        self.ended = False
        self._name = name
        self._held = ""
        self._line = 1
        self._decoder = json.JSONDecoder()

    def take(self, piece: str) -> None:
        self._held += piece
        self.ended = not piece

    def found(self) -> Iterator[Found]:
        """The records that are complete so far."""
        while True:
            self._pass(_end(_BETWEEN.match(self._held)))
            if not self._held:
                return
            if self._held[0] != "{" and not self.any_found:
                raise ImportRefused(
                    f"{self._name} is not a file of JSON records: its text does not begin with an opening "
                    f"brace or "
                    "bracket. Nothing was imported."
                )
            line = self._line
            try:
                value, end = self._decoder.raw_decode(self._held)
            except json.JSONDecodeError as problem:
                if not self.ended and len(self._held) < LONGEST_RECORD and self._may_go_on(problem):
                    return
                self.any_found = True
                fault = self._fault(problem)
                self._pass(_end(_NEXT_RECORD.search(self._held, 1)) or len(self._held))
                yield Found(line, None, fault)
                continue
            self.any_found = True
            self._pass(end)
            yield Found(line, value)

    def _pass(self, count: int) -> None:
        self._line += self._held.count("\n", 0, count)
        self._held = self._held[count:]

    def _may_go_on(self, problem: json.JSONDecodeError) -> bool:
        return problem.pos >= len(self._held) - _LONGEST_LITERAL or "Unterminated" in problem.msg

    def _fault(self, problem: json.JSONDecodeError) -> str:
        if self.ended and self._may_go_on(problem) and not _NEXT_RECORD.search(self._held, 1):
            return "the file ends in the middle of this record; it may not have been written to its end"
        return f"the record is not JSON ({problem.msg})"


def _end(match: "re.Match[str] | None") -> int:
    return match.end() if match else 0
