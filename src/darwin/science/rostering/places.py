"""Where in a JSON text each value stands, so that a fault can be told with its line."""

import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')

Path = tuple[str | int, ...]


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of each value of a valid JSON `text`: ('rules', 'min_rest_hours') -> 9."""
    found: dict[Path, int] = {}
    # One entry a container that is open: its kind, its path, the key or position that comes next.
    open_ones: list[tuple[str, Path, str | int]] = []
    expects_key = False
    line, seen = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", seen, token.start())
        seen = token.start()
        word = token.group()
        if word in "}]":
            open_ones.pop()
            expects_key = False
        elif word == ",":
            kind, path, at = open_ones[-1]
            if kind == "[":
                open_ones[-1] = (kind, path, int(at) + 1)
            expects_key = kind == "{"
        elif word == ":":
            expects_key = False
        elif expects_key:
            kind, path, _ = open_ones[-1]
            open_ones[-1] = (kind, path, word[1:-1])
        else:
            here: Path = (*open_ones[-1][1], open_ones[-1][2]) if open_ones else ()
            found[here] = line
            if word in "{[":
                open_ones.append((word, here, 0))
                expects_key = word == "{"
    return found


def in_words(path: Path) -> str:
    """A path as a reader writes it: `shift_types[1].paid_h`."""
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
    return words
