"""The pages of the theme: the parts, the choice of light, and what is said when something went wrong."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

import darwin
from darwin.theme import views
from darwin.theme.context import Theme
from darwin.theme.navigation import Item, Navigation

HOUSE = Path(darwin.__file__).parent
TEMPLATES = sorted(HOUSE.rglob("templates/**/*.html"))


@pytest.fixture
def client() -> Client:
    """Without a session there is no account and no question to the database."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.relative_to(HOUSE).as_posix())
def test_no_template_has_an_inline_style_or_script(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<style|hx-on", text, re.IGNORECASE)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_the_parts_are_shown_in_practice_and_nowhere_else(client: Client, settings: Any) -> None:
    assert client.get("/theme/parts/").status_code == 200
    settings.DARWIN_MODE = "operational"
    assert client.get("/theme/parts/").status_code == 404


def test_the_page_of_parts_is_within_the_budget_and_says_practice(client: Client) -> None:
    answer = client.get("/theme/parts/")
    assert len(gzip.compress(answer.content)) < 100_000
    assert "Practice. Nobody here is real." in answer.content.decode()


def test_the_word_practice_is_not_on_a_page_of_the_real_house(client: Client, settings: Any) -> None:
    settings.DARWIN_MODE = "operational"
    assert "Nobody here is real" not in client.get("/nothing/").content.decode()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en-gb", "Shadow: Darwin listens only. Your own system is the record."),
        ("cy", "Cysgod: dim ond gwrando y mae Darwin. Eich system chi yw’r cofnod."),
    ],
)
def test_every_staff_page_says_that_darwin_runs_in_shadow(
    settings: Any, language: str, sentence: str
) -> None:
    with translation.override(language):
        for mode in ("shadow", "operational", "practice"):
            settings.DARWIN_MODE = mode
            request = RequestFactory().get("/")
            request.user = AnonymousUser()
            page = render_to_string("theme/base.html", request=request)
            assert (sentence in page) == (mode == "shadow")


def test_the_policy_refuses_what_is_inline(client: Client) -> None:
    policy = client.get("/theme/parts/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_chosen_theme_is_kept_and_leads_back(client: Client) -> None:
    answer = client.post("/theme/choose/", {"theme": "low-light", "next": "/theme/parts/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/theme/parts/")
    assert 'data-theme="low-light">' in client.get("/theme/parts/").content.decode()
    client.post("/theme/choose/", {"theme": "", "next": "/theme/parts/"})
    assert re.search(r'<html lang="[\w-]+">', client.get("/theme/parts/").content.decode())


@pytest.mark.parametrize("away", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_else(client: Client, away: str) -> None:
    assert client.post("/theme/choose/", {"theme": "light", "next": away}).headers["Location"] == "/"


def test_a_theme_that_does_not_exist_is_not_kept(client: Client) -> None:
    client.cookies["darwin_theme"] = '"><script>'
    assert "<script>" not in client.get("/theme/parts/").content.decode()


def test_the_choice_on_the_account_comes_before_the_cookie() -> None:
    class Account:
        is_authenticated = True
        theme = "low-light"

    request = RequestFactory().get("/")
    request.COOKIES["darwin_theme"] = "light"
    assert Theme("practice", request).choice == "light"
    request.user = Account()  # type: ignore[assignment]
    assert Theme("practice", request).choice == "low-light"


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (400, lambda request: views.bad_request(request, Exception()), "was not understood"),
        (
            403,
            lambda request: views.forbidden(request, PermissionDenied("Only the auditor reads this.")),
            "Only the auditor",
        ),
        (403, lambda request: views.forgery_refused(request), "open for too long"),
        (404, lambda request: views.not_found(request, Exception()), "no page at this address"),
        (500, lambda request: views.server_error(request), "could not show this page"),
        (
            503,
            lambda request: views.unavailable(request, "The database is starting."),
            "The database is starting.",
        ),
    ],
)
def test_what_went_wrong_is_said_in_a_sentence_and_without_the_database(
    status: int, answer: Any, words: str
) -> None:
    response = answer(RequestFactory().get("/x/"))
    assert response.status_code == status
    text = response.content.decode()
    assert words in text
    assert not re.search(r"oops|please|invalid|submit|an error occurred|!</", text, re.IGNORECASE)


class Everybody:
    """Permits whoever has signed in."""

    def permits(self, account: object, /) -> bool:
        return True


class Nobody:
    """Permits nobody."""

    def permits(self, account: object, /) -> bool:
        return False


def _request(path: str, *, signed_in: bool = True) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = type("Account", (), {"is_authenticated": signed_in})()
    return request


def test_the_top_bar_shows_what_the_rule_permits_in_order_with_its_count() -> None:
    bar = Navigation()
    bar.register(Item("Parts", "theme:parts", Everybody(), order=2, count=lambda account: 9))
    bar.register(Item("Choose", "theme:choose", Everybody(), order=1))
    bar.register(Item("Language", "set_language", Nobody()))
    shown = bar.shown_for(_request("/theme/parts/"))
    assert [(item.label, item.count, item.current) for item in shown] == [
        ("Choose", None, False),
        ("Parts", 9, True),
    ]
    assert bar.shown_for(_request("/theme/parts/", signed_in=False)) == []


def test_an_address_stands_in_the_top_bar_once() -> None:
    bar = Navigation()
    bar.register(Item("Parts", "theme:parts", Everybody()))
    with pytest.raises(ValueError, match="theme:parts"):
        bar.register(Item("Parts again", "theme:parts", Everybody()))
