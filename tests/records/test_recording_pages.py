"""Recording, correcting and adding on pages: what is typed is kept, and what was before stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry, EntrySubject
from darwin.records.births import Birth, read_birth
from darwin.records.carrying import carried
from darwin.records.models import (
    Person,
    PersonAlias,
    PersonLocation,
    PersonVehicle,
    PhoneUse,
    RestrictedRecord,
    ValueChange,
    Vehicle,
)
from darwin.records.parts import PARTS
from darwin.records.search.asked import read_query
from darwin.records.services.markers import MarkerRefused, mark_warning, restrict_record
from darwin.records.services.merges import merge_people
from darwin.records.services.people import PersonRefused, correct_person
from darwin.records.services.phones import record_use
from darwin.records.services.places import record_vehicle
from darwin.records.shown import birth_typed
from darwin.staff.models import Account

from .addresses import priya

ACTOR = Actor.system("test")
NOBODY_LIKE: dict[str, str] = {"given_name": "Krzysztof", "family_name": "Wróblewski", "born": "3/1984"}


@pytest.fixture
def person(house: None) -> Person:
    return priya()


@pytest.fixture
def client_of(signed_in: Callable[..., Client], handler: Account) -> Client:
    return signed_in(handler)


def correction(person: Person, page: Any, **typed: str) -> dict[str, str]:
    """What a browser sends back of the page of a correction, with what was typed into it."""
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    return {**sent, "reason": "Seen on the passport", **typed}


# What a search carries over


@pytest.mark.parametrize(
    ("query", "born", "fields"),
    [
        ("desay priya", "", {"given_name": "Desay", "family_name": "Priya"}),
        (
            "Desai, Priya Anjali",
            "",
            {"given_name": "Priya", "middle_names": "Anjali", "family_name": "Desai"},
        ),
        ("wróblewski", "3/1984", {"family_name": "Wróblewski", "born": "3/1984"}),
        ("siân llewellyn-pugh", "", {"given_name": "Siân", "family_name": "Llewellyn-Pugh"}),
        ("McDonald", "", {"family_name": "McDonald"}),
        ("owen hale 7/3/1984", "", {"given_name": "Owen", "family_name": "Hale", "born": "7/3/1984"}),
        (
            "owen hale 07700 900142",
            "",
            {"given_name": "Owen", "family_name": "Hale", "number": "07700900142"},
        ),
        ("ends 0142", "", {}),
        ("AB12 CDE", "", {"vrm": "AB12CDE"}),
        ("12 narborough road", "", {"street_number": "12", "street": "Narborough Road"}),
        ("narborough road", "", {"street": "Narborough Road"}),
        ("", "31/11/1984", {"born": "31/11/1984"}),
    ],
)
def test_what_a_search_was_asked_begins_the_record(query: str, born: str, fields: dict[str, str]) -> None:
    assert carried(read_query(query, 2026), born) == fields


@given(st.none() | st.integers(1880, 2026), st.none() | st.integers(1, 12), st.none() | st.integers(1, 28))
def test_a_date_of_birth_is_read_back_as_it_is_shown(
    year: int | None, month: int | None, day: int | None
) -> None:
    """But for a day or a month that stands alone, which nobody would know how to read."""
    birth = Birth(year, month, day if month else None)
    if birth.month is None or birth.year is not None or birth.day is not None:
        assert read_birth(birth_typed(birth), 2026) == birth


def test_a_search_that_finds_nobody_leads_to_the_record_with_what_was_typed(client_of: Client) -> None:
    page = client_of.get(reverse("records:search"), {"q": "krzysztof wróblewski", "born": "3/1984"})
    link = reverse("records:new_person") + "?q=krzysztof+wr%C3%B3blewski&amp;born=3%2F1984"
    assert link in page.content.decode()
    form = client_of.get(link.replace("&amp;", "&")).context["form"]
    assert [form[name].value() for name in ("given_name", "family_name", "born")] == [
        "Krzysztof",
        "Wróblewski",
        "3/1984",
    ]


def test_nobody_without_the_rule_is_led_to_record(
    make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    page = signed_in(make("data_protection_officer")).get(reverse("records:search"), {"q": "Krzysztof"})
    assert reverse("records:new_person") not in page.content.decode()


# Recording somebody


def test_a_person_is_recorded_with_number_place_and_vehicle_at_once(client_of: Client) -> None:
    typed = NOBODY_LIKE | {
        "number": "07700 900321",
        "street_number": "3",
        "street": "Long Row",
        "postcode": "le3 0qt",
        "vrm": "ab12 cde",
        "source": "Said so",
    }
    answer = client_of.post(reverse("records:new_person"), typed)
    person = Person.objects.get()
    assert answer.headers["Location"] == reverse("records:person", args=[person.id])
    assert (person.shown_name, person.birth_year, person.birth_month) == ("Krzysztof Wróblewski", 1984, 3)
    assert person.phone_uses.get().phone.number == "+447700900321"
    assert person.places.get().location.words == "3 Long Row, LE3 0QT"
    assert person.vehicles.get().vehicle.vrm == "AB12CDE"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "no digits"}, "number"),
        ({"vrm": "A"}, "vrm"),
        ({"born": "31/11/1984"}, "born"),
        ({"given_name": "", "family_name": "", "born": ""}, ""),
    ],
)
def test_what_is_wrong_records_nothing_and_loses_nothing(
    client_of: Client, wrong: dict[str, str], field: str
) -> None:
    typed = NOBODY_LIKE | {"street": "Long Row", "vrm": "AB12 CDE"} | wrong
    page = client_of.post(reverse("records:new_person"), typed)
    assert page.status_code == 422
    assert not Person.objects.exists() and not PhoneUse.objects.exists()
    assert all(page.context["form"][name].value() == value for name, value in typed.items())
    assert not field or page.context["form"].errors[field]


def test_somebody_like_them_is_shown_before_anything_is_written(
    client_of: Client, person: Person, handler: Account
) -> None:
    typed = {"given_name": "Preeya", "family_name": "Dessai", "born": "7/3/1984"}
    page = client_of.post(reverse("records:new_person"), typed)
    assert "Is it one of these?" in page.content.decode() and Person.objects.count() == 1
    seen = Entry.objects.filter(event="records.new_person", actor_id=handler.id).latest("id")
    assert person.id in EntrySubject.objects.filter(entry_id=seen.id).values_list("id", flat=True)
    client_of.post(reverse("records:new_person"), typed | {"anyway": "yes"})
    assert Person.objects.filter(family_name="Dessai").count() == 1


def test_a_restricted_double_shows_nothing_of_itself(client_of: Client, person: Person) -> None:
    restrict_record(actor=ACTOR, kind="person", record_id=person.id, reason="An officer’s own")
    page = client_of.post(reverse("records:new_person"), {"given_name": "Pinky", "family_name": "Desai"})
    shown = page.content.decode().split("Is it one of these?")[1].split("</section>")[0]
    assert "Restricted. Ring the duty inspector." in shown
    assert not any(word in shown for word in ("Priya", "1984", "Leicester"))


def test_a_role_that_sees_no_numbers_records_none(
    make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    client = signed_in(make("officer"))
    assert "number" not in client.get(reverse("records:new_person")).context["form"].fields
    client.post(reverse("records:new_person"), NOBODY_LIKE | {"number": "07700 900321"})
    assert Person.objects.count() == 1 and not PhoneUse.objects.exists()


# Correcting


def test_a_corrected_value_stays_on_the_page_with_who_and_when(
    client_of: Client, person: Person, handler: Account
) -> None:
    address = reverse("records:correct", args=[person.id])
    typed = correction(person, client_of.get(address), family_name="Desay", born="8/3/1984")
    client_of.post(address, typed)
    person.refresh_from_db()
    assert (person.family_name, person.birth_day, person.given_name) == ("Desay", 8, "Priya")
    page = client_of.get(reverse("records:person", args=[person.id])).content.decode()
    assert "Family name: “Desai” until" in page and f"changed by {handler.display_name}" in page
    history = client_of.get(reverse("records:person_history", args=[person.id])).content.decode()
    assert all(word in history for word in ("Day of birth", "Desai", "corrected", handler.display_name))


def test_a_correction_without_a_reason_changes_nothing_and_keeps_what_was_typed(
    client_of: Client, person: Person
) -> None:
    address = reverse("records:correct", args=[person.id])
    typed = correction(person, client_of.get(address), family_name="Desay", reason=" ")
    page = client_of.post(address, typed)
    assert page.status_code == 422 and page.context["form"]["family_name"].value() == "Desay"
    person.refresh_from_db()
    assert person.family_name == "Desai"


def test_a_correction_takes_nothing_back_that_somebody_else_corrected_meanwhile(
    client_of: Client, person: Person
) -> None:
    address = reverse("records:correct", args=[person.id])
    page = client_of.get(address)
    correct_person(actor=ACTOR, person=person, values={"given_name": "Priyanka"}, reason="Told so")
    client_of.post(address, correction(person, page, family_name="Desay"))
    person.refresh_from_db()
    assert person.shown_name == "Priyanka Desay"


def test_two_corrections_of_one_value_are_shown_to_the_second_before_one_of_them_stands(
    client_of: Client, person: Person
) -> None:
    address = reverse("records:correct", args=[person.id])
    page = client_of.get(address)
    correct_person(actor=ACTOR, person=person, values={"family_name": "Desae"}, reason="Told so")
    again = client_of.post(address, correction(person, page, family_name="Desay"))
    person.refresh_from_db()
    assert again.status_code == 422 and person.family_name == "Desae"
    assert "Desae" in again.content.decode() and again.context["form"]["family_name"].value() == "Desay"
    client_of.post(address, correction(person, again, family_name="Desay"))
    person.refresh_from_db()
    assert person.family_name == "Desay"


@pytest.mark.parametrize("note", ["One line\nand another", "One line\r\nand another"])
def test_a_note_of_several_lines_is_no_correction_by_itself(
    client_of: Client, person: Person, note: str
) -> None:
    Person.objects.filter(pk=person.pk).update(identity_note=note)
    address = reverse("records:correct", args=[person.id])
    typed = correction(person, client_of.get(address), family_name="Desay")
    as_sent = {name: value.replace("\r\n", "\n").replace("\n", "\r\n") for name, value in typed.items()}
    client_of.post(address, as_sent)
    assert list(ValueChange.objects.values_list("field", flat=True)) == ["family_name"]


def test_a_correction_never_leaves_a_record_of_nobody(person: Person) -> None:
    PersonAlias.objects.filter(person=person).delete()
    nothing = dict.fromkeys(("given_name", "family_name"), "") | dict.fromkeys(
        ("birth_year", "birth_month", "birth_day")
    )
    with pytest.raises(PersonRefused, match="Nothing would be known"):
        correct_person(actor=ACTOR, person=person, values=nothing, reason="Wrong person")


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
    assert reverse("records:merge", args=[other.id, person.id]) in client.get(compare).content.decode()


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
