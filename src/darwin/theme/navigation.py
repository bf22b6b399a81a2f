"""What stands in the top bar: rooms register their pages, each person sees what their rule permits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest
from django.urls import reverse

from darwin.theme.formats import Words


class Permits(Protocol):
    """A rule that says whether an account may use a page at all."""

    def permits(self, account: Any, /) -> bool:
        """May this account use it?"""


@dataclass(frozen=True, slots=True)
class Item:
    """A page in the top bar. `order` places it from the left; `count` says how many wait there."""

    label: Words
    url_name: str
    rule: Permits
    order: int = 50
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as one person sees it."""

    label: Words
    href: str
    current: bool
    count: int | None


class Navigation:
    """The registry of the top bar."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}

    def register(self, item: Item) -> None:
        """Add a page. Raises ValueError if its address is registered already."""
        if item.url_name in self._items:
            raise ValueError(f"{item.url_name} is in the top bar already")
        self._items[item.url_name] = item

    def shown_for(self, request: HttpRequest) -> list[Shown]:
        """What the person of this request sees, in order; nothing for somebody who has not signed in."""
        account = getattr(request, "user", None)
        if account is None or not account.is_authenticated:
            return []
        permitted = [item for item in self._items.values() if item.rule.permits(account)]
        current = _longest_start(request.path, [reverse(item.url_name) for item in permitted])
        return [
            Shown(
                label=item.label,
                href=(href := reverse(item.url_name)),
                current=href == current,
                count=item.count(account) if item.count else None,
            )
            for item in sorted(permitted, key=lambda item: (item.order, item.url_name))
        ]


def _longest_start(path: str, addresses: list[str]) -> str:
    """The address that `path` lies under: the longest one, so that the home is current only at home."""
    under = [
        address for address in addresses if path == address or (address != "/" and path.startswith(address))
    ]
    return max(under, key=len, default="")


navigation = Navigation()
