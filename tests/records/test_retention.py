"""A record whose time has run is reviewed; two people dispose of it; a legal hold beats everything."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from darwin.deadlines import clock
from darwin.deadlines.services import act_on_due
from darwin.ledger.actors import Actor, Subject
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry, Reason
from darwin.records.births import Birth
from darwin.records.models import NameWord, Person, PhoneIdentity, RetentionReview
from darwin.records.services.people import correct_person, link_person, record_person
from darwin.records.services.phones import record_use
from darwin.records.services.retention import (
    RetentionRefused,
    confirm_disposal,
    decide_review,
    decline_disposal,
    place_hold,
    release_hold,
)

WORKER = Actor.system("deadlines")
ONE, OTHER = Actor.staff(new_id()), Actor.staff(new_id())
START = datetime(2026, 11, 23, 9, tzinfo=UTC)
YEAR = timedelta(days=365.25)


def somebody() -> Person:
    return record_person(
        actor=ONE,
        given_name="Zephyrine",
        family_name="Quillfeather",
        birth=Birth(1984, 3, 7),
        identity_note="A scar on the left hand",
        reason="Told us of the Quillfeather matter",
    )


def due_at(moment: datetime) -> RetentionReview | None:
    with clock.standing_at(moment):
        while act_on_due(actor=WORKER) is not None:
            continue
    return RetentionReview.objects.filter(closed_at=None).first()


@pytest.fixture
def person(house: None) -> Person:
    with clock.standing_at(START):
        return somebody()


def test_a_review_opens_when_the_clear_period_has_run(person: Person) -> None:
    assert due_at(START + 5.9 * YEAR) is None
    review = due_at(START + 6.1 * YEAR)
    assert review is not None and review.person == person


def test_a_new_event_starts_the_clear_period_anew(person: Person) -> None:
    with clock.standing_at(START + 5 * YEAR):
        link_person(actor=ONE, person=person, role="witness", subject=Subject("contact", new_id()))
    assert due_at(START + 6.1 * YEAR) is None
    assert due_at(START + 11.1 * YEAR) is not None


def test_what_is_retained_comes_again_after_its_interval(person: Person) -> None:
    review = due_at(START + 6.1 * YEAR)
    assert review is not None
    with clock.standing_at(START + 6.1 * YEAR):
        decide_review(actor=ONE, review=review, decision="retain", reason="Of use")
    assert due_at(START + 11 * YEAR) is None
    assert due_at(START + 11.2 * YEAR) is not None


def test_a_disposal_takes_two_people_and_leaves_no_word_of_the_person(person: Person) -> None:
    with clock.standing_at(START):
        record_use(actor=ONE, person=person, number="07700 900142", source="Zephyrine herself")
        correct_person(
            actor=ONE, person=person, values={"family_name": "Quillfether"}, reason="Zephyrine says"
        )
    review = due_at(START + 6.1 * YEAR)
    assert review is not None
    with clock.standing_at(START + 6.1 * YEAR):
        decide_review(actor=ONE, review=review, decision="dispose", reason="Quillfether is of no use")
        with pytest.raises(RetentionRefused, match="two people"):
            confirm_disposal(actor=ONE, review=review)
        confirm_disposal(actor=OTHER, review=review)
    person.refresh_from_db()
    assert person.disposed_at is not None
    everything = _whole_database().casefold()
    for word in ("zephyrine", "quillfeather", "quillfether", "900142", "scar on the left"):
        assert word not in everything, word
    entry = Entry.objects.filter(event="records.person_disposed").latest("id")
    assert entry.verb == "erase" and entry.reason_id is None


def _whole_database() -> str:
    """Every row of this room and of the ledger's reasons, as text."""
    from django.apps import apps

    models = [*apps.get_app_config("records").get_models(), Reason]
    rows = [serializers.serialize("json", model._default_manager.all()) for model in models]
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(json_agg(e)::text, '') FROM ledger_entry AS e")
        rows.append(cursor.fetchone()[0])
    return "\n".join(rows)


def test_a_number_that_somebody_else_used_stays(person: Person) -> None:
    with clock.standing_at(START):
        other = record_person(actor=ONE, given_name="Owen", family_name="Hale")
        for one in (person, other):
            record_use(actor=ONE, person=one, number="07700 900142")
    review = due_at(START + 6.1 * YEAR)
    assert review is not None
    review = RetentionReview.objects.get(person=person, closed_at=None)
    with clock.standing_at(START + 6.1 * YEAR):
        decide_review(actor=ONE, review=review, decision="dispose", reason="No use")
        confirm_disposal(actor=OTHER, review=review)
    assert PhoneIdentity.objects.get().uses.get().person == other
    assert not NameWord.objects.filter(word="quillfeather").exists()
    assert NameWord.objects.filter(word="hale").exists()


def test_the_second_person_may_say_no(person: Person) -> None:
    review = due_at(START + 6.1 * YEAR)
    assert review is not None
    decide_review(actor=ONE, review=review, decision="dispose", reason="No use")
    decline_disposal(actor=OTHER, review=review, reason="A case is open")
    review.refresh_from_db()
    assert review.decision == "" and review.closed_at is None
    with pytest.raises(RetentionRefused):
        confirm_disposal(actor=OTHER, review=review)


STEPS = st.lists(
    st.sampled_from(["hold", "release", "propose", "confirm", "decline", "retain", "years pass", "event"]),
    min_size=4,
    max_size=14,
)


class TestHold(TestCase):
    """Whatever is done in whatever order: nothing goes while a hold stands."""

    @pytest.fixture(autouse=True)
    def _opened(self, house: None) -> None:
        """An installation with its retention rules."""

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def test_a_legal_hold_beats_every_expiry_and_every_disposal(self, steps: list[str]) -> None:
        moment = START
        with clock.standing_at(moment):
            person = somebody()
        holds: list[Any] = []
        for step in steps:
            moment += timedelta(days=1)
            if step == "years pass":
                moment += 12 * YEAR
                due_at(moment)
                continue
            with clock.standing_at(moment):
                self._take(step, person, holds)
            person.refresh_from_db()
            if person.disposed_at is not None:
                assert not holds
                return
            assert person.family_name == "Quillfeather"

    def _take(self, step: str, person: Person, holds: list[Any]) -> None:
        review = RetentionReview.objects.filter(person=person, closed_at=None).first()
        try:
            if step == "hold":
                holds.append(place_hold(actor=ONE, person=person, basis="R v Example"))
            elif step == "release" and holds:
                release_hold(actor=ONE, hold=holds.pop(), reason="The case ended")
            elif step == "event":
                link_person(actor=ONE, person=person, role="victim", subject=Subject("contact", new_id()))
            elif review is not None and step in ("propose", "retain"):
                decision = "dispose" if step == "propose" else "retain"
                decide_review(actor=ONE, review=review, decision=decision, reason="Because")
            elif review is not None and step == "confirm":
                confirm_disposal(actor=OTHER, review=review)
            elif review is not None and step == "decline":
                decline_disposal(actor=OTHER, review=review, reason="It stays")
        except RetentionRefused as refusal:
            assert str(refusal).endswith((".", "?"))


def test_a_hold_on_a_double_holds_the_record_it_was_joined_to(person: Person) -> None:
    from darwin.records.services.merges import merge_people

    with clock.standing_at(START):
        double = record_person(actor=ONE, given_name="Zephyrine", family_name="Quill")
        place_hold(actor=ONE, person=double, basis="R v Example")
        merge_people(actor=ONE, survivor=person, absorbed=double, choices={"name": "survivor"}, reason="Same")
    due_at(START + 7 * YEAR)
    review = RetentionReview.objects.get(person=person, closed_at=None)
    with pytest.raises(RetentionRefused, match="R v Example"):
        decide_review(actor=ONE, review=review, decision="dispose", reason="No use")


def test_json_of_a_pack_is_whole(person: Person) -> None:
    from darwin.records.subject_access import make_pack

    record_use(actor=ONE, person=person, number="07700 900142")
    pack = make_pack(actor=ONE, person=person, recipient="The person", reason="Request of 2 November")
    told = json.loads(pack.json)
    assert "Quillfeather" in pack.json.decode() and "07700 900142" in pack.json.decode()
    assert pack.pdf.startswith(b"%PDF-") and b"/StructTreeRoot" in pack.pdf
    assert told["left_out"] == pack.left_out
    entry = Entry.objects.filter(event="records.subject_access_pack_made").latest("id")
    assert entry.verb == "disclose"
