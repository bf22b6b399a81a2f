"""What a token can open: each scope is declared once by its room and guards addresses of the API.

A scope is to another system what a rule is to a person: it decides about the address and, with `visible`,
about the rows behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, Q, QuerySet

if TYPE_CHECKING:
    from darwin.staff.models import ApiToken

M = TypeVar("M", bound=Model)


class DoubleScope(ValueError):
    """Two scopes were declared under one name."""


class UnknownScope(ValueError):
    """A scope that no room declares."""


class Scope:
    """One thing that a token may do.

    name: unique, "noun.verb". sentence: what it lets another system do. personal: it opens personal data, so
    that each reading records a consultation. signed: its requests carry a signature besides the token.
    rows: from the token to a Q over the rows in question; none means every row. given_to_all: every token has
    it without asking. Raises DoubleScope if the name is taken.
    """

    __slots__ = ("given_to_all", "name", "personal", "rows", "sentence", "signed")

    def __init__(
        self,
        name: str,
        sentence: str,
        *,
        personal: bool = False,
        signed: bool = False,
        rows: Callable[[ApiToken], Q] | None = None,
        given_to_all: bool = False,
    ) -> None:
        self.name, self.sentence, self.personal, self.signed = name, sentence, personal, signed
        self.rows, self.given_to_all = rows, given_to_all
        if name in _scopes:
            raise DoubleScope(f"The scope “{name}” is declared twice.")
        _scopes[name] = self

    def permits(self, token: ApiToken) -> bool:
        """Does this token open it? Whether the token still holds is another question."""
        return self.given_to_all or self.name in token.scopes

    def visible(self, token: ApiToken, queryset: QuerySet[M]) -> QuerySet[M]:
        """The rows of `queryset` that this token may see; none if it has not the scope."""
        if not self.permits(token):
            return queryset.none()
        return queryset.filter(self.rows(token)) if self.rows else queryset

    def __repr__(self) -> str:
        return f"Scope({self.name})"


_scopes: dict[str, Scope] = {}


def all_scopes() -> list[Scope]:
    """Every scope declared so far, by name."""
    return [_scopes[name] for name in sorted(_scopes)]


def scopes_to_give() -> list[Scope]:
    """Those that an administrator can give to a token, by name."""
    return [scope for scope in all_scopes() if not scope.given_to_all]


def scope_named(name: str) -> Scope:
    """The scope of this name. Raises UnknownScope if no room declares it."""
    try:
        return _scopes[name]
    except KeyError:
        raise UnknownScope(name) from None


KNOW_ONESELF = Scope(
    "token.read", "See whose token this is, what it opens and when it ends", given_to_all=True
)
