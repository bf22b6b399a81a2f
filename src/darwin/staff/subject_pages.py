"""Where a subject of the ledger can be opened: rooms name the page of each kind and its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from darwin.staff.models import Account
from darwin.staff.permissions import MANAGE_ACCOUNTS, MANAGE_TOKENS, Rule


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """kind: as in ledger entries ("contact"). rule: who may open the page. address: of one row's page."""

    kind: str
    rule: Rule
    address: Callable[[UUID], str]


_pages: dict[str, SubjectPage] = {}


def declare_subject_page(page: SubjectPage) -> None:
    """Let the ledger's pages link to the rows of a kind. Raises ValueError if the kind has a page already."""
    if page.kind in _pages:
        raise ValueError(f"the kind {page.kind} has a page already")
    _pages[page.kind] = page


def address_of(reader: Account, kind: str, identifier: UUID) -> str:
    """The address of the row's page, or "" where there is none or this reader may not open such pages."""
    page = _pages.get(kind)
    return page.address(identifier) if page and page.rule.permits(reader) else ""


declare_subject_page(
    SubjectPage("account", MANAGE_ACCOUNTS, lambda identifier: reverse("staff:account", args=[identifier]))
)
declare_subject_page(SubjectPage("api_token", MANAGE_TOKENS, lambda identifier: reverse("staff:tokens")))
