"""Pages of a list whose database has already cut out the page that is shown."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.utils.translation import gettext as _

from darwin.theme.parts import Fault


class Rows(Sequence[Any]):
    """`total` rows of which only those from `start` on were fetched."""

    def __init__(self, fetched: Sequence[Any], total: int, start: int) -> None:
        self._fetched, self._total, self._start = fetched, total, start

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, asked: Any) -> Any:
        if isinstance(asked, slice):
            first = (asked.start or 0) - self._start
            stop = len(self._fetched) if asked.stop is None else asked.stop - self._start
            return self._fetched[max(0, first) : max(0, stop)]
        return self._fetched[asked - self._start]


def page_of(paginator: "Paginator[Any]", number: str) -> "tuple[Page[Any], Fault | None]":
    """The page asked for; the first, and what was wrong, where the list has no such page."""
    try:
        return paginator.page(number), None
    except (EmptyPage, PageNotAnInteger):
        words = _("This list has no page “%(number)s”: it has %(pages)s. Here is the first.")
        return paginator.page(1), Fault(words % {"number": number[:20], "pages": paginator.num_pages})
