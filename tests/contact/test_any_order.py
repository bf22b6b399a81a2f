"""Whatever the order and however often pieces of evidence arrive, the same contacts come of them."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darwin.contact.models import ContactLeg, NoAnswer
from darwin.contact.services.call_events import record_call_events
from darwin.contact.telephony.asterisk import events_of_recording
from darwin.contact.telephony.events import CallEvent
from darwin.contact.telephony.queue_log import events_of_queue_log
from darwin.ledger.actors import Actor

IMPORTER = Actor.system("import")


@pytest.fixture(scope="module")
def evidence(shared_data: Path) -> list[list[CallEvent]]:
    """Both sources of one call in fours: a stream with a gap and the log of the whole."""
    folder = shared_data / "asterisk"
    stream = list(events_of_recording(folder / "ami_transcript.raw", folder / "ami_transcript.raw.idx.jsonl"))
    log = list(events_of_queue_log(folder / "queue_log"))
    return [source[start : start + 40] for source in (stream, log) for start in range(0, len(source), 40)]


def stored() -> tuple[list[Any], list[Any]]:
    legs = ContactLeg.objects.order_by("contact__source_key", "entry_no", "offered_at")
    fields = [field.name for field in ContactLeg._meta.fields if field.name not in ("id", "contact", "queue")]
    rings = NoAnswer.objects.order_by("at").values_list("leg__contact__source_key", "agent", "member", "at")
    return list(legs.values_list("contact__source_key", "contact__caller_number", *fields)), list(rings)


@pytest.fixture
def in_order(evidence: list[list[CallEvent]], db: None) -> Any:
    with transaction.atomic():
        for batch in evidence:
            record_call_events(actor=IMPORTER, switch="asterisk", events=batch)
        result = stored()
        transaction.set_rollback(True)
    return result


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pieces_in_any_order_and_repeated_give_the_same(
    evidence: list[list[CallEvent]], in_order: Any, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(evidence))))
    repeated = data.draw(st.lists(st.sampled_from(range(len(evidence))), max_size=3))
    with transaction.atomic():
        for place in [*order, *repeated]:
            record_call_events(actor=IMPORTER, switch="asterisk", events=evidence[place])
        assert stored() == in_order
        transaction.set_rollback(True)


def test_a_leg_keeps_its_identity_while_it_is_filled_in(evidence: list[list[CallEvent]], db: None) -> None:
    by_moment: dict[Any, Any] = {}
    for batch in evidence:
        record_call_events(actor=IMPORTER, switch="asterisk", events=batch)
        now = {(leg.contact_id, leg.entry_no, leg.joined_at): leg.id for leg in ContactLeg.objects.all()}
        for key, leg_id in now.items():
            assert by_moment.setdefault(key, leg_id) == leg_id


def test_a_batch_that_says_nothing_new_leaves_no_ledger_entry(
    evidence: list[list[CallEvent]], db: None
) -> None:
    from darwin.ledger.models import Entry

    first = record_call_events(actor=IMPORTER, switch="asterisk", events=evidence[0])
    before = Entry.objects.count()
    again = record_call_events(actor=IMPORTER, switch="asterisk", events=evidence[0])
    assert (again.imported, again.already_known) == (0, first.imported)
    assert Entry.objects.count() == before
