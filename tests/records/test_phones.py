"""What is known of a number: counts and flags, as it stood at a moment, and never a name."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry, EntrySubject
from darwin.records.links import HARMLESS_LINKS
from darwin.records.models import PhoneIdentity, PhoneKind, PhoneMarking
from darwin.records.phones import NOTHING_KNOWN, PhoneFacts, identities_of, identity_of
from darwin.records.services.links import end_link
from darwin.records.services.people import record_person
from darwin.records.services.phones import (
    NumberRefused,
    end_use,
    link_number,
    mark_number,
    record_use,
)

pytestmark = pytest.mark.usefixtures("house")
ACTOR = Actor.system("test")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
NUMBER = "07700 900142"


def test_a_number_nobody_has_spoken_of_is_not_known() -> None:
    assert identity_of(NUMBER, MONDAY) == NOTHING_KNOWN
    assert identity_of("", MONDAY) == NOTHING_KNOWN


def test_every_form_of_a_number_leads_to_what_is_known_of_it() -> None:
    with clock.standing_at(MONDAY):
        mark_number(actor=ACTOR, number=NUMBER, kind="care_home", reason="Rang the manager")
    forms = ["07700900142", "+44 7700 900142", "00447700900142"]
    assert {facts.kind for facts in identities_of(forms, MONDAY).values()} == {"care_home"}
    assert PhoneIdentity.objects.count() == 1


def test_what_a_number_was_said_to_be_holds_for_its_own_time() -> None:
    with clock.standing_at(MONDAY):
        mark_number(actor=ACTOR, number=NUMBER, kind="personal", reason="")
    with clock.standing_at(MONDAY + timedelta(days=1)):
        mark_number(actor=ACTOR, number=NUMBER, kind="shared", reason="A family’s")
    assert identity_of(NUMBER, MONDAY - timedelta(seconds=1)).kind == "not_known"
    assert identity_of(NUMBER, MONDAY).kind == "personal"
    assert identity_of(NUMBER, MONDAY + timedelta(days=1)).kind == "shared"
    assert PhoneMarking.objects.count() == 2


def test_saying_the_same_again_changes_nothing() -> None:
    for _ in range(2):
        mark_number(actor=ACTOR, number=NUMBER, kind="prison", reason="")
    assert PhoneMarking.objects.count() == 1


def test_people_are_counted_and_not_named() -> None:
    with clock.standing_at(MONDAY):
        for name in ("Priya", "Owen"):
            person = record_person(actor=ACTOR, given_name=name, family_name="Desai")
            use = record_use(actor=ACTOR, person=person, number=NUMBER, source="said so")
        end_use(actor=ACTOR, use=use)
    facts = identity_of(NUMBER, MONDAY)
    assert facts == PhoneFacts("not_known", 2, frozenset())
    assert not any(name in repr(facts) for name in ("Priya", "Owen", "Desai"))


@pytest.mark.parametrize("link", sorted(HARMLESS_LINKS))
def test_a_harmless_link_holds_until_somebody_ends_it_with_a_reason(link: str) -> None:
    with clock.standing_at(MONDAY):
        made = link_number(
            actor=ACTOR, number=NUMBER, link=link, subject=Subject("incident", new_id()), reason="Told so"
        )
    with pytest.raises(NumberRefused):
        end_link(actor=ACTOR, link=made, reason="  ")
    with clock.standing_at(MONDAY + timedelta(days=2)):
        assert end_link(actor=ACTOR, link=made, reason="It was another number")
    assert identity_of(NUMBER, MONDAY).links == {link}
    assert identity_of(NUMBER, MONDAY + timedelta(days=1)).links == {link}
    assert identity_of(NUMBER, MONDAY + timedelta(days=2)).links == set()


def test_a_link_made_twice_is_one() -> None:
    first = link_number(actor=ACTOR, number=NUMBER, link="domestic")
    assert link_number(actor=ACTOR, number=NUMBER, link="domestic").pk == first.pk


@pytest.mark.parametrize("number", ["", "anonymous", "withheld", "no digits here", "0" * 41])
def test_what_is_no_number_is_refused_in_a_sentence(number: str) -> None:
    with pytest.raises(NumberRefused, match=r"\.$"):
        mark_number(actor=ACTOR, number=number, kind="shared", reason="")
    assert PhoneIdentity.objects.count() == 0


def test_an_unknown_kind_names_the_choices() -> None:
    with pytest.raises(NumberRefused, match="care home"):
        mark_number(actor=ACTOR, number=NUMBER, kind="landline", reason="")


def test_a_thousand_numbers_cost_one_query() -> None:
    mark_number(actor=ACTOR, number=NUMBER, kind=PhoneKind.SHARED, reason="")
    numbers = [f"07700 900{number:03}" for number in range(1000)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        facts = identities_of(numbers, clock.now())
    assert len(queries) == 1
    assert {number for number in numbers if facts[number] != NOTHING_KNOWN} == {NUMBER}


def test_the_ledger_says_that_a_number_was_marked_and_holds_no_digit_of_it() -> None:
    phone = mark_number(actor=ACTOR, number=NUMBER, kind="shared", reason="Two sisters")
    entry = Entry.objects.filter(event="records.number_marked").latest("id")
    assert entry.fields == ["kind"]
    assert list(EntrySubject.objects.filter(entry_id=entry.id).values_list("kind", "id")) == [
        ("phone", phone.id)
    ]
    assert entry.reason_id is not None
