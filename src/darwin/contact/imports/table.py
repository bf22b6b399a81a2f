"""A file of rows and columns, read line by line: memory stays flat however long it is."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from darwin.contact.imports.mapping import Mapping
from darwin.contact.imports.report import ImportRefused, Progress

LONGEST_LINE = 1_000_000
_NOT_DECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it ends on, its fields, or why it could not be split into fields."""

    line: int
    fields: list[str]
    fault: str = ""


class CountedFile(io.RawIOBase):
    """A binary file that tells how many bytes were read of it."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._file: BinaryIO = path.open("rb")
        self._progress = progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        read = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self._progress(read)
        return int(read)

    def close(self) -> None:
        self._file.close()
        super().close()


def read_table(path: Path, mapping: Mapping, progress: Progress) -> tuple[list[str], Iterator[Row]]:
    """The header's columns and the rows after it; blank lines are passed over.

    Raises ImportRefused if the file is empty, cannot be opened, is of another encoding, or lacks a column
    that the mapping names.
    """
    lines = _lines(path, mapping.encoding, progress)
    header = list(mapping.column_names) or _header(path, lines, mapping)
    _check_columns(path, header, mapping)
    return header, _rows(lines, mapping, len(header))


def _header(path: Path, lines: Iterator[tuple[int, str]], mapping: Mapping) -> list[str]:
    for _, line in lines:
        if line.strip():
            if "\x00" in line or _NOT_DECODED.search(line):
                raise ImportRefused(
                    f"The first line of {path.name} is not text in the encoding {mapping.encoding}. If "
                    f"the file "
                    "is in another (utf-16 and cp1252 are common), say so as encoding in [file] of the "
                    "mapping. "
                    "Nothing was imported."
                )
            return [name.strip() for name in _split(line, mapping)]
    raise ImportRefused(f"{path.name} is empty. Nothing was imported.")


def _check_columns(path: Path, header: list[str], mapping: Mapping) -> None:
    there = ", ".join(f"“{name}”" for name in header)
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise ImportRefused(f"{path.name} has two columns “{twice[0]}”. Nothing was imported.")
    absent = sorted(mapping.columns - set(header))
    if absent:
        hint = ""
        if len(header) == 1:
            hint = " Only one column was found: the separator in [file] of the mapping may be another mark."
        raise ImportRefused(
            f"The mapping names the column “{absent[0]}”, which {path.name} does not have. Its columns are: "
            f"{there}.{hint} Nothing was imported."
        )


def _lines(path: Path, encoding: str, progress: Progress) -> Iterator[tuple[int, str]]:
    """Number and text of each line, without its ending; bytes that are not text stay as lone surrogates."""
    try:
        raw = CountedFile(path, progress)
    except OSError as problem:
        raise ImportRefused(f"{path.name} could not be opened: {problem.strerror}.") from problem
    with io.TextIOWrapper(
        io.BufferedReader(raw, 1 << 20), encoding=encoding, errors="surrogateescape", newline="\n"
    ) as text:
        number = 0
        try:
            while line := text.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE:
                    raise ImportRefused(
                        f"Line {number} of {path.name} is longer than {LONGEST_LINE:,} characters: this "
                        f"is not a "
                        "table of calls. What was imported before it was kept."
                    )
                yield number, line.rstrip("\r\n")
        except UnicodeError as problem:
            raise ImportRefused(
                f"{path.name} stops being text in the encoding {encoding} after line {number}. What was "
                f"imported "
                "before it was kept; say the right encoding in [file] of the mapping and import again."
            ) from problem


def _rows(lines: Iterator[tuple[int, str]], mapping: Mapping, width: int) -> Iterator[Row]:
    for number, line in _whole_rows(lines, mapping.quote):
        if not line.strip(" "):
            continue
        if "\x00" in line or _NOT_DECODED.search(line):
            yield Row(
                number, [], f"the line is not text in the encoding {mapping.encoding.removesuffix('-sig')}"
            )
            continue
        fields = _split(line, mapping)
        if len(fields) != width:
            yield Row(number, [], f"the line has {len(fields)} fields, the header has {width}")
            continue
        yield Row(number, fields)


def _whole_rows(lines: Iterator[tuple[int, str]], quote: str) -> Iterator[tuple[int, str]]:
    """Lines, those inside an open quotation joined to the row they belong to."""
    if not quote:
        yield from lines
        return
    held = ""
    for number, line in lines:
        held = f"{held}\n{line}" if held else line
        if held.count(quote) % 2 and len(held) < LONGEST_LINE:
            continue
        yield number, held
        held = ""
    if held:
        yield number, held


def _split(line: str, mapping: Mapping) -> list[str]:
    if not mapping.quote or mapping.quote not in line:
        return line.split(mapping.separator)
    return next(csv.reader([line], delimiter=mapping.separator, quotechar=mapping.quote))
