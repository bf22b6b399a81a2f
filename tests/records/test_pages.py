"""The pages of records: what is restricted, what is recorded of a look, and what is decided on them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry, EntrySubject, Reason
from darwin.records.models import Person, PersonMerge
from darwin.records.services.markers import restrict_record
from darwin.staff.models import Account

from .addresses import priya, reviews_of

ACTOR = Actor.system("test")


@pytest.fixture
def person(house: None) -> Person:
    return priya()


def test_a_search_records_everyone_it_shows(
    person: Person, handler: Account, signed_in: Callable[..., Client]
) -> None:
    page = signed_in(handler).get(reverse("records:search"), {"q": "Desay Priya"})
    assert "sounds like Desay" in page.content.decode()
    entry = Entry.objects.filter(event="records.search", actor_id=handler.id).latest("id")
    seen = EntrySubject.objects.filter(entry_id=entry.id).values_list("id", flat=True)
    assert person.id in seen


def test_what_was_typed_is_kept_when_the_date_is_wrong(
    person: Person, handler: Account, signed_in: Callable[..., Client]
) -> None:
    page = signed_in(handler).get(reverse("records:search"), {"q": "Priya", "born": "31/11/1984"})
    assert page.status_code == 400
    assert "That day does not exist. What you typed is kept." in page.content.decode()
    assert 'value="31/11/1984"' in page.content.decode()


@pytest.mark.parametrize("address", ["person", "person_history"])
def test_a_restricted_person_shows_no_content(
    person: Person, handler: Account, signed_in: Callable[..., Client], address: str
) -> None:
    restrict_record(actor=ACTOR, kind="person", record_id=person.id, reason="An officer’s own")
    page = signed_in(handler).get(reverse(f"records:{address}", args=[person.id])).content.decode()
    assert "Restricted. Ring the duty inspector." in page
    assert not any(word in page for word in ("Priya", "Desai", "900142", "Narborough", "dogs"))
    assert "Open the record" not in page


def test_no_list_tells_a_restricted_name(
    person: Person, handler: Account, signed_in: Callable[..., Client]
) -> None:
    restrict_record(actor=ACTOR, kind="person", record_id=person.id, reason="An officer’s own")
    client = signed_in(handler)
    tied: list[tuple[str, Any]] = [
        ("phone", person.phone_uses.get().phone_id),
        ("location", person.places.get().location_id),
        ("vehicle", person.vehicles.get().vehicle_id),
    ]
    for name, identifier in tied:
        page = client.get(reverse(f"records:{name}", args=[identifier])).content.decode()
        assert "Restricted. Ring the duty inspector." in page and "Priya" not in page, name
    page = client.get(reverse("records:search"), {"q": "Pinky Desai"}).content.decode()
    assert "Restricted. Ring the duty inspector." in page and "Priya" not in page


def test_the_duty_inspector_opens_it_with_a_reason_that_is_recorded(
    person: Person, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    restrict_record(actor=ACTOR, kind="person", record_id=person.id, reason="An officer’s own")
    inspector = make("duty_inspector")
    client, address = signed_in(inspector), reverse("records:person", args=[person.id])
    assert "Priya" not in client.get(address).content.decode()
    without = client.post(address, {"reason": " "})
    assert without.status_code == 422 and "Priya" not in without.content.decode()
    assert "Priya" in client.post(address, {"reason": "Officers are going there"}).content.decode()
    entry = Entry.objects.filter(event="records.person_opened", actor_id=inspector.id).latest("id")
    assert Reason.objects.get(pk=entry.reason_id).text == "Officers are going there"


def test_records_are_joined_on_their_page_and_taken_apart_again(
    person: Person, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    other = priya("Desay")
    client = signed_in(make("contact_supervisor"))
    address = reverse("records:merge", args=[person.id, other.id])
    assert "Desay" in client.get(address).content.decode()
    refused = client.post(address, {"reason": "Same person"})
    assert refused.status_code == 422 and "Choose one of the two" in refused.content.decode()
    client.post(address, {"reason": "Same person", "name": "survivor"})
    merge = PersonMerge.objects.get()
    assert (
        client.get(reverse("records:person", args=[other.id]))
        .headers["Location"]
        .endswith(reverse("records:person", args=[person.id]))
    )
    client.post(reverse("records:merge_undo", args=[merge.id]), {"reason": "Sisters"})
    other.refresh_from_db()
    assert other.merged_into_id is None


def test_a_disposal_is_proposed_by_one_and_confirmed_by_another(
    person: Person, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    review = reviews_of([person.id])[0]
    one, other = make("data_protection_officer"), make("investigation_supervisor")
    first, second = signed_in(one), signed_in(other)
    first.post(reverse("records:review_change", args=[review.id, "dispose"]), {"reason": "No use"})
    page = first.get(reverse("records:reviews")).content.decode()
    assert "You proposed it; somebody else confirms." in page
    first.post(reverse("records:review_change", args=[review.id, "confirm"]))
    person.refresh_from_db()
    assert person.disposed_at is None
    second.post(reverse("records:review_change", args=[review.id, "confirm"]))
    person.refresh_from_db()
    assert person.disposed_at is not None and person.family_name == ""


def test_a_pack_is_handed_out_as_a_tagged_document(
    person: Person, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    client = signed_in(make("data_protection_officer"))
    address = reverse("records:subject_access", args=[person.id])
    asked = {"recipient": "The person", "reason": "Request of 2 November", "form": "pdf"}
    answer = client.post(address, asked)
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert "attachment" in answer["Content-Disposition"]
    assert client.post(address, {**asked, "recipient": ""}).status_code == 422
