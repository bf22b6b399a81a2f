"""Who looks at the figures: whether small counts are hidden from them, and whether figures lead to lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html

from darwin.contact.periods import Period
from darwin.contact.permissions import LIST_CALLS, SEE_LOST_CALLERS, reads_published_figures_only
from darwin.staff.disclosure import suppress
from darwin.staff.models import Account
from darwin.theme import formats
from darwin.theme.charts.result import Column


@dataclass(frozen=True, slots=True)
class Linked:
    """A figure that leads to the list behind it; `href` "" leads nowhere."""

    value: Any
    href: str = ""


@dataclass(frozen=True, slots=True)
class FigureColumn(Column):
    """A column whose values may be hidden counts ("fewer than 5") or lead to the list behind them."""

    def shown(self, value: Any) -> str:
        href = ""
        if isinstance(value, Linked):
            value, href = value.value, value.href
        words = value if isinstance(value, str) else Column.shown(self, value)
        return format_html('<a href="{}">{}</a>', href, words) if href else words

    def exported(self, value: Any) -> str | int | float:
        if isinstance(value, Linked):
            value = value.value
        return value if isinstance(value, str) else Column.exported(self, value)


@dataclass(frozen=True, slots=True)
class Reader:
    """One person before the figures. published: they see small counts hidden, and no lists."""

    published: bool
    lists_calls: bool
    lists_lost: bool

    @classmethod
    def of(cls, account: Account) -> "Reader":
        return cls(
            published=reads_published_figures_only(account),
            lists_calls=LIST_CALLS.permits(account),
            lists_lost=SEE_LOST_CALLERS.permits(account),
        )

    def number(self, count: int | None) -> int | str | None:
        """A count as this person sees it: a number, or "fewer than 5"."""
        return suppress(count) if self.published and count is not None else count

    def words(self, count: int | None) -> str:
        """The same for a sentence or a tile."""
        seen = self.number(count)
        return seen if isinstance(seen, str) else formats.count(seen)

    def share(self, part: int | None, whole: int | None, target: float | None = None) -> str:
        """A share in words, with one decimal; the counts alone where they are few, nothing that gives away
        a hidden count."""
        if part is None or whole is None:
            return formats.count(None)
        if self.hides(part, whole):
            return formats.NO_SPACE_BREAK.join(("not", "shown"))
        return formats.share(part, whole, target) if whole else formats.of(part, whole)

    def both(self, part: int | None, whole: int | None) -> str:
        """Both numbers of a share: "626 of 789"."""
        if part is None or whole is None:
            return formats.count(None)
        if not self.published:
            return formats.of(part, whole)
        return f"{self.words(part)} of {self.words(whole)}"

    def value(self, share: float | None, part: int | None, whole: int | None) -> float | str | None:
        """A share for a table or a chart: None where it cannot be known, the counts where they are few."""
        if share is None or part is None or whole is None:
            return None
        if self.hides(part, whole):
            return "not shown"
        if whole < formats.LEAST_FOR_A_SHARE:
            return formats.of(part, whole)
        return share

    def hides(self, part: int, whole: int) -> bool:
        """True if a share of these numbers would tell a count that is hidden."""
        return self.published and (isinstance(suppress(part), str) or isinstance(suppress(whole), str))

    def entries(self, queue: str, period: Period, **of: Any) -> str:
        """The address of the list behind a figure; "" for those who may not see it."""
        return _address("contact:entries", queue, period, of) if self.lists_calls else ""

    def lost(self, queue: str, period: Period, **of: Any) -> str:
        """The address of those who gave up; "" for those who may not see it."""
        return _address("contact:lost_callers", queue, period, of) if self.lists_lost else ""


def _address(name: str, queue: str, period: Period, of: Mapping[str, Any]) -> str:
    chosen = {key: str(value) for key, value in of.items() if value not in (None, "")}
    return f"{reverse(name)}?{urlencode({'queue': queue, **period.query(), **chosen})}"
