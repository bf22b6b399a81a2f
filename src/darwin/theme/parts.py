"""What the parts of a page are made of. Views build these; the tags of `{% load darwin %}` draw them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from darwin.theme import formats
from darwin.theme.formats import Words

# Every state has a shape and a word (SCREENS, section 4). The word is what is shown when no other is given.
STATE_WORDS: dict[str, Words] = {
    "late": pgettext_lazy("state", "late"),
    "not-safe": pgettext_lazy("state", "not safe to ring"),
    "warning": pgettext_lazy("state", "warning"),
    "stale": pgettext_lazy("state", "stale"),
    "repeat": pgettext_lazy("state", "repeat"),
    "verified": pgettext_lazy("state", "verified"),
    "suggestion": pgettext_lazy("state", "suggestion"),
    "restricted": pgettext_lazy("state", "restricted"),
    "gap": pgettext_lazy("state", "gap"),
    "waits": pgettext_lazy("state", "waits"),
    "second-person": pgettext_lazy("state", "second person"),
}
# What a panel can tell instead of its content, and the symbol that stands before it.
TOLD_SYMBOLS: dict[str, str] = {
    "empty": "",
    "loading": "",
    "error": "late",
    "offline": "offline",
    "stale": "stale",
    "gap": "gap",
    "closed": "restricted",
    "restricted": "restricted",
    "saved": "verified",
    "saved-here": "second-person",
}
SYMBOLS = frozenset(STATE_WORDS) | {
    "paused",
    "on-call",
    "ringing",
    "offline",
    "up",
    "down",
    "onward",
    "back",
    "mark",
    "place",
}


@dataclass(frozen=True, slots=True)
class ClockFace:
    """A clock as it is shown: a figure, a word and a bar filled to `filled` per cent (None: no bar)."""

    figure: str
    word: str
    kind: Literal["left", "soon", "over", "old", "unknown", "paused"]
    filled: int | None = None
    due_at: datetime | None = None

    @classmethod
    def until(cls, due_at: datetime, *, now: datetime, started_at: datetime, soon_ms: int) -> "ClockFace":
        """The clock of a due time: "41:07 left", from `soon_ms` before it amber, after it "1:20 over".

        All moments aware. The bar shows the part of the time that is left.
        """
        left = _milliseconds(now, due_at)
        if left < 0:
            return cls(formats.wait(-left), _("over"), "over", 100, due_at)
        whole = max(1, _milliseconds(started_at, due_at))
        kind: Literal["left", "soon"] = "soon" if left <= soon_ms else "left"
        return cls(formats.wait(left), _("left"), kind, min(100, 100 * left // whole), due_at)

    @classmethod
    def since(cls, moment: datetime, *, now: datetime) -> "ClockFace":
        """How old something is: "1 h 44 old". Both moments aware, `moment` not after `now`."""
        return cls(formats.wait(_milliseconds(moment, now)), _("old"), "old", None, moment)

    @classmethod
    def unknown(cls) -> "ClockFace":
        """A clock that cannot be seen now."""
        return cls("", _("not known"), "unknown", 0)

    @classmethod
    def paused(cls, why: str) -> "ClockFace":
        """A clock that stands still, and why: "paused: caller asked"."""
        return cls("", _("paused: %(why)s") % {"why": why}, "paused")


def _milliseconds(first: datetime, last: datetime) -> int:
    return int((last - first).total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of the one line: its word ("answered"), its figure ("14:24:06") and whether it is past."""

    word: Words
    figure: str
    state: Literal["done", "now", "to-come"]


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure that does not stand alone: its label with the unit, and what it is out of or how old it is."""

    figure: str
    label: Words
    more: Words = ""
    state: Literal["", "late", "gap"] = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """One line of a role's home: how many wait, what, why it matters, the clock, the one press."""

    number: int
    what: Words
    why: Words
    clock: ClockFace | None = None
    press: Words = ""
    href: str = ""

    @property
    def kind(self) -> str:
        """ "late" or "soon" if the clock says so and something waits, else ""."""
        if not self.number or self.clock is None:
            return ""
        return {"over": "late", "soon": "soon"}.get(self.clock.kind, "")


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step on the way to this page; the last one has no address."""

    word: Words
    href: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One way to see the same result: its name (chart, table, csv), its word and its address."""

    name: str
    word: Words
    href: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of the error summary: what was wrong, and the id of the field to go to."""

    text: str
    field_id: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a list: addresses of those before and after, and of the numbered (None: left out)."""

    number: int
    last: int
    before: str = ""
    after: str = ""
    numbered: Sequence[tuple[int, str] | None] = field(default_factory=tuple)


VIEW_WORDS: dict[str, Words] = {
    "chart": gettext_lazy("Chart"),
    "table": gettext_lazy("Table"),
    "csv": gettext_lazy("CSV"),
}
