"""Every address with every role: let in or refused as its rule says, its reading recorded, its cost kept.

Rooms that land later are covered by themselves: the addresses come from the resolver, their example data from
`tests/<room>/addresses.py`. An address without a rule, or one with arguments and no example, fails here.
"""

import gzip
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from darwin.ledger.models import Entry
from darwin.staff.permissions import Rule
from darwin.staff.roles import ROLES
from darwin.staff.scopes import Scope, scopes_to_give
from tests.addresses import Example, example_of

from .machines import Machine
from .people import someone

# Pages that anybody may ask for, signed in or not. Short on purpose: each has its reason.
OPEN = {
    "staff:sign_in": "the way in",
    "staff:sign_in_passkey": "the way in",
    "staff:to_directory": "the way in",
    "openid_connect_callback": "the way in",
    "staff:enrol": "the way in",
    "staff:enrol_begin": "the way in",
    "staff:enrol_finish": "the way in",
    "staff:sign_out": "the way out",
    "staff:roles": "the rules, which are in the source for all to read",
    "contact:wall_pair": "a wall screen, at which nobody signs in, shows its code",
    "theme:parts": "the theme's test page, in practice only",
    "theme:choose": "a cookie of one's own",
    "set_language": "a cookie of one's own",
    "health": "a monitor asks whether each part is well",
    "health-live": "a monitor asks whether the process lives",
    "health-page": "the same for people, who may be unable to sign in just then",
    "api:openapi-json": "what the API takes and gives, which is in the source for all to read",
    "api:api-root": "says that there is nothing here",
    "api:nothing": "says that the API has no such address",
}
MOST_QUERIES = 12
MOST_BYTES = 100_000
DRAMA_NUMBER = re.compile(r"07700\s?900\s?\d{3}|0116\s?496\s?0\d{3}")

for _file in sorted(Path(__file__).parent.parent.glob("*/addresses.py")):
    import_module(f"tests.{_file.parent.name}.addresses")


def addresses() -> Iterator[tuple[str, Any, bool]]:
    """(name, view, takes arguments) of every address of the house."""

    def walk(patterns: list[Any], space: str, taking: bool) -> Iterator[tuple[str, Any, bool]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, inner, taking or bool(pattern.pattern.regex.groups))
            elif isinstance(pattern, URLPattern):
                name = f"{space}{pattern.name}" if pattern.name else str(pattern.pattern)
                yield name, pattern.callback, taking or bool(pattern.pattern.regex.groups)

    yield from walk(get_resolver().url_patterns, "", False)


GATED = sorted(
    (name, view, taking)
    for name, view, taking in addresses()
    if name not in OPEN and not name.startswith("api:")
)
IDS = [name for name, _, _ in GATED]
# The machine's door has scopes where the pages have rules: (name, method, view, takes arguments).
DOORS = sorted(
    (name, method, view, taking)
    for name, view, taking in addresses()
    if name not in OPEN and name.startswith("api:")
    for method in (getattr(view, "scopes", None) or {"": None})
)
DOOR_IDS = [f"{name}-{method}" for name, method, _, _ in DOORS]


IN_OPERATION = pytest.mark.usefixtures("operational_house")


def sizes(name: str, taking: bool) -> list[int]:
    """With how many rows an address is asked for: many where there can be many, never where it is no page."""
    wanted = example_of(name) or Example()
    if wanted.method != "get":
        return []
    return [10, 1000] if wanted.many_rows or taking else [10]


PAGES = [(name, view, rows) for name, view, taking in GATED for rows in sizes(name, taking)]


def address_of(name: str, account: Any, rows: int = 3) -> str:
    """The address of a page with its example's rows, which are made for it."""
    return reverse(name, kwargs=dict((example_of(name) or Example()).prepare(account, rows)))


def visit(client: Client, name: str, account: Any, rows: int = 3, address: str = "") -> Any:
    """What the page answers; without an `address` at one whose rows are made for `account`."""
    wanted = example_of(name) or Example()
    return getattr(client, wanted.method)(address or address_of(name, account, rows), dict(wanted.data))


def allowed_by_rule(response: Any) -> bool:
    """Behind the gate a page may answer what it likes, 403 included; the gate's own 403 shows its rule."""
    if response.status_code == 403:
        return "rule" not in (response.context or {})
    return not (response.status_code in (302, 401) and "/sign-in/" in response.headers.get("Location", ""))


@pytest.mark.parametrize(("name", "view", "taking"), GATED, ids=IDS)
def test_every_address_has_a_rule_and_example_data(name, view, taking):
    assert isinstance(getattr(view, "rule", None), Rule), (
        f"{name} has no rule: put @page(rule, personal=...) on its view, or name it in OPEN with its reason"
    )
    assert not taking or example_of(name), f"{name} takes arguments: say in tests/<room>/addresses.py which"


@IN_OPERATION
@pytest.mark.parametrize(("name", "view", "taking"), GATED, ids=IDS)
def test_nobody_gets_in_without_signing_in(name, view, taking, client):
    response = visit(client, name, None)
    assert not allowed_by_rule(response)
    assert "no-store" in response.headers["Cache-Control"]


@IN_OPERATION
@pytest.mark.parametrize(("name", "view", "taking"), GATED, ids=IDS)
def test_each_role_is_let_in_or_refused_as_the_rule_says(name, view, taking, signed_in):
    # Who is refused is refused before anything is looked up, so one example serves them all.
    shut = address_of(name, someone(sorted(view.rule.roles)[0]))
    for role in ROLES:
        account = someone(role)
        response = visit(signed_in(account), name, account, address="" if role in view.rule.roles else shut)
        assert allowed_by_rule(response) == (role in view.rule.roles), (role, response.status_code)
        if role not in view.rule.roles:
            assert response.status_code == 403
            # The sentence says which roles may.
            assert all(ROLES[code].title in response.content.decode() for code in view.rule.roles)


@IN_OPERATION
@pytest.mark.parametrize(("name", "view", "taking"), GATED, ids=IDS)
def test_a_person_without_a_role_gets_no_further_than_home(name, view, taking, signed_in):
    account = someone()
    assert not allowed_by_rule(visit(signed_in(account), name, account))


@IN_OPERATION
@pytest.mark.parametrize(("name", "view", "taking"), GATED, ids=IDS)
def test_personal_data_leaves_a_consultation_and_no_other_page_has_telephone_numbers(
    name, view, taking, signed_in
):
    role = sorted(view.rule.roles)[0]
    account = someone(role)
    client = signed_in(account)
    before = Entry.objects.filter(verb="consult").count()
    response = visit(client, name, account)
    read = Entry.objects.filter(verb="consult", actor_id=account.id).count() - before
    if response.status_code == 200 and view.personal:
        assert read == 1, f"{name} shows personal data and records no consultation"
    if not view.personal and not response.streaming:
        assert not DRAMA_NUMBER.search(response.content.decode()), f"{name} shows a telephone number"


@IN_OPERATION
@pytest.mark.parametrize(("name", "view", "rows"), PAGES, ids=[f"{name}-{rows}" for name, _, rows in PAGES])
def test_a_page_keeps_its_budget_however_many_rows(name, view, rows, signed_in):
    wanted = example_of(name) or Example()
    account = someone(sorted(view.rule.roles)[0])
    client = signed_in(account)
    address = reverse(name, kwargs=dict(wanted.prepare(account, rows)))
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, dict(wanted.data))
    if response.streaming:
        return
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)
    assert len(gzip.compress(response.content)) <= MOST_BYTES


def test_every_open_address_is_there_and_has_no_rule():
    views = {name: view for name, view, _ in addresses()}
    for name in OPEN:
        assert name in views, f"{name} is gone: take it out of OPEN"
        assert not hasattr(views[name], "rule"), f"{name} has a rule: take it out of OPEN"
        assert not hasattr(views[name], "scopes"), f"{name} has a scope: take it out of OPEN"


@pytest.mark.parametrize(("name", "method", "view", "taking"), DOORS, ids=DOOR_IDS)
def test_every_address_of_the_api_has_a_scope_and_example_data(name, method, view, taking):
    assert isinstance(getattr(view, "scopes", {}).get(method), Scope), (
        f"{name} has no scope: declare it with darwin.staff.api.gate.operation(router, …, scope=…)"
    )
    assert not hasattr(view, "rule"), f"{name} has a rule: pages are for people, the API is not"
    wanted = example_of(name)
    assert not (taking or method != "GET") or wanted, f"say in tests/<room>/addresses.py how to ask {name}"


@IN_OPERATION
@pytest.mark.parametrize(("name", "method", "view", "taking"), DOORS, ids=DOOR_IDS)
def test_no_role_and_no_session_opens_the_api(name, method, view, taking, client, signed_in):
    for visitor in (client, *(signed_in(someone(role)) for role in ROLES)):
        refused = Machine(client=visitor).ask(name, method)
        assert refused.status_code == 401
        assert refused.json()["code"] == "token_missing"
        assert "no-store" in refused.headers["Cache-Control"]


@IN_OPERATION
@pytest.mark.parametrize(("name", "method", "view", "taking"), DOORS, ids=DOOR_IDS)
def test_a_token_opens_what_its_scope_says_and_nothing_else(name, method, view, taking):
    scope = view.scopes[method]
    others = [other.name for other in scopes_to_give() if other is not scope]
    if not scope.given_to_all:
        refused = Machine(*others).ask(name, method)
        assert (refused.status_code, refused.json()["scope"]) == (403, scope.name)
        assert scope.name in refused.json()["detail"]
    opened = Machine(*([] if scope.given_to_all else [scope.name])).ask(name, method)
    assert opened.status_code in (200, 201), opened.content
    assert "no-store" in opened.headers["Cache-Control"]


@IN_OPERATION
@pytest.mark.parametrize("rows", [10, 1000])
@pytest.mark.parametrize(("name", "method", "view", "taking"), DOORS, ids=DOOR_IDS)
def test_reading_by_the_api_is_recorded_and_keeps_its_budget(name, method, view, taking, rows):
    scope = view.scopes[method]
    machine = Machine(*([] if scope.given_to_all else [scope.name]))
    machine.prepare(name, rows)
    with CaptureQueriesContext(connection) as queries:
        response = machine.ask(name, method)
    read = Entry.objects.filter(verb="consult", actor_kind="integration", actor_id=machine.token.id).count()
    assert read == (1 if scope.personal else 0)
    if not scope.personal:
        assert not DRAMA_NUMBER.search(response.content.decode()), f"{name} shows a telephone number"
    if method == "GET":
        assert len(queries) <= MOST_QUERIES
        assert len(gzip.compress(response.content)) <= MOST_BYTES


@IN_OPERATION
def test_the_one_click_sign_in_has_no_address_outside_practice():
    assert settings.DARWIN_MODE == "operational"
    assert "staff:enter_practice" not in {name for name, _, _ in addresses()}
    assert Session.objects.count() == 0
