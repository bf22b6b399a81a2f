"""One click, no password: in practice for every role, anywhere else for nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from darwin.deadlines import clock
from darwin.ledger.models import Entry
from darwin.reference.services import open_installation
from darwin.staff.models import Account
from darwin.staff.roles import ROLES
from darwin.staff.services import close_account
from darwin.staff.services.practice import BY_ROLE
from darwin.staff.urls import practice_addresses
from darwin.staff.views.sign_in import enter_practice

from .people import someone

ENTER = "/sign-in/practice/"


@pytest.mark.parametrize("role", sorted(ROLES))
def test_one_click_lets_a_newcomer_in_as_any_role(role, practice_house, client):
    page = client.get("/sign-in/").content.decode()
    assert f'value="{role}"' in page
    answer = client.post(ENTER, {"role": role, "next": "/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    home = client.get("/")
    assert home.status_code == 200
    assert home.context["user"].roles_now() == {role}
    assert Entry.objects.filter(event="staff.began_session", reason_code="practice").count() == 1


def test_the_cards_stand_in_four_groups_with_nine_keys(practice_house, client):
    page = client.get("/sign-in/").content.decode()
    places = [
        page.index(group)
        for group in ("On the line", "On the street", "Looking back and ahead", "Those who guard")
    ]
    assert places == sorted(places)
    assert [page.count(f'data-key="{key}"') for key in range(1, 10)] == [1] * 9
    assert "Sam Okoro" in page


def test_changing_role_ends_the_session_before_it(practice_house, client):
    client.post(ENTER, {"role": "analyst"})
    first = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(ENTER, {"role": "auditor"})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != first
    assert client.get("/").context["user"].roles_now() == {"auditor"}


def test_the_one_click_needs_a_token_of_the_page(practice_house):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(ENTER, {"role": "analyst"}).status_code == 403
    strict.get("/sign-in/")
    token = strict.cookies[settings.CSRF_COOKIE_NAME].value
    assert strict.post(ENTER, {"role": "analyst", "csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_out_of_the_house(elsewhere, practice_house, client):
    answer = client.post(ENTER, {"role": "analyst", "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_a_role_that_does_not_exist_or_has_ended_lets_nobody_in(practice_house, client):
    assert client.post(ENTER, {"role": "sheriff"}).status_code == 403
    client.post(ENTER, {"role": "analyst"})
    close_account(actor=someone().actor, account=Account.objects.get(display_name="Priya Sandhu"))
    assert client.post(ENTER, {"role": "analyst"}).status_code == 403
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("mode", ["operational", "shadow"])
def test_outside_practice_the_address_does_not_exist(mode, operational_house, client):
    assert practice_addresses(mode) == []
    with pytest.raises(NoReverseMatch):
        reverse("staff:enter_practice")
    assert client.post(ENTER, {"role": "administrator"}).status_code == 404
    assert "One click" not in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize(
    ("started_as", "database_of"),
    [
        ("operational", "operational"),
        ("operational", "practice"),
        ("practice", "operational"),
        ("practice", None),
    ],
)
def test_a_forged_click_is_refused_unless_settings_and_database_both_say_practice(
    started_as, database_of, db, settings
):
    settings.DARWIN_MODE, settings.ROOT_URLCONF = started_as, "tests.staff.practice_urls"
    if database_of:
        open_installation(database_of, "leicestershire")
    # The person is there and the address is routed, as after a mistake in somebody's configuration.
    someone("administrator", sign_in_name=BY_ROLE["administrator"].sign_in_name)
    with pytest.raises(Http404):
        enter_practice(RequestFactory().post(ENTER, {"role": "administrator"}))
    client = Client()
    assert client.post(ENTER, {"role": "administrator"}).status_code == 404
    assert client.get("/").status_code == 302
    assert not Entry.objects.filter(event="staff.began_session").exists()


def test_a_practice_lock_opens_with_one_click_and_leaves_an_entry(practice_house, client):
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with clock.standing_at(noon):
        client.post(ENTER, {"role": "contact_handler"})
    with clock.standing_at(noon + timedelta(minutes=16)):
        assert client.get("/session/state/").json()["locked"] is True
        answer = client.post("/session/unlock/", "{}", content_type="application/json")
        assert answer.json()["locked"] is False
    assert Entry.objects.filter(event="staff.unlocked_session").count() == 1
