"""Where each value of a TOML text stands: `tomllib` gives the values but not their lines.

The text has been read by tomllib before, so it is well formed; what is left is to walk it once and note the
line of every table, key and element of a list.
"""

Path = tuple[str | int, ...]


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every path of a well-formed TOML text: ("types", 0, "redial", "probability")."""
    return _Walk(text).lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}
        prefix: Path = ()
        while self._skip("\n"):
            if self._next() == "[":
                prefix = self._header()
            else:
                self._pair(prefix)

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _skip(self, also: str = "") -> bool:
        """Over blanks, and over line ends and comments where `also` says so; False at the end."""
        while self._next() and (self._next() in " \t" + also or (also and self._next() == "#")):
            self.at = self._line_end() if self._next() == "#" else self.at + 1
        return bool(self._next())

    def _line_end(self) -> int:
        found = self.text.find("\n", self.at)
        return found if found >= 0 else len(self.text)

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`: the path that its keys lie below."""
        line = self._line()
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        path: Path = ()
        keys = self._keys("]")
        for number, key in enumerate(keys):
            path = (*path, key)
            if path in self._tables and not (many and number == len(keys) - 1):
                path = (*path, self._tables[path])
        if many:
            self._tables[path] = self._tables.get(path, -1) + 1
            self.lines.setdefault(path, line)
            path = (*path, self._tables[path])
        self.at += 2 if many else 1
        self.lines[path] = line
        return path

    def _keys(self, end: str) -> list[str]:
        """A dotted key up to `end`, which is not taken."""
        keys = []
        while True:
            self._skip()
            if self._next() in "\"'":
                start = self.at
                self._string()
                keys.append(self.text[start + 1 : self.at - 1])
            else:
                start = self.at
                while self._next() not in ". \t" + end:
                    self.at += 1
                keys.append(self.text[start : self.at])
            self._skip()
            if self._next() != ".":
                return keys
            self.at += 1

    def _pair(self, prefix: Path) -> None:
        line = self._line()
        path = prefix
        for key in self._keys("="):
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1
        self._skip()
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self._next()
        if opening in "\"'":
            self._string()
        elif opening == "[":
            self._inside(path, "]")
        elif opening == "{":
            self._inside(path, "}")
        else:
            while self._next() and self._next() not in ",]}\n#":
                self.at += 1

    def _inside(self, path: Path, end: str) -> None:
        """A list or an inline table, from its opening bracket past its closing one."""
        self.at += 1
        number = 0
        while self._skip("\n,") and self._next() != end:
            if end == "}":
                self._pair(path)
            else:
                self.lines[(*path, number)] = self._line()
                self._value((*path, number))
                number += 1
        self.at += 1

    def _string(self) -> None:
        """Past a string of any of the four kinds."""
        quote = self._next()
        long = self.text.startswith(quote * 3, self.at)
        self.at += 3 if long else 1
        while not self.text.startswith(quote * 3 if long else quote, self.at):
            self.at += 2 if quote == '"' and self._next() == "\\" else 1
        self.at += 3 if long else 1
        while long and self._next() == quote:
            self.at += 1
