"""POST /api/contacts and GET /api/contacts/{id}: the handler's own service, for another system."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from darwin.contact.models import CallbackPromise, Contact, ContactRecord, FailureDemandTag, ReferralNote
from darwin.contact.services.logging import ContactEntry, log_contact
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry, EntrySubject
from tests.staff.machines import Machine

from .calls import NOON, at

CONTACTS = "/api/contacts"
TOLD = {
    "channel": "PARTNER_SYSTEM",
    "taken_at": at(-600),
    "number": "07700 900142",
    "caller_role": "WITNESS",
    "language": "cy",
    "disposition": "REFERRED",
    "narrative": "Two people at the back gate.",
    "location": "Behind the library",
    "access_needs": "Speaks Welsh",
    "tags": ["CHASING_UPDATE", "NOBODY_CAME"],
    "promise_by": at(3600),
    "referrals": [{"agency": "City council", "reason": "A broken street light"}],
    "reference": "CAD-0007",
}


@pytest.fixture
def system() -> Machine:
    return Machine("contact.write", "contact.read", name="partner-cad")


def log(machine: Machine, told: Any = TOLD, **headers: Any) -> Any:
    with clock.standing_at(NOON):
        return machine.post(CONTACTS, told, **headers)


def read(machine: Machine, contact_id: str) -> Any:
    return machine.get(f"{CONTACTS}/{contact_id}")


def test_a_contact_is_logged_with_all_that_came_of_it(system: Machine) -> None:
    said = log(system)
    assert said.status_code == 201
    assert (said.json()["version"], said.json()["already_known"]) == (1, False)
    contact = Contact.objects.get(pk=said.json()["id"])
    assert (contact.source, contact.source_key) == ("api/partner-cad", "CAD-0007")
    assert (contact.channel, contact.caller_number) == ("PARTNER_SYSTEM", "+447700900142")
    assert (contact.disposition, contact.language) == ("REFERRED", "cy")
    assert contact.first_offered_at == NOON - timedelta(minutes=10)
    record = ContactRecord.objects.get()
    assert (record.narrative, record.location) == (TOLD["narrative"], TOLD["location"])
    assert record.recorded_by == system.token.id
    tags = FailureDemandTag.objects.order_by("cause").values_list("cause", "tagged_by")
    assert list(tags) == [("CHASING_UPDATE", system.token.id), ("NOBODY_CAME", system.token.id)]
    assert CallbackPromise.objects.get().promised_by == NOON + timedelta(hours=1)
    assert ReferralNote.objects.get().agency == "City council"


def test_the_ledger_names_the_client_and_nothing_that_was_told(system: Machine) -> None:
    contact_id = UUID(log(system).json()["id"])
    [entry] = Entry.objects.filter(event="contact.contact_logged", actor_id=system.token.id)
    assert (entry.actor_kind, entry.verb) == ("integration", "collect")
    assert EntrySubject.objects.filter(entry_id=entry.id, id=contact_id, kind="contact").exists()
    assert "narrative" in entry.fields and "gate" not in str(vars(entry))


def test_told_again_under_its_reference_it_is_the_next_version_and_nothing_is_lost(system: Machine) -> None:
    first = log(system).json()
    second = log(system, TOLD | {"narrative": "They have left.", "disposition": "ADVICE"})
    assert second.json() == {"id": first["id"], "version": 2, "already_known": False}
    third = log(system, TOLD | {"narrative": "They have left.", "disposition": "ADVICE"})
    assert (third.status_code, third.json()["already_known"]) == (200, True)
    kept = ContactRecord.objects.order_by("version").values_list("narrative", flat=True)
    assert list(kept) == [TOLD["narrative"], "They have left."]
    assert Contact.objects.get().disposition == "ADVICE"
    assert CallbackPromise.objects.count() == 1


def test_without_a_reference_each_request_is_a_contact(system: Machine) -> None:
    bare = {"channel": "EMAIL"}
    ids = {log(system, bare).json()["id"] for _ in range(2)}
    assert len(ids) == Contact.objects.count() == 2
    assert read(system, ids.pop()).json()["reference"] == ""


@pytest.mark.parametrize(
    ("number", "kept", "withheld", "read_back"),
    [
        (None, None, False, None),
        ("", None, True, ""),
        ("0116 496 0173", "+441164960173", False, "+441164960173"),
        ("2101", "2101", False, "2101"),
    ],
)
def test_a_number_is_kept_as_everywhere_in_the_house(
    system: Machine, number: Any, kept: Any, withheld: bool, read_back: Any
) -> None:
    said = log(system, {"channel": "PHONE_101", "number": number}).json()
    contact = Contact.objects.get()
    assert (contact.caller_number, contact.withheld) == (kept, withheld)
    assert read(system, said["id"]).json()["number"] == read_back


def test_what_was_logged_can_be_read_back_and_the_reading_is_recorded(system: Machine) -> None:
    contact_id = log(system).json()["id"]
    said = read(system, contact_id).json()
    for name in ("channel", "disposition", "language", "reference"):
        assert said[name] == TOLD[name]
    assert said["tags"] == TOLD["tags"]
    assert (said["record"]["version"], said["record"]["narrative"]) == (1, TOLD["narrative"])
    [entry] = Entry.objects.filter(verb="consult", actor_id=system.token.id)
    assert entry.event == "contact.api_contact"


def test_a_client_reads_what_it_logged_itself_and_nothing_else(system: Machine) -> None:
    own = log(system).json()["id"]
    other = Machine("contact.read", name="other-system")
    by_hand = log_contact(actor=Actor.system("test"), entry=ContactEntry(taken_at=NOON, narrative="Quiet"))
    for machine, contact_id in ((other, own), (system, by_hand.contact_id)):
        refused = read(machine, str(contact_id))
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert not Entry.objects.filter(verb="consult", actor_id=machine.token.id).exists()
    # A new token of the same client goes on where the old one ended.
    assert read(Machine("contact.read", name="partner-cad"), own).status_code == 200


def test_two_clients_may_use_the_same_reference(system: Machine) -> None:
    log(system)
    log(Machine("contact.write", name="other-system"))
    assert Contact.objects.count() == 2


def but(**wrong: Any) -> dict[str, Any]:
    return {name: value for name, value in (TOLD | wrong).items() if value is not ...}


WRONG = [
    (but(channel=...), "channel", "is missing."),
    (but(channel="CARRIER_PIGEON"), "channel", "holds a code that is not on the force's list."),
    (but(channel=""), "channel", "is empty."),
    (but(caller_role="KING"), "caller_role", "holds a code that is not on the force's list."),
    (but(disposition="x" * 41), "disposition", "has more than 40 characters."),
    (but(tags=["RAIN"]), "tags", "holds a code that is not on the force's list."),
    (but(tags="RAIN"), "tags", "must be a list."),
    (but(tags=["NOBODY_CAME"] * 21), "tags", "has more than 20 entries."),
    (but(taken_at="2026-11-22T12:00:00"), "taken_at", "has no offset from UTC"),
    (but(taken_at="noon"), "taken_at", "must be a moment such as 2026-11-22T14:28:16Z."),
    (but(taken_at=at(3600)), "taken_at", "lies ahead of Darwin's clock."),
    (but(number="4" * 40), "number", "has 40 digits; a telephone number has at most 15."),
    (but(number="sip:" + "x" * 40), "number", "has more than 40 characters."),
    (but(number=7700900142), "number", "must be a text."),
    (but(narrative="x" * 20_001), "narrative", "has more than 20,000 characters."),
    (but(narrative="a\x00b"), "narrative", "holds a character that cannot be kept"),
    (but(location="x" * 501), "location", "has more than 500 characters."),
    (but(promise_by="soon"), "promise_by", "must be a moment"),
    (but(referrals=[{"reason": "none"}]), "referrals.0.agency", "is missing."),
    (but(referrals=[{"agency": " "}]), "referrals.0.agency", "is empty."),
    (but(referrals=[{"agency": "a\x00"}]), "referrals.0.agency", "holds a character that cannot"),
    (but(entered_later="perhaps"), "entered_later", "must be true or false."),
    (but(colour="red"), "colour", "is not a field of this address."),
    (but(reference=""), "reference", "is empty."),
]


@pytest.mark.parametrize(("told", "where", "wrong"), WRONG, ids=[f"{w}: {s[:40]}" for _, w, s in WRONG])
def test_a_contact_that_is_told_wrongly_is_refused_by_field_and_nothing_is_kept(
    system: Machine, told: Any, where: str, wrong: str
) -> None:
    said = log(system, told)
    assert said.status_code == 422
    refusal = said.json()
    assert (refusal["where"], wrong in refusal["title"]) == (where, True), refusal
    assert "Nothing was kept." in refusal["detail"]
    # No value of a caller goes back, or into a log behind us.
    assert "900142" not in said.content.decode() and "4444" not in said.content.decode()
    assert not Contact.objects.exists()


def test_every_fault_is_listed_at_once(system: Machine) -> None:
    said = log(system, but(channel=7, narrative=7, colour="red")).json()
    assert {fault["where"] for fault in said["faults"]} == {"channel", "narrative", "colour"}
    assert "2 more are listed in faults." in said["title"]
