"""The tokens of the theme: read from tokens.toml, checked, and written as CSS custom properties."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("tokens.toml")
THEMES = ("light", "low-light")


@dataclass(frozen=True, slots=True)
class Contrast:
    """A stated contrast of one token on another.

    `stated` has a ratio for each theme of THEMES, 0 where none is stated; `least` is what the pair needs
    to do its work (WCAG 2.2, 1.4.3 and 1.4.11).
    """

    text: str
    ground: str
    stated: tuple[float, float]
    least: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours by theme and name as #RRGGBB, sizes by group and name in pixels, and the stated contrasts."""

    colours: dict[str, dict[str, str]]
    sizes: dict[str, dict[str, int]]
    contrasts: tuple[Contrast, ...]


def read_tokens(file: Path = FILE) -> Tokens:
    """The tokens in `file`. Raises ValueError if a theme lacks a colour that the other one has."""
    found: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    colours: dict[str, dict[str, str]] = found["colour"]
    missing = set(colours["light"]) ^ set(colours["low-light"])
    if missing:
        raise ValueError(f"{file.name}: only one theme has the colour {', '.join(sorted(missing))}.")
    contrasts = tuple(
        Contrast(row["pair"][0], row["pair"][1], (row["stated"][0], row["stated"][1]), row["least"])
        for row in found["contrast"]
    )
    sizes = {group: found[group] for group in ("space", "corner", "target", "row")}
    return Tokens(colours, sizes, contrasts)


def contrast(first: str, second: str) -> float:
    """The contrast of two colours (#RRGGBB), 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def as_scss(tokens: Tokens) -> str:
    """The sheet of custom properties: both themes, and the system's own wish until one is chosen."""
    light = "color-scheme: light;\n" + _properties(tokens.colours["light"])
    low = "color-scheme: dark;\n" + _properties(tokens.colours["low-light"])
    sizes = "".join(
        f"--{group}-{name}: {size / 16:g}rem;\n"
        for group, named in tokens.sizes.items()
        for name, size in named.items()
    )
    unchosen = ":root:not([data-theme])"
    return (
        f":root {{\n{sizes}}}\n"
        f":root, [data-theme='light'] {{\n{light}}}\n"
        f"@media (prefers-color-scheme: dark) {{ {unchosen} {{\n{low}}} }}\n"
        f"[data-theme='low-light'] {{\n{low}}}\n"
        # Paper is always light, whatever the screen was.
        f"@media print {{ :root, {unchosen}, [data-theme] {{\n{light}}} }}\n"
    )


def _properties(colours: dict[str, str]) -> str:
    return "".join(f"--{name}: {value};\n" for name, value in colours.items())
