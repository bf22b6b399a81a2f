"""How to visit the addresses of the records room."""

from collections.abc import Callable, Mapping
from typing import Any

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.ids import new_id
from darwin.records.births import Birth
from darwin.records.given import AliasGiven, PersonGiven
from darwin.records.models import (
    Person,
    PersonRole,
    PhoneIdentity,
    PhoneLink,
    PhoneLinkEnding,
    PhoneUse,
    RetentionReview,
)
from darwin.records.services.links import propose_link_ending
from darwin.records.services.markers import mark_vulnerable, mark_warning, restrict_record
from darwin.records.services.merges import merge_people
from darwin.records.services.people import link_person, load_people, record_person
from darwin.records.services.phones import link_number, mark_number, record_use
from darwin.records.services.places import place_person, record_location, record_vehicle, tie_vehicle
from darwin.records.services.retention import place_hold
from darwin.staff.models import Account
from tests.addresses import example

ACTOR = Actor.system("example")


def priya(family_name: str = "Desai") -> Person:
    """A made-up person with something of everything."""
    person = record_person(
        actor=ACTOR,
        given_name="Priya",
        family_name=family_name,
        birth=Birth(1984, 3, 7),
        sex="F",
        aliases=[AliasGiven(given_name="Pinky", family_name="Desai")],
    )
    record_use(actor=ACTOR, person=person, number="07700 900142", source="said so")
    place = record_location(
        actor=ACTOR, street_number="12", street="Narborough Road", town="Leicester", postcode="le3 0qt"
    )
    place_person(actor=ACTOR, person=person, location=place)
    tie_vehicle(actor=ACTOR, person=person, vehicle=record_vehicle(actor=ACTOR, vrm="AB12 CDE"))
    mark_warning(actor=ACTOR, on=person, code="DOG", source="Contact", note="Two dogs in the yard")
    mark_vulnerable(actor=ACTOR, on=person, code="REPEAT_VICTIM", source="Contact")
    link_person(actor=ACTOR, person=person, role="caller", subject=Subject("contact", new_id()))
    return person


def _many(account: Account | None, rows: int) -> Mapping[str, Any]:
    load_people(
        actor=ACTOR,
        people=[
            PersonGiven(
                given_name="Priya",
                family_name="Desai",
                birth=Birth(1984),
                numbers=[f"07700 900{n % 1000:03}"],
            )
            for n in range(rows)
        ],
    )
    return {}


def _person(account: Account | None, rows: int) -> Mapping[str, Any]:
    person = priya()
    PersonRole.objects.bulk_create(
        PersonRole(
            person=person, role="WITNESS", subject_kind="contact", subject_id=new_id(), since=clock.now()
        )
        for _ in range(rows)
    )
    return {"person_id": person.id}


def _two(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"person_id": priya().id, "other_id": priya("Desay").id}


def _merge(account: Account | None, rows: int) -> Mapping[str, Any]:
    merge = merge_people(
        actor=ACTOR, survivor=priya(), absorbed=priya("Desay"), choices={"name": "survivor"}, reason="One"
    )
    return {"merge_id": merge.id}


def _hold(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"hold_id": place_hold(actor=ACTOR, person=priya(), basis="R v Example").id}


def reviews_of(people: list[Any]) -> list[RetentionReview]:
    """An open review for each of these people."""
    now = clock.now()
    return RetentionReview.objects.bulk_create(
        RetentionReview(person_id=one, group="GROUP_3", due_at=now, opened_at=now) for one in people
    )


def _reviews(account: Account | None, rows: int) -> Mapping[str, Any]:
    people = [PersonGiven(given_name="Priya", family_name="Desai") for _ in range(rows)]
    reviews_of(load_people(actor=ACTOR, people=people))
    return {}


def _review(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"review_id": reviews_of([priya().id])[0].id, "change": "retain"}


def _phone(account: Account | None, rows: int) -> Mapping[str, Any]:
    phone = mark_number(actor=ACTOR, number="07700 900142", kind="shared", reason="A family’s")
    link_number(actor=ACTOR, number="07700 900142", link="domestic", reason="Told so")
    ids = load_people(actor=ACTOR, people=[PersonGiven(given_name="Priya") for _ in range(rows)])
    PhoneUse.objects.bulk_create(PhoneUse(phone=phone, person_id=one, since=clock.now()) for one in ids)
    return {"phone_id": phone.id}


def _part(name: str) -> Callable[[Account | None, int], Mapping[str, Any]]:
    def prepare(account: Account | None, rows: int) -> Mapping[str, Any]:
        return {**_person(account, rows), "part": name}

    return prepare


def _row(part: str, rows_of: str) -> Callable[[Account | None, int], Mapping[str, Any]]:
    def prepare(account: Account | None, rows: int) -> Mapping[str, Any]:
        person = priya()
        return {"person_id": person.id, "part": part, "row_id": getattr(person, rows_of).get().id}

    return prepare


def _number_row(account: Account | None, rows: int) -> Mapping[str, Any]:
    person = priya()
    return {"person_id": person.id, "row_id": person.phone_uses.get().id}


def _marked_place(account: Account | None, rows: int) -> Mapping[str, Any]:
    place = record_location(actor=ACTOR, street_number="14", street="Narborough Road", town="Leicester")
    marker = mark_warning(actor=ACTOR, on=place, code="DOG", source="Contact")
    return {"location_id": place.id, "part": "warning", "row_id": marker.id}


def _marked_phone(account: Account | None, rows: int) -> Mapping[str, Any]:
    phone = mark_number(actor=ACTOR, number="07700 900142", kind="shared", reason="A family’s")
    marker = mark_vulnerable(actor=ACTOR, on=phone, code="REPEAT_CALLER", source="Contact")
    return {"phone_id": phone.id, "part": "vulnerability", "row_id": marker.id}


def _without_row(
    prepare: Callable[[Account | None, int], Mapping[str, Any]],
) -> Callable[[Account | None, int], Mapping[str, Any]]:
    return lambda account, rows: {
        name: value for name, value in prepare(account, rows).items() if name != "row_id"
    }


def _restriction(account: Account | None, rows: int) -> Mapping[str, Any]:
    made = restrict_record(actor=ACTOR, kind="person", record_id=priya().id, reason="An officer’s own")
    return {"restriction_id": made.id}


def _link(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"link_id": link_number(actor=ACTOR, number="07700 900142", link="domestic", reason="Told so").id}


def _ending(account: Account | None, rows: int) -> Mapping[str, Any]:
    link = link_number(actor=ACTOR, number="07700 900142", link="stalking", reason="Told so")
    made = propose_link_ending(actor=Actor.staff(new_id()), link=link, reason="It was another number")
    return {"ending_id": made.id}


def _endings(account: Account | None, rows: int) -> Mapping[str, Any]:
    first = PhoneIdentity.objects.count()
    numbers = [f"+44770090{first + n:04}" for n in range(rows)]
    ids = PhoneIdentity.objects.bulk_create(PhoneIdentity(number=number) for number in numbers)
    links = PhoneLink.objects.bulk_create(
        PhoneLink(phone=phone, link="stalking", linked_at=clock.now()) for phone in ids
    )
    PhoneLinkEnding.objects.bulk_create(
        PhoneLinkEnding(link=link, proposed_at=clock.now(), proposed_by=new_id(), reason="Another number")
        for link in links
    )
    return {}


def _location(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"location_id": priya().places.get().location_id}


def _vehicle(account: Account | None, rows: int) -> Mapping[str, Any]:
    return {"vehicle_id": priya().vehicles.get().vehicle_id}


example("records:search", prepare=_many, many_rows=True, data={"q": "Desay Priya"})
example("records:person", prepare=_person)
example("records:person_history", prepare=_person)
example("records:new_person", data={"q": "Priya Desai 07700 900142", "born": "7/3/1984"})
example("records:correct", prepare=_person)
example("records:person_add", prepare=_part("warning"))
example("records:person_end", prepare=_row("place", "places"))
example("records:person_number_add", prepare=_person)
example("records:person_number_end", prepare=_number_row)
example("records:place_add", prepare=_without_row(_marked_place))
example("records:place_end", prepare=_marked_place)
example("records:phone_add", prepare=_without_row(_marked_phone))
example("records:phone_end", prepare=_marked_phone)
example("records:restrict", prepare=lambda account, rows: {"kind": "person", "record_id": priya().id})
example("records:restriction_end", prepare=_restriction)
example("records:same_as", prepare=_person)
example("records:merge", prepare=_two)
example("records:merge_undo", prepare=_merge, method="post", data={"reason": "They are sisters"})
example("records:hold", prepare=_person)
example("records:hold_release", prepare=_hold, method="post", data={"reason": "The case ended"})
example("records:subject_access", prepare=_person)
example("records:reviews", prepare=_reviews, many_rows=True)
example("records:review_change", prepare=_review, method="post", data={"reason": "Still of use"})
example("records:phone", prepare=_phone)
example(
    "records:phone_change",
    prepare=lambda account, rows: {**_phone(account, rows), "change": "mark"},
    method="post",
    data={"kind": "prison", "reason": "Rang back"},
)
example("records:link_end", prepare=_link)
example("records:link_ending", prepare=_ending)
example("records:link_endings", prepare=_endings, many_rows=True)
example("records:location", prepare=_location)
example("records:vehicle", prepare=_vehicle)
