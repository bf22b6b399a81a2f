"""The one rule of who may do and see what.

A rule names the roles it serves and, for each, the rows it covers. The same condition narrows a
list, a count, a search, an export and an autocomplete (`visible`) and decides about one row
(`may_see`), so that none of them can show what another forbids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from darwin.staff.roles import EVERYONE, role

if TYPE_CHECKING:
    from darwin.staff.models import Account

M = TypeVar("M", bound=Model)
Scope = Callable[["Account"], "Q | None"]


class DoubleRule(ValueError):
    """Two rules were declared under one name."""


class Grant:
    """Some roles and the rows they get. `scope` gives a condition for an account; None means every row."""

    __slots__ = ("roles", "scope")

    def __init__(self, roles: Iterable[str], scope: Scope | None = None) -> None:
        self.roles = frozenset(role(code).code for code in roles)
        self.scope = scope


class Rule:
    """Who may use something, and which rows of it they see.

    name: unique, "room.what". sentence: what the rule lets a person do, for the matrix and the page of
    refusal ("See who gave up before being answered"). roles: codes of `staff.roles`. scope: a function
    from the account to a Q over the rows in question; no function, or None from it, means every row.

    Raises DoubleRule if the name is taken and UnknownRole if a role is not declared.
    """

    __slots__ = ("grants", "name", "sentence")

    def __init__(self, name: str, sentence: str, roles: Iterable[str], scope: Scope | None = None) -> None:
        self.name = name
        self.sentence = sentence
        self.grants: tuple[Grant, ...] = (Grant(roles, scope),)
        _register(self)

    @classmethod
    def any_of(cls, name: str, sentence: str, *grants: Grant) -> Rule:
        """One rule of several grants: a person gets the rows of every grant that serves a role they hold."""
        rule = cls.__new__(cls)
        rule.name, rule.sentence, rule.grants = name, sentence, grants
        _register(rule)
        return rule

    @property
    def roles(self) -> frozenset[str]:
        """Codes of every role that the rule serves."""
        return frozenset().union(*(grant.roles for grant in self.grants))

    def _grants_of(self, account: Account | AnonymousUser) -> list[Grant]:
        if isinstance(account, AnonymousUser) or not account.is_active:
            return []
        held = account.roles_now()
        return [grant for grant in self.grants if grant.roles & held]

    def permits(self, account: Account | AnonymousUser) -> bool:
        """May this person use it at all?"""
        return bool(self._grants_of(account))

    def visible(self, account: Account | AnonymousUser, queryset: QuerySet[M]) -> QuerySet[M]:
        """The rows of `queryset` that this person may see; none if the rule does not serve them."""
        grants = self._grants_of(account)
        if not grants or isinstance(account, AnonymousUser):
            return queryset.none()
        conditions = [grant.scope(account) if grant.scope else None for grant in grants]
        if any(condition is None for condition in conditions):
            return queryset
        whole = Q()
        for condition in conditions:
            # An empty Q is neutral in an OR and would vanish beside a narrower one; it means every row.
            if not condition:
                return queryset
            whole |= condition
        # By key, so that a condition over a many-valued relation can never double a row.
        return queryset.filter(pk__in=queryset.model._default_manager.filter(whole).values("pk"))

    def may_see(self, account: Account | AnonymousUser, row: Model) -> bool:
        """May this person see this row? The list's own query, narrowed to the row."""
        return self.visible(account, type(row)._default_manager.filter(pk=row.pk)).exists()

    def __repr__(self) -> str:
        return f"Rule({self.name})"


_rules: dict[str, Rule] = {}


def _register(rule: Rule) -> None:
    if rule.name in _rules:
        raise DoubleRule(f"The rule “{rule.name}” is declared twice.")
    _rules[rule.name] = rule


def all_rules() -> list[Rule]:
    """Every rule declared so far, by name."""
    return [_rules[name] for name in sorted(_rules)]


def own(path: str) -> Scope:
    """Scope: rows whose account at `path` (a field, "" for accounts themselves) is the person."""
    key = f"{path}_id" if path else "pk"
    return lambda account: Q(**{key: account.pk})


def of_line_reports(path: str) -> Scope:
    """Scope: rows whose account at `path` ("" for accounts themselves) has the person as line manager."""
    key = f"{path}__line_manager_id" if path else "line_manager_id"
    return lambda account: Q(**{key: account.pk})


BE_AT_HOME = Rule(
    "staff.home", "See the home of one's role, one's own account and the parts of the house", EVERYONE
)
MANAGE_ACCOUNTS = Rule(
    "staff.manage_accounts", "Open and close accounts, and grant and end roles", {"administrator"}
)
READ_LEDGER = Rule(
    "staff.read_ledger",
    "Read the ledger: who changed and who looked at what",
    {"auditor", "data_protection_officer"},
)
READ_REFERENCE = Rule(
    "staff.read_reference", "See what the force has set: thresholds and lists, each with its source", EVERYONE
)
SEE_DEADLINES = Rule(
    "staff.see_deadlines",
    "See how many clocks run, of which kind, and how many are over",
    {"administrator", "contact_supervisor"},
)
MIND_THE_HOUSE = Rule(
    "staff.mind_the_house", "Look after the parts of the house that run by themselves", {"administrator"}
)
MANAGE_TOKENS = Rule(
    "staff.manage_tokens",
    "Make and revoke the tokens by which other systems reach Darwin",
    {"administrator"},
)
