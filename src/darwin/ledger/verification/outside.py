"""The head outside the database, read beside the blocks: both are in order, so neither is held in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from darwin.ledger.head import HeadLine, read_lines
from darwin.ledger.verification.report import Report


@dataclass(frozen=True, slots=True)
class Adoption:
    """An adopting block as the database knows it: its number, and the head that it found."""

    number: int
    head_number: int | None
    head_hash: str | None


class Outside:
    """Lines of the head file by rising block number, without those that an adopted restore replaced."""

    def __init__(self, path: Path, adoptions: list[Adoption], report: Report) -> None:
        self.path, self.report = path, report
        self.adoptions = {adoption.number: adoption for adoption in adoptions}
        self.gap: tuple[int, int] | None = None
        self.unread = 0
        self.last: HeadLine | None = None
        self.restarts = self._find_restarts()
        self.lines = self._effective()
        self.ahead = next(self.lines, None)

    def compare(self, number: int, block_hash: bytes) -> None:
        """Compare the next block of the database with its line. Call in order of number."""
        while self.ahead and self.ahead.number < number:
            self.ahead = next(self.lines, None)
        if self.ahead is None or self.ahead.number > number:
            if not self._excused(number):
                self._extend_gap(number)
            return
        if self.ahead.hash != block_hash.hex():
            self.report.add("block_rewritten", block=number)
        self.ahead = next(self.lines, None)

    def number_of(self, block_hash: bytes) -> int | None:
        """Under which number the head knows this block; None if it does not."""
        wanted = block_hash.hex()
        return next((line.number for line in read_lines(self.path) if line and line.hash == wanted), None)

    def finish(self, last_number: int) -> None:
        """After the last block: what is missing on either side."""
        self._report_gap()
        self.report.head = self.last.number if self.last else None
        if self.unread:
            self.report.remarks.append(
                f"{self.unread} lines of {self.path.name} cannot be read (a power cut leaves half a line)."
            )
        if self.gap and not self.last:
            self.report.add("head_missing", count=last_number, file=self.path.name)
        elif self.last and self.last.number > last_number:
            if last_number:
                self.report.add("tail_cut", block=last_number, head=self.last.number)
            else:
                self.report.add("blocks_truncated", count=self.last.number)

    def _excused(self, number: int) -> bool:
        """Did an adoption accept that the head had lost this block's line."""
        return any((a.head_number or 0) < number < a.number for a in self.adoptions.values())

    def _extend_gap(self, number: int) -> None:
        if self.gap and self.gap[1] == number - 1:
            self.gap = (self.gap[0], number)
        else:
            self._report_gap()
            self.gap = (number, number)

    def _report_gap(self) -> None:
        if self.gap and self.last:
            self.report.add("head_cut", first=self.gap[0], last=self.gap[1])

    def _find_restarts(self) -> list[int]:
        """The numbers at which the file goes back, in order of the file."""
        restarts: list[int] = []
        for line in read_lines(self.path):
            if line is None:
                self.unread += 1
                continue
            if self.last and line.number <= self.last.number:
                restarts.append(line.number)
                known = self.adoptions.get(line.number)
                if not known or (known.head_number, known.head_hash) != (self.last.number, self.last.hash):
                    self.report.add("head_rewritten", block=line.number)
            self.last = line
        return restarts

    def _effective(self) -> Iterator[HeadLine]:
        # A line counts unless a later restart went back to its number or below.
        below = [min(self.restarts[i:]) for i in range(len(self.restarts))]
        part, before = 0, 0
        for line in read_lines(self.path):
            if line is None:
                continue
            if line.number <= before:
                part += 1
            before = line.number
            if part >= len(below) or line.number < below[part]:
                yield line
