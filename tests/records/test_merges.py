"""Two records become one and come apart again exactly; what cannot come apart is said."""

from typing import Any

import pytest
from django.core import serializers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from darwin.ledger.actors import Actor, Subject
from darwin.ledger.ids import new_id
from darwin.records.births import Birth
from darwin.records.given import AliasGiven
from darwin.records.merging import FIELD_GROUPS, MergeRefused, plan_merge
from darwin.records.models import (
    LegalHold,
    NameForm,
    Person,
    PersonAlias,
    PersonLocation,
    PersonRole,
    PersonVehicle,
    PhoneUse,
    VulnerabilityMarker,
    WarningMarker,
)
from darwin.records.services.markers import mark_vulnerable
from darwin.records.services.merges import merge_people, undo_merge
from darwin.records.services.people import correct_person, link_person, record_person
from darwin.records.services.phones import record_use
from darwin.records.services.places import place_person, record_location

ACTOR = Actor.system("test")
TABLES = (
    Person,
    PersonAlias,
    PersonLocation,
    PersonRole,
    PersonVehicle,
    PhoneUse,
    VulnerabilityMarker,
    WarningMarker,
    LegalHold,
)
FORM_FIELDS = ("person_id", "origin", "shown", "given", "family", "words", "births")


def everything() -> dict[str, str]:
    """Every row of every table that a merge may touch, as text."""
    held = {
        table.__name__: serializers.serialize("json", table._default_manager.order_by("pk"))
        for table in TABLES
    }
    forms = sorted(map(str, NameForm.objects.values_list(*FORM_FIELDS)))
    return held | {"forms": "\n".join(forms)}


NAMES = st.sampled_from(["", "Priya", "Owen", "Siân", "Krzysztof", "Desai", "Llewellyn-Pugh", "O'Brien"])
NUMBERS = st.lists(st.sampled_from([f"07700 90014{n}" for n in range(4)]), max_size=3, unique=True)
PEOPLE = st.fixed_dictionaries(
    {
        "given_name": NAMES,
        "family_name": NAMES.filter(bool),
        "birth": st.sampled_from([Birth(), Birth(1984), Birth(1984, 3, 7), Birth(1979, 11, 23)]),
        "sex": st.sampled_from(["", "F", "M"]),
        "identity_note": st.sampled_from(["", "A scar on the left hand"]),
        "numbers": NUMBERS,
        "aliases": st.integers(0, 2),
        "marked": st.booleans(),
        "place": st.sampled_from(["", "1", "2"]),
    }
)
CHOICES = st.fixed_dictionaries({name: st.sampled_from(["survivor", "absorbed"]) for name in FIELD_GROUPS})


def recorded(about: dict[str, Any]) -> Person:
    person = record_person(
        actor=ACTOR,
        aliases=[AliasGiven(given_name="Pinky", family_name=f"Alias {n}") for n in range(about["aliases"])],
        **{name: about[name] for name in ("given_name", "family_name", "birth", "sex", "identity_note")},
    )
    for number in about["numbers"]:
        record_use(actor=ACTOR, person=person, number=number)
    if about["marked"]:
        mark_vulnerable(actor=ACTOR, on=person, code="CHILD", source="test")
    if about["place"]:
        place = record_location(
            actor=ACTOR, street_number=about["place"], street="Narborough Road", town="Leicester"
        )
        place_person(actor=ACTOR, person=person, location=place)
    return person


@pytest.mark.usefixtures("house")
class TestUndo(TestCase):
    """Hypothesis with Django's transaction around each example."""

    @pytest.fixture(autouse=True)
    def _opened(self, opened_installation: Any, settings: Any) -> None:
        self.open = opened_installation

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(one=PEOPLE, other=PEOPLE, choices=CHOICES)
    def test_an_undo_restores_every_row_byte_for_byte(
        self, one: dict[str, Any], other: dict[str, Any], choices: dict[str, str]
    ) -> None:
        survivor, absorbed = recorded(one), recorded(other)
        before = everything()
        merge = merge_people(
            actor=ACTOR, survivor=survivor, absorbed=absorbed, choices=choices, reason="One person"
        )
        assert everything() != before
        done = undo_merge(actor=ACTOR, merge=merge, reason="Two people")
        assert done.not_undone == []
        assert everything() == before


@pytest.fixture
def pair(house: None) -> tuple[Person, Person]:
    one = record_person(actor=ACTOR, given_name="Priya", family_name="Desai", birth=Birth(1984, 3, 7))
    other = record_person(actor=ACTOR, given_name="Priya", family_name="Desay", birth=Birth(1984, 3, 7))
    return one, other


def test_a_conflict_has_to_be_chosen(pair: tuple[Person, Person]) -> None:
    one, other = pair
    assert plan_merge(one, other).conflicts == ["name"]
    with pytest.raises(MergeRefused, match="name"):
        merge_people(actor=ACTOR, survivor=one, absorbed=other, choices={}, reason="Same")
    one.refresh_from_db()
    assert one.merged_into_id is None


def test_what_was_recorded_of_both_is_on_the_one_that_stays(pair: tuple[Person, Person]) -> None:
    one, other = pair
    record_use(actor=ACTOR, person=one, number="07700 900142")
    record_use(actor=ACTOR, person=other, number="07700 900142")
    record_use(actor=ACTOR, person=other, number="07700 900143")
    merge_people(actor=ACTOR, survivor=one, absorbed=other, choices={"name": "absorbed"}, reason="Same")
    one.refresh_from_db()
    assert one.family_name == "Desay"
    assert {use.phone.number for use in one.phone_uses.all()} == {"+447700900142", "+447700900143"}


def test_what_was_changed_since_stays_and_is_said(pair: tuple[Person, Person]) -> None:
    one, other = pair
    merge = merge_people(
        actor=ACTOR, survivor=one, absorbed=other, choices={"name": "absorbed"}, reason="Same"
    )
    one.refresh_from_db()
    correct_person(actor=ACTOR, person=one, values={"family_name": "Desaye"}, reason="Spelt out")
    later = link_person(actor=ACTOR, person=one, role="victim", subject=Subject("incident", new_id()))
    done = undo_merge(actor=ACTOR, merge=merge, reason="Sisters")
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.family_name == "Desaye"
    assert other.family_name == "Desay" and other.merged_into_id is None
    assert [sentence for sentence in done.not_undone if "family_name" in sentence]
    later.refresh_from_db()
    assert later.person_id == one.id


@pytest.mark.parametrize("again", ["merge", "undo", "itself"])
def test_what_cannot_be_joined_or_taken_apart_is_refused(pair: tuple[Person, Person], again: str) -> None:
    one, other = pair
    if again == "itself":
        with pytest.raises(MergeRefused):
            merge_people(actor=ACTOR, survivor=one, absorbed=one, choices={}, reason="Same")
        return
    merge = merge_people(
        actor=ACTOR, survivor=one, absorbed=other, choices={"name": "survivor"}, reason="Same"
    )
    if again == "merge":
        with pytest.raises(MergeRefused):
            merge_people(
                actor=ACTOR, survivor=one, absorbed=other, choices={"name": "survivor"}, reason="Same"
            )
        return
    undo_merge(actor=ACTOR, merge=merge, reason="Two")
    with pytest.raises(MergeRefused):
        undo_merge(actor=ACTOR, merge=merge, reason="Two")
