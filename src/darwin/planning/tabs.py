"""The pages of the room side by side, on top of each of them. Other parts of the room add theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from darwin.staff.models import Account
from darwin.staff.permissions import Rule
from darwin.theme.formats import Words


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the room. `order` places it from the left."""

    label: Words
    url_name: str
    rule: Rule
    order: int = 50


@dataclass(frozen=True, slots=True)
class ShownTab:
    label: Words
    href: str
    current: bool


_tabs: dict[str, Tab] = {}


def put_beside(tab: Tab) -> None:
    """Add a page to the room. Raises ValueError if its address is there already."""
    if tab.url_name in _tabs:
        raise ValueError(f"{tab.url_name} is a page of planning already")
    _tabs[tab.url_name] = tab


def tabs_for(account: Account, path: str) -> Sequence[ShownTab]:
    """The pages that this person may open; the one that `path` lies under is the current one."""
    shown = sorted(
        (tab for tab in _tabs.values() if tab.rule.permits(account)),
        key=lambda tab: (tab.order, tab.url_name),
    )
    addresses = [reverse(tab.url_name) for tab in shown]
    under = max((href for href in addresses if path.startswith(href)), key=len, default="")
    return [ShownTab(tab.label, href, href == under) for tab, href in zip(shown, addresses, strict=True)]
