"""A person is disposed of and answered, and their number stays as protected as it was."""

import pytest

from darwin.ledger.ids import new_id
from darwin.outbound.deciding import decide
from darwin.outbound.models import Attempt, AttemptNote, SafeContact
from darwin.outbound.services.attempts import begin_attempt, finish_attempt
from darwin.outbound.services.preferences import record_safe_contact
from darwin.records.references import reference_named
from darwin.records.subject_access import sources
from darwin.staff.models import Account

from .conftest import NOON, NUMBER

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(handler: Account) -> object:
    someone = new_id()
    attempt = begin_attempt(
        actor=handler.actor, channel="call_back", number=NUMBER, purpose="UPDATE", person=someone
    )
    finish_attempt(actor=handler.actor, attempt=attempt, result="REACHED", note="Is with her sister.")
    record_safe_contact(
        actor=handler.actor,
        number=NUMBER,
        person=someone,
        identified_how="questions",
        not_allowed=["call_back"],
        words="Say it is the dentist.",
    )
    return someone


@pytest.mark.parametrize("name", ["outbound.safe_contact", "outbound.attempt"])
def test_a_disposal_takes_the_person_and_the_words_and_leaves_the_no(name: str, person: object) -> None:
    reference = reference_named(name)
    assert reference is not None and reference.erases is not None
    assert reference.rows(person).count() == 1  # type: ignore[arg-type]
    assert reference.erases(person) == 1  # type: ignore[arg-type]
    assert reference.rows(person).count() == 0  # type: ignore[arg-type]
    assert not decide(NUMBER, "call_back", NOON).safe
    if name == "outbound.attempt":
        assert Attempt.objects.count() == 1 and not AttemptNote.objects.exists()
    else:
        assert SafeContact.objects.get().words == ""


def test_the_pack_has_what_they_said_and_how_often_they_were_tried(person: object) -> None:
    held = {source.name: source.rows([person]) for source in sources() if "outbound" in source.name}  # type: ignore[list-item]
    (answer,), (attempt,) = held["outbound.answers"], held["outbound.attempts"]
    assert answer["Words agreed"] == "Say it is the dentist." and answer["Not safe"] == ["Ring"]
    assert attempt["Note"] == ["Is with her sister."] and attempt["What came of it"] == "Spoke to them"
