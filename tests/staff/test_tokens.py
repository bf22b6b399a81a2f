"""Tokens of other systems as the administrator makes and revokes them, and as the ledger names them."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import transaction

from darwin.contact.services.logging import ContactEntry, log_contact
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.models import Entry
from darwin.ledger.services import record_entry
from darwin.staff.commands import commands
from darwin.staff.models import ApiToken
from darwin.staff.services.accounts import StaffFault
from darwin.staff.services.tokens import PREFIX, hash_of, make_token, revoke_token

from .machines import Machine
from .people import someone

pytestmark = pytest.mark.usefixtures("operational_house")
GOOD = {"client": "genesys-north", "scopes": ["telephony.events"], "days": "30"}


@pytest.fixture
def administrator(signed_in: Any) -> Any:
    account = someone("administrator", display_name="Ruth Adeyemi")
    client = signed_in(account)
    client.account = account
    return client


def test_a_token_is_made_its_secrets_shown_once_and_kept_nowhere(administrator: Any) -> None:
    shown = administrator.post("/staff/tokens/make/", GOOD)
    assert shown.status_code == 200
    token = ApiToken.objects.get()
    text = shown.content.decode()
    secret, signing = re.findall(r"<code>([^<]+)</code>", text)
    assert secret.startswith(PREFIX) and hash_of(secret) == token.secret_hash
    assert "no-store" in shown.headers["Cache-Control"]
    opened = administrator.get("/api/token", headers={"Authorization": f"Bearer {secret}"})
    assert opened.json()["client"] == "genesys-north"
    later = administrator.get("/staff/tokens/").content.decode()
    assert "genesys-north" in later and "Ruth Adeyemi" in later
    assert secret not in later and signing not in later
    [entry] = Entry.objects.filter(event="staff.made_api_token", actor_id=administrator.account.id)
    assert (entry.verb, entry.counts) == ("collect", {"scopes": 1})


def test_only_a_client_that_signs_is_given_a_secret_for_it(administrator: Any) -> None:
    shown = administrator.post("/staff/tokens/make/", GOOD | {"scopes": ["contact.write"]})
    assert len(re.findall(r"<code>", shown.content.decode())) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"client": ""}, "The system has no name yet."),
        ({"client": "Genesys North"}, "cannot name a system"),
        ({"client": "x"}, "cannot name a system"),
        ({"client": "line-07700900142"}, "not five digits in a row"),
        ({"scopes": []}, "The token opens nothing yet."),
        ({"scopes": ["token.read"]}, "token.read"),
        ({"days": ""}, "How long it is good is not said yet."),
        ({"days": "soon"}, "This is not a whole number of days."),
        ({"days": "0"}, "A token is good for at least a day."),
        ({"days": "367"}, "A token is good for 1 to 366 days; 367 is outside."),
    ],
)
def test_a_token_that_will_not_do_is_refused_with_what_was_typed(
    administrator: Any, wrong: Any, sentence: str
) -> None:
    shown = administrator.post("/staff/tokens/make/", GOOD | wrong)
    assert shown.status_code == 422
    text = shown.content.decode()
    assert sentence in text
    typed = (GOOD | wrong)["client"]
    assert not typed or f'value="{typed}"' in text
    assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing_any_more_and_its_row_stays(administrator: Any) -> None:
    machine = Machine("contact.write")
    address = f"/staff/tokens/{machine.token.id}/revoke/"
    assert administrator.post(address, {"reason": "The contract ended."}).status_code == 302
    assert machine.get("/api/token").json()["code"] == "token_revoked"
    assert "revoked" in administrator.get("/staff/tokens/").content.decode()
    again = administrator.post(address, {})
    assert again.status_code == 422
    assert "This token is revoked already. Nothing was changed." in again.content.decode()
    assert Entry.objects.filter(event="staff.revoked_api_token").count() == 1


@pytest.mark.parametrize(
    "wrong", [{"scopes": ["nothing.such"]}, {"scopes": []}, {"days": 0}, {"client": "a--1--23456"}]
)
def test_the_service_refuses_what_the_form_would(wrong: Any) -> None:
    given: dict[str, Any] = {"client": "north", "scopes": ["contact.write"], "days": 3}
    with pytest.raises(StaffFault):
        make_token(actor=Actor.system("test"), **(given | wrong))
    assert not ApiToken.objects.exists()


def test_a_client_keeps_its_contacts_when_its_token_is_replaced() -> None:
    old, new = Machine("contact.read", name="cad"), Machine("contact.read", name="cad")
    logged = log_contact(
        actor=old.token.actor, entry=ContactEntry(taken_at=clock.now()), source="api/cad", source_key="1"
    )
    revoke_token(actor=Actor.system("test"), token=old.token)
    assert new.get(f"/api/contacts/{logged.contact_id}").status_code == 200


# --- in the ledger ---


def test_the_ledger_names_the_system_and_finds_what_it_did(signed_in: Any) -> None:
    reader = signed_in(someone("auditor"))
    first, second = Machine("contact.write", name="cad-link"), Machine("contact.write", name="cad-link")
    other = Machine("contact.write", name="chat-link")
    with transaction.atomic():
        for machine in (first, second, other):
            record_entry(actor=machine.token.actor, verb=Verb.COLLECT, event="contact.tested_tokens")
    rows = reader.get("/ledger/", {"event": "contact.tested_tokens"}).context["rows"]
    assert sorted(row.who.name for row in rows) == [
        "another system: cad-link", "another system: cad-link", "another system: chat-link",
    ]  # fmt: skip
    found = reader.get("/ledger/", {"by": "cad-link", "event": "contact.tested_tokens"}).context["rows"]
    assert {row.who.name for row in found} == {"another system: cad-link"}
    assert len(found) == 2
    # The search itself is about those tokens.
    assert Entry.objects.filter(event="ledger.search", verb="consult").exists()


# --- on the command line ---


def run(*words: str) -> Any:
    result = CliRunner().invoke(commands, ["token", *words])
    if result.exception:
        raise result.exception
    return result


def test_a_token_made_on_the_command_line_opens_the_door_and_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "token.json"
    run("make", "north", "--scope", "telephony.events", "--days", "3", "--out", str(file))
    said = json.loads(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(said) == {"client", "token", "signing_secret", "scopes", "good_until"}
    machine = Machine()
    machine.secret = said["token"]
    assert machine.get("/api/token").json()["client"] == "north"
    token = ApiToken.objects.get(client="north")
    assert token.good_until - token.made_at == timedelta(days=3)


def test_a_file_that_is_there_is_not_written_over_and_no_token_is_made(tmp_path: Path) -> None:
    file = tmp_path / "token.json"
    file.write_text("older")
    with pytest.raises(DarwinError, match=r"cannot be made: File exists\. No token was made\."):
        run("make", "north", "--scope", "contact.write", "--out", str(file))
    with pytest.raises(StaffFault):
        run("make", "north", "--scope", "no.such", "--out", str(tmp_path / "other.json"))
    assert file.read_text() == "older" and not (tmp_path / "other.json").exists()
    assert not ApiToken.objects.exists()


def test_tokens_are_listed_without_secrets_and_revoked_by_identifier() -> None:
    made = json.loads(run("make", "north", "--scope", "contact.write").stdout)
    listed = run("list").stdout
    token = ApiToken.objects.get()
    assert str(token.id) in listed and "good until" in listed and "never used" in listed
    assert made["token"] not in listed and token.secret_hash not in listed
    run("revoke", str(token.id), "--reason", "Lost")
    assert "revoked" in run("list").stdout
    with pytest.raises(StaffFault, match="There is no such token"):
        run("revoke", "0199aaaa-0000-7000-8000-000000000000")
