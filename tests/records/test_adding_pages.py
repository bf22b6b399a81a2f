"""Adding to a record, ending, restricting and joining on pages: what is typed is kept, what was stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.records.models import (
    Person,
    PersonLocation,
    PersonVehicle,
    RestrictedRecord,
    ValueChange,
    Vehicle,
)
from darwin.records.parts import PARTS
from darwin.records.services.markers import MarkerRefused, mark_warning, restrict_record
from darwin.records.services.merges import merge_people
from darwin.records.services.people import PersonRefused
from darwin.records.services.phones import record_use
from darwin.records.services.places import record_vehicle
from darwin.staff.models import Account

from .addresses import priya

ACTOR = Actor.system("test")


@pytest.fixture
def person(house: None) -> Person:
    return priya()


@pytest.fixture
def client_of(signed_in: Callable[..., Client], handler: Account) -> Client:
    return signed_in(handler)


# Adding and ending

ADDED: list[tuple[str, dict[str, str], str]] = [
    ("name", {"kind": "BIRTH", "given_name": "Priya", "family_name": "Chaudhari"}, "Priya Chaudhari"),
    ("number", {"number": "0116 496 0173", "since": "1/2/2026"}, "0116 496 0173"),
    ("place", {"kind": "WORK", "street": "Granby Street", "town": "Leicester"}, "Granby Street"),
    ("vehicle", {"vrm": "XY21 ZZZ", "kind": "DRIVER", "colour": "Blue"}, "XY21ZZZ"),
    ("vulnerability", {"code": "DEMENTIA", "source": "Her daughter", "note": "Since spring"}, "Since spring"),
    ("warning", {"code": "WEAPONS", "source": "Officer on scene", "note": "A knife by the door"}, "A knife"),
]


def add_address(person: Person, part: str) -> str:
    if part == "number":
        return reverse("records:person_number_add", args=[person.id])
    return reverse("records:person_add", args=[person.id, part])


def end_address(person: Person, part: str, row: Any) -> str:
    if part == "number":
        return reverse("records:person_number_end", args=[person.id, row.pk])
    return reverse("records:person_end", args=[person.id, part, row.pk])


@pytest.mark.parametrize(("part", "typed", "shown"), ADDED)
def test_a_part_is_added_and_ended_and_stays_in_the_record(
    client_of: Client, person: Person, part: str, typed: dict[str, str], shown: str
) -> None:
    before = set(PARTS[part].open_rows(person).values_list("pk", flat=True))
    answer = client_of.post(add_address(person, part), typed)
    assert answer.status_code == 302, answer.content.decode()
    page = client_of.get(reverse("records:person", args=[person.id])).content.decode()
    assert shown in page.replace("\N{NO-BREAK SPACE}", " ")
    (row,) = PARTS[part].open_rows(person).exclude(pk__in=before)
    ending = end_address(person, part, row)
    assert client_of.get(ending).status_code == 200
    client_of.post(ending, {"reason": "Moved on"})
    row.refresh_from_db()
    assert getattr(row, PARTS[part].ended) is not None
    # Pressed again, it says so and changes nothing.
    at = getattr(row, PARTS[part].ended)
    client_of.post(ending, {"reason": "Again"})
    row.refresh_from_db()
    assert getattr(row, PARTS[part].ended) == at


@pytest.mark.parametrize(("part", "typed", "shown"), ADDED[1:])
def test_what_holds_already_is_said_and_not_recorded_twice(
    client_of: Client, person: Person, part: str, typed: dict[str, str], shown: str
) -> None:
    # Another name may stand twice: from two sources.
    client_of.post(add_address(person, part), typed)
    rows = PARTS[part].open_rows(person).count()
    page = client_of.post(add_address(person, part), typed)
    assert page.status_code == 422 and "recorded already" in page.content.decode()
    assert PARTS[part].open_rows(person).count() == rows


@pytest.mark.parametrize(
    ("part", "typed", "said"),
    [
        ("name", {"kind": "BIRTH", "source": "Her mother"}, "Write the other name"),
        ("number", {"number": "no digits", "source": "Her mother"}, "This is no telephone number"),
        ("number", {"number": "07700 900321", "since": "31/11/2026"}, "The 30th of November"),
        ("number", {"number": "07700 900321", "since": "1/1/2090"}, "That day is still to come"),
        ("place", {"kind": "HOME", "source": "Her mother"}, "Write at least a street"),
        ("vehicle", {"vrm": "A", "kind": "KEEPER", "colour": "Blue"}, "2 to 12 letters"),
        ("warning", {"code": "WEAPONS", "note": "A knife", "source": ""}, "Say where this is known from"),
        ("warning", {"code": "WEAPONS", "source": "Officer", "review_on": "1/1/2020"}, "That day is over"),
        ("vulnerability", {"code": "NOT_ONE", "source": "Officer"}, "Choose one of the list"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    client_of: Client, person: Person, part: str, typed: dict[str, str], said: str
) -> None:
    rows = PARTS[part].open_rows(person).count()
    page = client_of.post(add_address(person, part), typed)
    assert page.status_code == 422
    if "November" not in said:
        assert said in page.content.decode()
    else:
        assert "does not exist" in page.content.decode()
    assert all(page.context["form"][name].value() == value for name, value in typed.items())
    assert PARTS[part].open_rows(person).count() == rows


@pytest.mark.parametrize("part", ["vulnerability", "warning"])
def test_a_marker_ends_only_with_a_reason(client_of: Client, person: Person, part: str) -> None:
    row = PARTS[part].open_rows(person).get()
    page = client_of.post(end_address(person, part, row), {"reason": " "})
    assert page.status_code == 422
    row.refresh_from_db()
    assert row.ended_at is None


def test_a_part_of_another_record_cannot_be_ended_from_this_one(client_of: Client, person: Person) -> None:
    other = priya("Desay")
    row = other.places.get()
    assert client_of.post(end_address(person, "place", row)).status_code == 404
    assert PersonLocation.objects.get(pk=row.pk).until is None


def test_to_a_restricted_record_nothing_is_added_and_nothing_of_it_is_shown(
    person: Person, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    rows = {part: PARTS[part].open_rows(person).first() for part in PARTS}
    restrict_record(actor=ACTOR, kind="person", record_id=person.id, reason="An officer’s own")
    for client in (signed_in(make("contact_handler")), signed_in(make("duty_inspector"))):
        addresses = [reverse(f"records:{name}", args=[person.id]) for name in ("correct",)]
        addresses += [add_address(person, part) for part in PARTS]
        addresses += [end_address(person, part, row) for part, row in rows.items()]
        for address in addresses:
            for page in (client.get(address), client.post(address, {"reason": "Because", "number": "1"})):
                words = page.content.decode()
                assert "Restricted. Ring the duty inspector." in words, address
                assert not any(word in words for word in ("Priya", "Desai", "900142", "Narborough"))
    assert all(PARTS[part].open_rows(person).count() == 1 for part in PARTS)


def test_a_record_that_was_joined_leads_to_the_one_that_stays(client_of: Client, person: Person) -> None:
    other = priya("Desay")
    merge_people(actor=ACTOR, survivor=person, absorbed=other, choices={"name": "survivor"}, reason="One")
    other.refresh_from_db()
    for address in (add_address(other, "place"), reverse("records:correct", args=[other.id])):
        assert client_of.get(address).headers["Location"] == reverse("records:person", args=[other.id])
    with pytest.raises(PersonRefused):
        record_use(actor=ACTOR, person=other, number="07700 900321")
    with pytest.raises(PersonRefused):
        mark_warning(actor=ACTOR, on=other, code="DOG", source="Contact")
    with pytest.raises(MarkerRefused):
        mark_warning(actor=ACTOR, on=person, code="WEAPONS", source=" ")


def test_what_is_said_of_a_known_vehicle_takes_the_place_of_what_was_known_and_the_earlier_stays(
    house: None, handler: Account
) -> None:
    record_vehicle(actor=ACTOR, vrm="AB12 CDE", colour="Blue")
    record_vehicle(actor=handler.actor, vrm="ab12cde", make="Ford", colour="Silver")
    record_vehicle(actor=ACTOR, vrm="AB12 CDE")
    vehicle = Vehicle.objects.get()
    assert (vehicle.make, vehicle.colour) == ("Ford", "Silver")
    kept = ValueChange.objects.filter(subject_id=vehicle.id, field="colour").get()
    assert (kept.before, kept.after, kept.changed_by) == ("Blue", "Silver", handler.id)
    assert PersonVehicle.objects.count() == 0


def test_the_earlier_colour_of_a_vehicle_is_on_its_page(client_of: Client, handler: Account) -> None:
    vehicle = record_vehicle(actor=ACTOR, vrm="AB12 CDE", colour="Blue")
    record_vehicle(actor=handler.actor, vrm="AB12 CDE", colour="Silver")
    page = client_of.get(reverse("records:vehicle", args=[vehicle.id])).content.decode()
    assert "Colour: “Blue” until" in page and handler.display_name in page


@pytest.mark.parametrize("kind", ["location", "phone"])
def test_a_place_and_a_number_have_markers_of_their_own(client_of: Client, person: Person, kind: str) -> None:
    row_of = {"location": "place", "phone": "phone"}
    on = person.places.get().location if kind == "location" else person.phone_uses.get().phone
    address = reverse(f"records:{row_of[kind]}_add", args=[on.id, "warning"])
    client_of.post(address, {"code": "WEAPONS", "source": "Officer", "note": "A knife by the door"})
    page = client_of.get(reverse(f"records:{kind}", args=[on.id])).content.decode()
    assert "A knife by the door" in page and "Weapons" in page
    marker = on.warningmarkers.get()
    ending = reverse(f"records:{row_of[kind]}_end", args=[on.id, "warning", marker.id])
    assert ending in page
    client_of.post(ending, {"reason": "Taken away"})
    assert "A knife" not in client_of.get(reverse(f"records:{kind}", args=[on.id])).content.decode()


# Restricting


@pytest.mark.parametrize("kind", ["person", "location", "phone", "vehicle"])
def test_the_duty_inspector_restricts_a_record_and_lets_it_be_seen_again(
    person: Person, kind: str, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    identifier = {
        "person": person.id,
        "location": person.places.get().location_id,
        "phone": person.phone_uses.get().phone_id,
        "vehicle": person.vehicles.get().vehicle_id,
    }[kind]
    client, handler = signed_in(make("duty_inspector")), signed_in(make("contact_handler"))
    record = reverse(f"records:{kind}", args=[identifier])
    restricting = reverse("records:restrict", args=[kind, identifier])
    assert restricting in client.get(record).content.decode()
    assert client.post(restricting, {"reason": " "}).status_code == 422
    assert not RestrictedRecord.objects.exists()
    client.post(restricting, {"reason": "An officer’s own"})
    assert "Restricted. Ring the duty inspector." in handler.get(record).content.decode()
    ending = reverse("records:restriction_end", args=[RestrictedRecord.objects.get().id])
    assert ending in client.get(record).content.decode()
    assert ending not in handler.get(record).content.decode()
    client.post(ending, {"reason": "Moved away"})
    assert "Restricted. Ring" not in handler.get(record).content.decode()
    assert RestrictedRecord.objects.get().ended_at <= clock.now()


# The same person as another record


def test_a_merge_begins_on_the_page_of_a_person(
    person: Person, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    other = priya("Desay")
    client = signed_in(make("contact_supervisor"))
    begin = reverse("records:same_as", args=[person.id])
    assert begin in client.get(reverse("records:person", args=[person.id])).content.decode()
    compare = reverse("records:merge", args=[person.id, other.id])
    # Records like this one are there before anything is typed; itself never.
    for asked in ({}, {"q": "Desay Priya"}, {"q": "0142"}):
        page = client.get(begin, asked).content.decode()
        assert compare in page, asked
        assert reverse("records:merge", args=[person.id, person.id]) not in page
    shown = client.get(compare).content.decode()
    assert reverse("records:merge", args=[other.id, person.id]) in shown
    # Values are in words, as on the page of a person.
    assert (
        "Female" in shown
        and "GROUP_3" not in shown
        and "7 Mar 1984" in shown.replace("\N{NO-BREAK SPACE}", " ")
    )


def test_a_restricted_record_is_offered_to_no_merge(
    person: Person, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    other = priya("Desay")
    restrict_record(actor=ACTOR, kind="person", record_id=other.id, reason="An officer’s own")
    client = signed_in(make("contact_supervisor"))
    page = client.get(reverse("records:same_as", args=[person.id])).content.decode()
    assert "Restricted. Ring the duty inspector." in page and "Desay" not in page
    assert reverse("records:merge", args=[person.id, other.id]) not in page


def test_the_page_of_a_person_shows_each_role_what_it_may_do(
    person: Person, make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    links = {
        "add": add_address(person, "place"),
        "number": add_address(person, "number"),
        "same": reverse("records:same_as", args=[person.id]),
        "restrict": reverse("records:restrict", args=["person", person.id]),
        "hold": reverse("records:hold", args=[person.id]),
        "review": reverse("records:reviews") + f"?person={person.id}",
        "answer": reverse("records:subject_access", args=[person.id]),
    }
    expected = {
        "contact_handler": {"add", "number"},
        "officer": {"add"},
        "contact_supervisor": {"add", "number", "same"},
        "duty_inspector": {"add", "number", "same", "restrict"},
        "investigation_supervisor": {"add", "number", "same", "hold", "review"},
        "data_protection_officer": {"same", "hold", "review", "answer"},
    }
    for role, wanted in expected.items():
        page = signed_in(make(role)).get(reverse("records:person", args=[person.id])).content.decode()
        assert {name for name, link in links.items() if link in page} == wanted, role
