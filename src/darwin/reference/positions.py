"""Where in a TOML text each table and each entry of a list of tables stands.

tomllib gives values without lines. This scanner gives lines without values: it knows just enough of TOML
(comments, the four kinds of string, brackets) to say on which line the n-th `[[name]]`, each key of it and
the n-th `{ ... }` of a key's list begin. It is only run on a text that tomllib has accepted.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)
_HEADER = re.compile(r"[ \t]*\[\[?[ \t]*([A-Za-z0-9_.-]+)[ \t]*\]\]?")
_KEY = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*=")


@dataclass(slots=True)
class TablePosition:
    """The lines (from 1) of one table: its header, its keys, and the inline tables in each key's list."""

    line: int
    keys: dict[str, int] = field(default_factory=dict)
    items: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def of(self, key: str) -> int:
        """The line of a key, or of the header if the table has no such key."""
        return self.keys.get(key, self.line)


def find_positions(text: str) -> dict[str, list[TablePosition]]:
    """Every table of the text by name, in order; the keys before any header under the name ''."""
    tables: dict[str, list[TablePosition]] = defaultdict(list)
    tables[""].append(TablePosition(1))
    table, key = tables[""][0], ""
    line, at, depth = 1, 0, 0
    at_line_start = True
    while at < len(text):
        if depth == 0 and at_line_start:
            header = _HEADER.match(text, at)
            assignment = None if header else _KEY.match(text, at)
            at_line_start = False
            if header:
                table = TablePosition(line)
                tables[header.group(1)].append(table)
                at = header.end()
                continue
            if assignment:
                key = assignment.group(1)
                table.keys[key] = line
                at = assignment.end()
                continue
        string = _STRING.match(text, at)
        if string:
            line += string.group().count("\n")
            at = string.end()
            continue
        character = text[at]
        if character == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        if character == "\n":
            line, at_line_start = line + 1, True
        elif character in "[{":
            depth += 1
            if character == "{" and depth == 2:
                table.items[key].append(line)
        elif character in "]}":
            depth -= 1
        at += 1
    return tables
