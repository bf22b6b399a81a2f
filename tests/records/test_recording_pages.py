"""Recording, correcting and adding on pages: what is typed is kept, and what was before stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry, EntrySubject
from darwin.records.births import Birth, read_birth
from darwin.records.carrying import carried
from darwin.records.models import (
    Person,
    PersonAlias,
    PhoneUse,
    ValueChange,
)
from darwin.records.search.asked import read_query
from darwin.records.services.markers import restrict_record
from darwin.records.services.people import PersonRefused, correct_person
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
