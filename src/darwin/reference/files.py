"""A force's reference file: read, checked to its end, every fault named by line and reason.

Two files make a force's data: its own, and the national one that it names (`national = "england_wales"`).
Where both name a code, the force's file has all versions of it and the national file's are left out.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from darwin.errors import DarwinError
from darwin.reference.lists import attribute_fault, known_list, known_lists
from darwin.reference.positions import TablePosition, find_positions
from darwin.reference.required import required_thresholds
from darwin.reference.units import TIMED, Unit

FORCES = Path(__file__).parent / "forces"
_THRESHOLD_KEYS = {"code", "value", "unit", "valid_from", "valid_to", "source"}
_TIMING_KEYS = {"applies_to_running", "includes_first_day"}
_LIST_KEYS = {"code", "valid_from", "source", "items"}
_ITEM_KEYS = {"code", "label", "label_cy", "valid_from", "valid_to", "source"}
_FILE_KEYS = {"national", "threshold", "list"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file, for the person who wrote it."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


class ReferenceFileError(DarwinError):
    """A file that cannot be adopted. `faults` has every fault of it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        shown = "\n".join(str(fault) for fault in faults)
        super().__init__(f"{shown}\nNothing was adopted. What was valid before still is.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One version of one value in a file. list is "" for a threshold; label and position belong to codes."""

    list: str
    code: str
    valid_from: date
    valid_to: date | None
    source: str
    attributes: Mapping[str, Any]
    number: Decimal | None = None
    text: str | None = None
    unit: str = ""
    label: str = ""
    label_cy: str = ""
    position: int = 0
    file: str = field(compare=False)
    line: int = field(compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.list, self.code


def force_file(force: str, own_folder: Path | None = None) -> Path:
    """The file of a force: from the installation's own folder if it is there, else from Darwin's.

    Raises DarwinError naming the forces that have a file if there is none for this one.
    """
    for folder in filter(None, (own_folder, FORCES)):
        path = folder / f"{force}.toml"
        if re.fullmatch(r"[a-z0-9_-]+", force) and path.is_file():
            return path
    known = sorted(path.stem for path in FORCES.glob("*.toml") if not _is_national(path))
    raise DarwinError(
        f"There is no reference file for the force “{force}”. Darwin has one for: {', '.join(known)}. "
        f"Copy one of them to {force}.toml, change what differs, and check it with darwin reference check."
    )


def read_files(path: Path) -> list[FileRow]:
    """Every version in the file and in the national file it names.

    Raises ReferenceFileError with all faults of both, missing required values included.
    """
    reader = _Reader(path)
    reader.read()
    rows, faults = reader.rows, reader.faults
    if reader.national:
        national = path.with_name(f"{reader.national}.toml")
        if not national.is_file():
            national = FORCES / f"{reader.national}.toml"
        if national.is_file():
            shared = _Reader(national)
            shared.read()
            own = {row.key for row in rows}
            rows = [row for row in shared.rows if row.key not in own] + rows
            faults = shared.faults + faults
        else:
            reason = f"there is no national file “{reader.national}”."
            faults.append(Fault(path.name, reader.line_of("national"), reason))
    faults += _overlaps(rows)
    if not _is_national(path) and not reader.broken:
        faults += _missing(path.name, rows)
    if faults:
        raise ReferenceFileError(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    return rows


def _is_national(path: Path) -> bool:
    return path.stem == "england_wales"


def _overlaps(rows: Iterable[FileRow]) -> list[Fault]:
    faults = []
    versions: dict[tuple[str, str], list[FileRow]] = {}
    for row in rows:
        versions.setdefault(row.key, []).append(row)
    for same in versions.values():
        same.sort(key=lambda row: (row.valid_from, row.line))
        for earlier, later in pairwise(same):
            if earlier.valid_from == later.valid_from:
                reason = (
                    f"“{later.code}” is given twice from {later.valid_from}: first on line {earlier.line}."
                )
            elif earlier.valid_to is None or earlier.valid_to > later.valid_from:
                reason = (
                    f"“{later.code}” from {later.valid_from} overlaps the version of line {earlier.line}, "
                    f"which holds until {earlier.valid_to or 'further notice'}. "
                    f"End that one with valid_to = {later.valid_from}."
                )
            else:
                continue
            faults.append(Fault(later.file, later.line, reason))
    return faults


def _missing(file: str, rows: Iterable[FileRow]) -> list[Fault]:
    thresholds: dict[str, FileRow] = {}
    listed: dict[str, set[str]] = {}
    for row in rows:
        if row.list:
            listed.setdefault(row.list, set()).add(row.code)
        else:
            thresholds[row.code] = row
    faults = []
    for wanted in required_thresholds():
        found = thresholds.get(wanted.code)
        if found is None:
            what = f"the threshold “{wanted.code}” ({wanted.named_units()}) is missing"
            faults.append(Fault(file, 1, f"{what}. The room {wanted.room} needs it {wanted.meaning}."))
        elif found.unit not in wanted.units:
            wants = wanted.named_units()
            reason = f"“{found.code}” is in {found.unit}. The room {wanted.room} reads it in {wants}."
            faults.append(Fault(found.file, found.line, reason))
    for kind in known_lists():
        absent = sorted(kind.required_codes - listed.get(kind.code, set()))
        faults += [Fault(file, 1, f"the list “{kind.code}” must have the code “{code}”.") for code in absent]
    return faults


class _Reader:
    """Reads one file into rows and faults."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[FileRow] = []
        self.faults: list[Fault] = []
        self.national = ""
        self.broken = False
        self._positions: dict[str, list[TablePosition]] = {}

    def line_of(self, key: str) -> int:
        return self._positions[""][0].of(key)

    def read(self) -> None:
        content = self._content()
        if content is None:
            self.broken = True
            return
        for key in content:
            if key not in _FILE_KEYS:
                line = self._positions[key][0].line if self._positions.get(key) else self.line_of(key)
                self._fault(line, f"a file has no key “{key}”. It has: national, threshold, list.")
        self.national = content.get("national", "")
        for table, position in self._tables(content, "threshold"):
            self._threshold(table, position)
        for table, position in self._tables(content, "list"):
            self._list(table, position)

    def _content(self) -> dict[str, Any] | None:
        try:
            text = self.path.read_text(encoding="utf-8")
            content = tomllib.loads(text)
        except FileNotFoundError:
            self._fault(1, "there is no such file.")
        except UnicodeDecodeError as error:
            whole = self.path.read_bytes()[: error.start]
            self._fault(whole.count(b"\n") + 1, "this line is not in UTF-8. Save the file as UTF-8.")
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = int(at.group(1)) if at else text.count("\n") + 1
            reason = re.sub(r" \(at .*\)$", "", str(error))
            self._fault(
                line, f"this is not TOML: {reason[:1].lower()}{reason[1:]}. Lines after it were not read."
            )
        else:
            self._positions = find_positions(text)
            return content
        return None

    def _tables(self, content: dict[str, Any], name: str) -> list[tuple[dict[str, Any], TablePosition]]:
        tables = content.get(name, [])
        positions = self._positions.get(name, [])
        if not isinstance(tables, list) or len(tables) != len(positions):
            line = positions[0].line if positions else self.line_of(name)
            self._fault(line, f"write each {name} under a line of its own: [[{name}]].")
            return []
        return list(zip(tables, positions, strict=True))

    def _threshold(self, table: dict[str, Any], at: TablePosition) -> None:
        found = len(self.faults)
        unit = table.get("unit")
        timed = unit in {unit.value for unit in TIMED}
        allowed = _THRESHOLD_KEYS | (_TIMING_KEYS if timed else set())
        for key in table.keys() - allowed:
            self._fault(at.of(key), f"a threshold has no key “{key}”. It has: {', '.join(sorted(allowed))}.")
        attributes = {key: table[key] for key in _TIMING_KEYS & table.keys() & allowed}
        for key, value in attributes.items():
            if not isinstance(value, bool):
                self._fault(at.of(key), f"“{key}” must be true or false.")
        common = self._common(table, at, {})
        if unit not in {unit.value for unit in Unit}:
            self._fault(at.of("unit"), f"the unit “{unit}” is not known. It can be: {', '.join(Unit)}.")
        else:
            self._value_fault(table.get("value"), Unit(unit), at)
        if len(self.faults) > found:
            return
        value = table["value"]
        is_text = unit == Unit.TEXT
        self.rows.append(
            FileRow(
                list="",
                unit=str(unit),
                number=None if is_text else Decimal(str(value)),
                text=value if is_text else None,
                attributes=attributes,
                file=self.path.name,
                line=at.line,
                **common,
            )
        )

    def _value_fault(self, value: Any, unit: Unit, at: TablePosition) -> None:
        line = at.of("value")
        if value is None:
            self._fault(line, "“value” is missing.")
        elif unit == Unit.TEXT:
            if not isinstance(value, str):
                self._fault(line, "“value” must be a text, because the unit is text.")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            self._fault(line, f"“value” must be a number, because the unit is {unit}.")
        elif value < 0:
            self._fault(line, f"“value” is {value}. It cannot be less than 0.")
        elif unit == Unit.PERCENT and value > 100:
            self._fault(line, f"“value” is {value}. A per cent lies between 0 and 100.")
        elif unit in TIMED and (value != int(value) or value == 0):
            self._fault(line, f"“value” is {value}. A duration in {unit} is a whole number above 0.")

    def _list(self, table: dict[str, Any], at: TablePosition) -> None:
        kind = known_list(str(table.get("code")))
        if kind is None:
            known = ", ".join(kind.code for kind in known_lists())
            self._fault(
                at.of("code"), f"the list “{table.get('code')}” is not known. The lists are: {known}."
            )
            return
        for key in table.keys() - _LIST_KEYS:
            self._fault(at.of(key), f"a list has no key “{key}”. It has: {', '.join(sorted(_LIST_KEYS))}.")
        items = table.get("items", [])
        lines = at.items.get("items", [])
        if not items or not all(isinstance(item, dict) for item in items) or len(lines) != len(items):
            self._fault(at.of("items"), "“items” must be a list of entries, each in { } and not empty.")
            return
        inherited: dict[str, Any] = {key: table[key] for key in ("valid_from", "source") if key in table}
        for position, (item, line) in enumerate(zip(items, lines, strict=True), start=1):
            self._item(kind.code, item, inherited, TablePosition(line), position)

    def _item(
        self,
        list_code: str,
        item: dict[str, Any],
        inherited: dict[str, Any],
        at: TablePosition,
        position: int,
    ) -> None:
        found = len(self.faults)
        kind = known_list(list_code)
        assert kind is not None
        attributes = {key: value for key, value in item.items() if key not in _ITEM_KEYS}
        for key, value in attributes.items():
            if reason := attribute_fault(kind, key, value):
                self._fault(at.line, reason)
        for key in sorted(kind.attributes.keys() - kind.optional - attributes.keys()):
            self._fault(at.line, f"“{key}” is missing.")
        for key in ("label", "label_cy"):
            if (key == "label" or key in item) and not self._is_text(item.get(key)):
                self._fault(at.line, f"“{key}” is missing or not a text.")
        common = self._common(item, at, inherited)
        if len(self.faults) > found:
            return
        self.rows.append(
            FileRow(
                list=list_code,
                label=item["label"],
                label_cy=item.get("label_cy", ""),
                position=position,
                attributes=attributes,
                file=self.path.name,
                line=at.line,
                **common,
            )
        )

    def _common(self, table: dict[str, Any], at: TablePosition, inherited: dict[str, Any]) -> dict[str, Any]:
        given = inherited | table
        if not self._is_text(given.get("code")):
            self._fault(at.of("code"), "“code” is missing or not a text.")
        if not self._is_text(given.get("source")):
            reason = "“source” is missing. Say who set this value, or “to be verified by the force”."
            self._fault(at.of("source"), reason)
        begins, ends = given.get("valid_from"), given.get("valid_to")
        for key, value in (("valid_from", begins), ("valid_to", ends)):
            absent = value is None and key == "valid_to"
            if not absent and type(value) is not date:
                self._fault(
                    at.of(key), f"“{key}” must be a date, written 2024-04-01 without quotation marks."
                )
        if type(begins) is date and type(ends) is date and ends <= begins:
            self._fault(at.of("valid_to"), f"valid_to ({ends}) is not after valid_from ({begins}).")
        return {
            "code": given.get("code"),
            "valid_from": begins,
            "valid_to": ends,
            "source": given.get("source"),
        }

    @staticmethod
    def _is_text(value: Any) -> bool:
        return isinstance(value, str) and bool(value.strip())

    def _fault(self, line: int, reason: str) -> None:
        self.faults.append(Fault(self.path.name, line, reason))
