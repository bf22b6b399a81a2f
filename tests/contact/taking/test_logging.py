"""Recording a contact: once, whole, with what came of it, and with nothing said before lost."""

from datetime import timedelta
from uuid import UUID

import pytest

from darwin.contact.models import CallbackPromise, Contact, ContactRecord, FailureDemandTag, ReferralNote
from darwin.contact.services.logging import ContactEntry, ContactRefused, ReferralEntry, log_contact
from darwin.contact.services.promises import keep_promise
from darwin.deadlines import clock, worker
from darwin.deadlines.models import Deadline
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry
from darwin.staff.models import Account
from tests.contact.taking.calls import NOW, Floor

HEARD = ContactEntry(
    taken_at=NOW,
    caller="07700 900142",
    narrative="Somebody stands outside the flat",
    location="14 Marlow Court",
    caller_role="VICTIM",
    disposition="ADVICE",
    language="en",
    access_needs="Speaks slowly",
    tags=("NO_CALL_BACK", "CUT_OFF"),
    promise_by=NOW + timedelta(hours=1),
    promised_at=NOW + timedelta(minutes=4),
    referrals=(ReferralEntry(agency="Example Housing", reason="Locks"),),
)


def test_a_contact_told_twice_is_recorded_once(house: None, sam: Account) -> None:
    key = new_id()
    first = log_contact(actor=sam.actor, entry=HEARD, contact_id=key)
    again = log_contact(actor=sam.actor, entry=HEARD, contact_id=key)
    assert first.fresh and not again.fresh and first.record == again.record
    stored = Contact.objects.get()
    assert (stored.id, stored.caller_number, stored.source) == (key, "+447700900142", "by hand")
    assert (stored.disposition, stored.caller_role) == ("ADVICE", "VICTIM")
    assert ContactRecord.objects.count() == CallbackPromise.objects.count() == 1
    assert FailureDemandTag.objects.count() == 2 and ReferralNote.objects.count() == 1
    assert Entry.objects.filter(event="contact.contact_logged").count() == 1


def test_a_known_source_key_is_the_same_contact(house: None, sam: Account) -> None:
    told = [
        log_contact(actor=sam.actor, entry=HEARD, source="portal", source_key="report-7").contact_id
        for _ in range(2)
    ]
    assert told[0] == told[1] and Contact.objects.count() == 1


def test_a_call_of_the_switch_keeps_what_the_switch_said(floor: Floor, sam: Account) -> None:
    contact = floor.rings()
    log_contact(actor=sam.actor, entry=HEARD, contact_id=contact)
    stored = Contact.objects.get()
    assert (stored.source, stored.source_key, stored.disposition) == ("test", "c1", "ADVICE")


def test_a_correction_keeps_what_was_said_before(house: None, sam: Account) -> None:
    key = new_id()
    log_contact(actor=sam.actor, entry=HEARD, contact_id=key)
    corrected = ContactEntry(taken_at=NOW, narrative="It was next door", disposition="ERROR")
    log_contact(actor=sam.actor, entry=corrected, contact_id=key)
    told = list(ContactRecord.objects.order_by("version").values_list("version", "narrative", "disposition"))
    assert told == [
        (1, "Somebody stands outside the flat", "ADVICE"),
        (2, "It was next door", "ERROR"),
    ]
    # What the second record does not say is not taken back on the contact.
    assert Contact.objects.values_list("disposition", "caller_role").get() == ("ERROR", "VICTIM")


@pytest.mark.parametrize(
    ("field", "entry"),
    [
        ("disposition", ContactEntry(taken_at=NOW, disposition="GONE")),
        ("caller_role", ContactEntry(taken_at=NOW, caller_role="UNCLE")),
        ("tags", ContactEntry(taken_at=NOW, tags=("CUT_OFF", "BAD_LUCK"))),
        ("language", ContactEntry(taken_at=NOW, language="elvish")),
        ("channel", ContactEntry(taken_at=NOW, channel="PIGEON")),
        ("location", ContactEntry(taken_at=NOW, location="x" * 501)),
        ("agency", ContactEntry(taken_at=NOW, referrals=(ReferralEntry(agency=" ", reason="Locks"),))),
    ],
)
def test_what_is_not_on_a_list_is_told_by_field_and_nothing_is_half_stored(
    house: None, sam: Account, field: str, entry: ContactEntry
) -> None:
    with pytest.raises(ContactRefused) as refused:
        log_contact(actor=sam.actor, entry=entry)
    assert [name for name, _ in refused.value.faults] == [field]
    assert "kept" in str(refused.value)
    assert not Contact.objects.exists()


def test_the_ledger_learns_which_fields_were_said_and_never_a_word_of_them(house: None, sam: Account) -> None:
    log_contact(actor=sam.actor, entry=HEARD, contact_id=new_id())
    entry = Entry.objects.get(event="contact.contact_logged")
    assert {"narrative", "location", "disposition"} <= set(entry.fields)
    assert "Marlow" not in str(vars(entry)) and "900142" not in str(vars(entry))


def test_a_promise_has_a_clock_is_late_when_it_passes_and_stays_late_when_kept_after_all(
    house: None, sam: Account
) -> None:
    log_contact(actor=sam.actor, entry=HEARD, contact_id=new_id())
    promise = CallbackPromise.objects.get()
    assert Deadline.objects.get().due_at == promise.promised_by and promise.made_by == sam.id
    with clock.standing_at(NOW + timedelta(minutes=61)):
        worker.act_on_all_due()
    with clock.standing_at(NOW + timedelta(minutes=70)):
        assert keep_promise(actor=sam.actor, promise_id=promise.id)
        assert not keep_promise(actor=sam.actor, promise_id=promise.id)
    promise.refresh_from_db()
    assert promise.late_at == promise.promised_by
    assert promise.kept_at == NOW + timedelta(minutes=70)


def test_a_promise_kept_in_time_is_never_late(house: None, sam: Account) -> None:
    log_contact(actor=sam.actor, entry=HEARD, contact_id=new_id())
    promise = CallbackPromise.objects.get()
    with clock.standing_at(NOW + timedelta(minutes=30)):
        keep_promise(actor=sam.actor, promise_id=promise.id)
    with clock.standing_at(NOW + timedelta(hours=2)):
        worker.act_on_all_due()
    promise.refresh_from_db()
    assert promise.late_at is None


def test_a_partner_s_system_can_tell_a_contact_too(house: None) -> None:
    logged = log_contact(actor=Actor.system("portal"), entry=HEARD, source="portal", source_key="1")
    assert logged.record.recorded_by is None and isinstance(logged.contact_id, UUID)
