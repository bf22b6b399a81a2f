"""A person is joined, disposed of and answered, and their number stays as protected as it was."""

import json
from datetime import timedelta

import pytest

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.outbound.deciding import Asked, decide
from darwin.outbound.errors import TakenByAnother
from darwin.outbound.models import Attempt, AttemptNote, SafeContact
from darwin.outbound.services.attempts import begin_attempt, finish_attempt
from darwin.outbound.services.preferences import confirm_safe_contact, record_safe_contact
from darwin.records.models import Person, RetentionReview
from darwin.records.services.merges import merge_people, undo_merge
from darwin.records.services.people import record_person
from darwin.records.services.retention import confirm_disposal, decide_review
from darwin.records.subject_access import make_pack
from darwin.staff.models import Account

from .conftest import NOON, NUMBER, Records

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
SECOND = "0116 496 0173"


def somebody(name: str = "Priya") -> Person:
    return record_person(actor=ACTOR, given_name=name, family_name="Desai")


def say(asker: Account, person: Person, number: str = NUMBER, **said: object) -> SafeContact:
    return record_safe_contact(
        actor=asker.actor,
        number=number,
        person=person.id,
        identified_how="questions",
        words="Say it is the dentist.",
        **said,  # type: ignore[arg-type]
    )


def ring(by: Account, person: Person, number: str = NUMBER) -> Attempt:
    return begin_attempt(
        actor=by.actor, channel="call_back", number=number, purpose="UPDATE", person=person.id
    )


def dispose(person: Person) -> None:
    now = clock.now()
    review = RetentionReview.objects.create(person=person, group="GROUP_3", due_at=now, opened_at=now)
    decide_review(actor=Actor.staff(new_id()), review=review, decision="dispose", reason="Of no use")
    confirm_disposal(actor=Actor.staff(new_id()), review=review)


def join(survivor: Person, absorbed: Person) -> object:
    return merge_people(
        actor=ACTOR, survivor=survivor, absorbed=absorbed, choices={"name": "survivor"}, reason="One"
    )


# Disposal


def test_a_disposal_takes_the_person_and_the_words_and_leaves_the_no(handler: Account) -> None:
    person = somebody()
    attempt = ring(handler, person)
    finish_attempt(actor=handler.actor, attempt=attempt, result="REACHED", note="Is with her sister.")
    say(handler, person, not_allowed=["call_back"])
    dispose(person)
    kept = SafeContact.objects.get()
    assert (kept.person_id, kept.words, kept.not_allowed) == (None, "", ["call_back"])
    assert Attempt.objects.get().person_id is None and not AttemptNote.objects.exists()
    assert not decide(NUMBER, "call_back", NOON).safe


def test_a_confirmed_yes_goes_with_the_person_who_said_it(
    handler: Account, supervisor: Account, house: Records
) -> None:
    """Else the number would be safe to ring for ever, whoever has it next."""
    house.say(NUMBER, "domestic")
    person = somebody()
    said = say(handler, person, allowed=["call_back", "text"])
    confirm_safe_contact(actor=supervisor.actor, preference=said, reason="I spoke to her myself")
    assert decide(NUMBER, "call_back", NOON).safe and decide(NUMBER, "text", NOON).safe
    dispose(person)
    assert not decide(NUMBER, "call_back", NOON).safe and not decide(NUMBER, "text", NOON).safe


def test_a_disposal_leaves_what_other_people_said(handler: Account) -> None:
    person, other = somebody(), somebody("Owen")
    say(handler, person, not_allowed=["text"])
    say(handler, other, number=SECOND, not_allowed=["text"])
    dispose(person)
    assert SafeContact.objects.get(person_id=other.id).words == "Say it is the dentist."


# Merge


def test_a_merge_brings_the_answers_and_an_undo_takes_them_back(handler: Account) -> None:
    survivor, absorbed = somebody(), somebody("Preeya")
    own, theirs = (
        say(handler, survivor, not_allowed=["text"]),
        say(handler, absorbed, not_allowed=["call_back"]),
    )
    merge = join(survivor, absorbed)
    assert set(SafeContact.objects.values_list("person_id", flat=True)) == {survivor.id}
    # Both noes hold: neither was said by the other record.
    assert not decide(NUMBER, "text", NOON).safe and not decide(NUMBER, "call_back", NOON).safe
    undo_merge(actor=ACTOR, merge=merge, reason="Sisters")  # type: ignore[arg-type]
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.person_id, theirs.person_id) == (survivor.id, absorbed.id)


def test_after_a_merge_a_later_answer_takes_the_place_of_both(handler: Account) -> None:
    survivor, absorbed = somebody(), somebody("Preeya")
    say(handler, survivor, not_allowed=["text"])
    say(handler, absorbed, not_allowed=["text"])
    join(survivor, absorbed)
    with clock.standing_at(NOON + timedelta(minutes=1)):
        latest = say(handler, survivor, not_allowed=["text", "call_back"])
    assert SafeContact.objects.get(superseded_at=None) == latest


def test_one_person_is_rung_by_one_colleague_whichever_record_the_attempt_was_begun_under(
    handler: Account, other_handler: Account
) -> None:
    survivor, absorbed = somebody(), somebody("Preeya")
    begun = ring(handler, absorbed)
    merge = join(survivor, absorbed)
    with pytest.raises(TakenByAnother):
        ring(other_handler, survivor, SECOND)
    finish_attempt(actor=handler.actor, attempt=begun, result="REACHED", note="")
    undo_merge(actor=ACTOR, merge=merge, reason="Sisters")  # type: ignore[arg-type]
    begun.refresh_from_db()
    assert begun.person_id == absorbed.id


def test_two_records_that_are_both_being_rung_can_be_joined(handler: Account, other_handler: Account) -> None:
    survivor, absorbed = somebody(), somebody("Preeya")
    ended = ring(handler, absorbed)
    finish_attempt(actor=handler.actor, attempt=ended, result="NO_ANSWER", note="")
    with clock.standing_at(NOON + timedelta(hours=2)):
        theirs, own = ring(handler, absorbed), ring(other_handler, survivor, SECOND)
        merge = join(survivor, absorbed)
        for attempt in (ended, theirs, own):
            attempt.refresh_from_db()
        assert (ended.person_id, own.person_id, theirs.person_id) == (survivor.id, survivor.id, absorbed.id)
        assert not decide(SECOND, "call_back", clock.now(), Asked(person=survivor.id)).allowed
        undo_merge(actor=ACTOR, merge=merge, reason="Sisters")  # type: ignore[arg-type]
    ended.refresh_from_db()
    assert ended.person_id == absorbed.id


# The pack that answers a person


def test_the_pack_has_what_they_said_and_how_often_they_were_tried_under_either_record(
    handler: Account,
) -> None:
    survivor, absorbed, other = somebody(), somebody("Preeya"), somebody("Owen")
    attempt = ring(handler, absorbed)
    finish_attempt(actor=handler.actor, attempt=attempt, result="REACHED", note="Is with her sister.")
    say(handler, survivor, not_allowed=["call_back"])
    say(handler, other, number=SECOND, not_allowed=["text"])
    join(survivor, absorbed)
    pack = make_pack(actor=ACTOR, person=survivor, recipient="Herself", reason="Request of 2 March")
    chapters = {chapter["name"]: chapter["rows"] for chapter in json.loads(pack.json)["chapters"]}

    def told(name: str) -> list[dict[str, str]]:
        return [{cell["label"]: cell["value"] for cell in row} for row in chapters[name]]

    (answer,), (tried,) = told("outbound.answers"), told("outbound.attempts")
    assert (answer["Words agreed"], answer["Not safe"]) == ("Say it is the dentist.", "Ring")
    assert (tried["Note"], tried["What came of it"]) == ("Is with her sister.", "Spoke to them")
    assert SECOND.replace(" ", "") not in pack.json.decode().replace("\N{NO-BREAK SPACE}", "").replace(
        " ", ""
    )
