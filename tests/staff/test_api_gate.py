"""The machine's door: which token opens what, one effect for one key, and a sentence for every refusal."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.test import Client
from django.urls import path

from darwin.config.api import behind_scopes
from darwin.contact.models import Contact
from darwin.deadlines import clock
from darwin.deadlines.models import Deadline
from darwin.deadlines.worker import act_on_all_due
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry
from darwin.staff.api import rate, signing
from darwin.staff.models import ApiAnswer, ApiToken
from darwin.staff.scopes import DoubleScope, Scope, all_scopes
from darwin.staff.services.answers import FORGET, KEPT_FOR
from darwin.staff.services.tokens import revoke_token

from .machines import Machine

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("operational_house")
ADVICE = {"channel": "PHONE_101", "disposition": "ADVICE"}
BOTH = ("contact.write", "contact.read")


def refusal(response: Any) -> tuple[int, str]:
    said = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    # For the reader: what was wrong; and what to do, unless nothing can be done.
    assert said["title"].endswith(".")
    assert said["detail"].startswith(said["title"])
    assert "no-store" in response.headers["Cache-Control"]
    return response.status_code, said["code"]


def test_a_token_is_told_what_it_is() -> None:
    with clock.standing_at(NOON):
        said = Machine(*BOTH).get("/api/token").json()
    assert (said["client"], said["scopes"], said["mode"]) == ("example", sorted(BOTH), "operational")
    assert datetime.fromisoformat(said["now"]) == NOON
    assert datetime.fromisoformat(said["good_until"]) == NOON + timedelta(days=30)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "token_missing"),
        ("Bearer ", "token_missing"),
        ("Basic dXNlcjpwYXNz", "token_missing"),
        ("Bearer darwin_nobody", "token_unknown"),
        ("Bearer ’é", "token_unknown"),
    ],
)
def test_without_a_token_that_holds_nothing_opens(header: str, code: str) -> None:
    machine = Machine(*BOTH)
    machine.secret = ""
    response = machine.get("/api/token", Authorization=header)
    assert refusal(response) == (401, code)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_with_its_days_and_when_it_is_revoked() -> None:
    with clock.standing_at(NOON):
        machine = Machine(*BOTH)
        other = Machine(*BOTH)
        revoke_token(actor=Actor.system("test"), token=other.token, reason="The contract ended.")
        assert machine.get("/api/token").status_code == 200
        revoked = other.get("/api/token")
        assert refusal(revoked) == (401, "token_revoked")
        assert "22 Nov 2026, 12:00" in revoked.json()["title"]
    with clock.standing_at(NOON + timedelta(days=30) - timedelta(seconds=1)):
        assert machine.get("/api/token").status_code == 200
    with clock.standing_at(NOON + timedelta(days=30)):
        assert refusal(machine.get("/api/token")) == (401, "token_over")


def test_the_last_use_is_kept_to_the_hour_and_the_secret_not_at_all() -> None:
    with clock.standing_at(NOON):
        machine = Machine(*BOTH)
        machine.get("/api/token")
    for later, kept in ((59, NOON), (60, NOON + timedelta(minutes=60)), (61, NOON + timedelta(minutes=60))):
        with clock.standing_at(NOON + timedelta(minutes=later)):
            machine.get("/api/token")
        machine.token.refresh_from_db()
        assert machine.token.last_used_at == kept
    row = ApiToken.objects.values().get(pk=machine.token.pk)
    assert machine.secret not in str(row) and machine.signing_secret not in str(row)


def test_a_token_that_was_over_is_not_noted_as_used() -> None:
    machine = Machine(*BOTH)
    revoke_token(actor=Actor.system("test"), token=machine.token)
    machine.get("/api/token")
    machine.token.refresh_from_db()
    assert machine.token.last_used_at is None


@pytest.mark.parametrize(
    ("method", "address", "expected"),
    [
        ("GET", "/api/", (404, "no_such_address")),
        ("GET", "/api/nothing", (404, "no_such_address")),
        ("POST", "/api/contacts/", (404, "no_such_address")),
        ("GET", "/api/contacts/not-an-id", (404, "no_such_address")),
        ("GET", "/api/contacts", (405, "method_wrong")),
        ("DELETE", "/api/token", (405, "method_wrong")),
        ("GET", "/api/contacts/0199aaaa-0000-7000-8000-000000000000", (404, "not_found")),
    ],
)
def test_an_address_or_method_that_is_not_there_is_told_so(
    method: str, address: str, expected: tuple[int, str]
) -> None:
    assert refusal(Machine(*BOTH).send(method, address, b"")) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", (400, "not_json")),
        (b"\xff\xfe", (400, "not_json")),
        (b"[" * 20_000, (400, "not_json")),
        (b"[]", (422, "fields_wrong")),
        (b"null", (422, "fields_wrong")),
        (b'{"channel": 7}', (422, "fields_wrong")),
        (b"{}", (422, "fields_wrong")),
        (b" " * 64_001, (413, "too_large")),
    ],
)
def test_content_that_cannot_be_read_is_refused_and_keeps_nothing(
    content: bytes, expected: tuple[int, str]
) -> None:
    response = Machine(*BOTH).send("POST", "/api/contacts", content)
    assert refusal(response) == expected
    assert "Nothing was kept" in response.json()["detail"]
    assert not Contact.objects.exists()


def test_a_content_that_does_not_say_its_length_is_refused() -> None:
    machine = Machine(*BOTH)
    response = machine.send("POST", "/api/contacts", b"{}", Content_Length="")
    assert response.status_code == 422
    bare = machine.browser.generic(
        "POST",
        "/api/contacts",
        b"",
        content_type="application/json",
        headers={"Authorization": f"Bearer {machine.secret}", "Transfer-Encoding": "chunked"},
    )
    assert refusal(bare) == (411, "length_missing")


def test_a_session_never_opens_the_api_and_a_token_never_a_page() -> None:
    machine = Machine(*BOTH)
    page = machine.get("/staff/accounts/")
    assert page.status_code == 302 and "/sign-in/" in page.headers["Location"]


def test_forms_need_no_protection_here_because_no_cookie_is_looked_at() -> None:
    machine = Machine(*BOTH, client=None)
    machine.browser = Client(enforce_csrf_checks=True)
    assert machine.post("/api/contacts", ADVICE).status_code == 201


# --- one key, one effect ---


def test_the_same_request_again_has_one_effect_and_the_same_answer() -> None:
    machine = Machine(*BOTH)
    first = machine.post("/api/contacts", ADVICE, Idempotency_Key="order-0001")
    again = machine.post("/api/contacts", ADVICE, Idempotency_Key="order-0001")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Contact.objects.count() == 1
    entries = Entry.objects.filter(actor_id=machine.token.id, event="contact.contact_logged")
    assert entries.count() == 1


def test_the_same_key_with_other_content_is_refused_and_the_first_stands() -> None:
    machine = Machine(*BOTH)
    machine.post("/api/contacts", ADVICE, Idempotency_Key="order-0001")
    other = machine.post("/api/contacts", ADVICE | {"channel": "EMAIL"}, Idempotency_Key="order-0001")
    assert refusal(other) == (422, "key_reused")
    assert "the first one stands" in other.json()["kept"]
    assert [contact.channel for contact in Contact.objects.all()] == ["PHONE_101"]


def test_keys_of_two_clients_are_two_keys() -> None:
    for name in ("north", "south"):
        response = Machine(*BOTH, name=name).post("/api/contacts", ADVICE, Idempotency_Key="order-0001")
        assert response.status_code == 201
    assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    ("key", "code"), [("", "key_missing"), ("short", "key_unreadable"), ("x" * 201, "key_unreadable")]
)
def test_a_request_without_a_usable_key_is_refused(key: str, code: str) -> None:
    response = Machine(*BOTH).post("/api/contacts", ADVICE, Idempotency_Key=key)
    assert refusal(response) == (400, code)
    assert not Contact.objects.exists()


def test_a_refused_request_leaves_its_key_free() -> None:
    machine = Machine(*BOTH)
    wrong = machine.post("/api/contacts", {"channel": "NO_SUCH"}, Idempotency_Key="order-0001")
    assert refusal(wrong) == (422, "fields_wrong")
    assert machine.post("/api/contacts", ADVICE, Idempotency_Key="order-0001").status_code == 201


def test_kept_answers_hold_nothing_that_was_sent_and_end_after_a_day() -> None:
    with clock.standing_at(NOON):
        machine = Machine(*BOTH)
        told = ADVICE | {"number": "07700 900142", "narrative": "The gate was forced."}
        machine.post("/api/contacts", told, Idempotency_Key="order-0001")
        kept = str(ApiAnswer.objects.values().get())
        assert "900142" not in kept and "gate" not in kept
    with clock.standing_at(NOON + KEPT_FOR):
        act_on_all_due()
        assert not ApiAnswer.objects.exists()
        # The key is free by now, and stands for another contact.
        again = machine.post("/api/contacts", ADVICE | {"channel": "EMAIL"}, Idempotency_Key="order-0001")
        assert again.status_code == 201
        assert Contact.objects.count() == 2
    # The clock goes on while a token can be used, and ends with the last.
    assert Deadline.objects.filter(kind=FORGET, state="open").count() == 1
    with clock.standing_at(NOON + timedelta(days=40)):
        act_on_all_due()
        act_on_all_due()
    assert not Deadline.objects.filter(kind=FORGET, state="open").exists()
    assert not ApiAnswer.objects.exists()


def test_an_answer_that_is_over_but_not_yet_deleted_is_not_given_again() -> None:
    with clock.standing_at(NOON):
        machine = Machine(*BOTH)
        machine.post("/api/contacts", ADVICE, Idempotency_Key="order-0001")
    with clock.standing_at(NOON + KEPT_FOR + timedelta(seconds=1)):
        again = machine.post("/api/contacts", ADVICE, Idempotency_Key="order-0001")
    assert "Idempotency-Replayed" not in again.headers


# --- pace, outage, signatures ---


def test_a_token_that_asks_too_fast_waits_and_the_others_do_not(monkeypatch: Any) -> None:
    monkeypatch.setattr(rate, "AT_ONCE", 3.0)
    monkeypatch.setattr(rate, "A_SECOND", 0.001)
    machine, other = Machine(*BOTH), Machine(*BOTH)
    statuses = [machine.get("/api/token").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = machine.get("/api/token")
    assert refusal(refused) == (429, "too_fast")
    assert int(refused.headers["Retry-After"]) > 0
    assert other.get("/api/token").status_code == 200


def test_a_database_that_is_away_is_said_with_when_to_ask_again(monkeypatch: Any) -> None:
    def away(**_: Any) -> None:
        raise OperationalError("connection to server at 10.0.0.7 failed: 07700 900142")

    machine = Machine(*BOTH)
    monkeypatch.setattr("darwin.contact.api.contacts.log_contact", away)
    response = machine.post("/api/contacts", ADVICE)
    assert refusal(response) == (503, "database_away")
    assert response.headers["Retry-After"] == "10"
    assert "10.0.0.7" not in response.content.decode()


def test_a_mistake_of_ours_tells_nothing_of_what_was_sent(monkeypatch: Any, caplog: Any) -> None:
    def wrong(**_: Any) -> None:
        raise KeyError("07700 900142")

    machine = Machine(*BOTH)
    monkeypatch.setattr("darwin.contact.api.contacts.log_contact", wrong)
    response = machine.post("/api/contacts", ADVICE)
    assert refusal(response) == (500, "mistake_of_ours")
    assert "900142" not in response.content.decode()
    assert response.headers["X-Request-ID"]


def test_no_secret_reaches_a_log(caplog: Any, tmp_path: Any) -> None:
    from darwin.config.logs import JsonLines

    machine = Machine("telephony.events")
    with caplog.at_level(0):
        machine.post("/api/telephony/events", [])
        machine.post("/api/telephony/events", [], Darwin_Signature="t=1,v1=" + "0" * 64)
        machine.post("/api/contacts", ADVICE)
        machine.send("POST", "/api/telephony/events", b"{")
    lines = "\n".join(JsonLines().format(record) for record in caplog.records)
    assert "telephony-events" in lines
    for secret in (machine.secret, machine.secret[7:], machine.signing_secret):
        assert secret not in lines


SECRET_ID = UUID("0199aaaa-0000-7000-8000-000000000001")
CONTENT = b'[{"event_id": "1"}]'


def signed(**wrong: Any) -> dict[str, Any]:
    sent = int((NOON + wrong.get("late", timedelta(0))).timestamp())
    secret = wrong.get("secret", signing.signing_secret(SECRET_ID))
    return {"header": signing.sign(secret, sent, CONTENT), "content": wrong.get("content", CONTENT)}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (signed, ""),
        (lambda: signed(late=-signing.REPLAY_WINDOW), ""),
        (lambda: signed(late=signing.REPLAY_WINDOW), ""),
        (lambda: signed(late=-signing.REPLAY_WINDOW - timedelta(seconds=1)), "too_old"),
        (lambda: signed(late=timedelta(hours=1)), "too_new"),
        (lambda: signed(secret="0" * 64), "wrong"),
        (lambda: signed(secret="0" * 64, late=timedelta(hours=-9)), "wrong"),
        (lambda: signed(content=CONTENT + b" "), "wrong"),
        (lambda: signed() | {"header": ""}, "missing"),
        (lambda: signed() | {"header": "v1=00,t=1"}, "unreadable"),
        (lambda: signed() | {"header": "t=١٢٣,v1=" + "0" * 64}, "unreadable"),
        (lambda: signed() | {"header": "t=" + "9" * 40 + ",v1=" + "0" * 64}, "unreadable"),
        # A second signature, made with a secret that is being replaced, does no harm.
        (lambda: signed() | {"header": signed()["header"] + ",v1=" + "0" * 64}, ""),
    ],
)
def test_a_signature_holds_for_its_content_its_token_and_five_minutes(given: Any, code: str) -> None:
    said = ""
    try:
        signing.check_signature(token_id=SECRET_ID, now=NOON, **given())
    except signing.SignatureRefused as refused:
        said = refused.code
    assert said == code


def test_a_signing_secret_outlives_the_change_of_the_houses_key_while_the_old_one_is_kept(
    settings: Any,
) -> None:
    header = signed()["header"]
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-of-the-house-another-key"
    with pytest.raises(signing.SignatureRefused):
        signing.check_signature(header=header, content=CONTENT, token_id=SECRET_ID, now=NOON)
    settings.SECRET_KEY_FALLBACKS = [old]
    signing.check_signature(header=header, content=CONTENT, token_id=SECRET_ID, now=NOON)


# --- declared once ---


def test_an_address_without_a_scope_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="has no scope"):
        behind_scopes([path("open-to-all", lambda request: None, name="open-to-all")])


def test_a_scope_is_declared_once() -> None:
    with pytest.raises(DoubleScope):
        Scope("contact.write", "Again")


def test_the_description_names_every_address_its_scope_and_what_it_wants() -> None:
    said = json.loads(Client().get("/api/openapi.json").content)
    told = {
        operation["x-scope"]: operation
        for methods in said["paths"].values()
        for operation in methods.values()
    }
    assert set(told) == {scope.name for scope in all_scopes()}
    for scope in all_scopes():
        wanted = {parameter["name"] for parameter in told[scope.name]["parameters"]}
        assert (signing.HEADER in wanted) == scope.signed
        assert told[scope.name]["security"] == [{"Bearer": []}]
    assert "Idempotency-Key" in {one["name"] for one in told["contact.write"]["parameters"]}
    events = told["telephony.events"]["requestBody"]["content"]["application/json"]["schema"]
    assert {one["title"] for one in events["items"]["oneOf"]} >= {"call.queued", "snapshot", "heartbeat"}
