"""What is typed is never lost: any order, doubling and loss of saves, and any number of windows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darwin.contact.models import Contact, ContactDraft, ContactRecord, DraftRevision
from darwin.contact.services.drafts import DraftSave, Outcome, save_draft
from darwin.contact.services.finishing import finish_draft
from darwin.contact.services.logging import ContactRefused
from darwin.deadlines import clock
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry
from darwin.staff.models import Account
from tests.contact.taking.calls import NOW

# The house stays the same for every example; each has a contact of its own.
SAME_HOUSE = [HealthCheck.function_scoped_fixture]
KEY, TAB, OTHER = (UUID(int=number) for number in (1, 2, 3))


def typed(revision: int, narrative: str, writer: UUID = TAB, key: UUID = KEY, **more: Any) -> DraftSave:
    words = {"narrative": narrative, **more.pop("words", {})}
    return DraftSave(key=key, writer=writer, revision=revision, begun_at=NOW, words=words, **more)


def narrative_of(draft: ContactDraft) -> str:
    draft.refresh_from_db()
    return str(draft.words["narrative"])


@given(st.data())
@settings(max_examples=60, suppress_health_check=SAME_HOUSE)
def test_any_order_doubling_and_loss_of_saves_ends_with_the_last_one_heard(
    house: None, sam: Account, data: st.DataObject
) -> None:
    key = new_id()
    saves = [typed(number, f"words {number}", key=key) for number in range(1, 9)]
    heard = data.draw(st.lists(st.sampled_from(saves), min_size=1, max_size=25))
    for save in heard:
        kept = save_draft(actor=sam.actor, account_id=sam.id, save=save)
    last = max(save.revision for save in heard)
    assert narrative_of(kept.draft) == f"words {last}" and kept.draft.revision == last
    assert ContactDraft.objects.filter(key=key).count() == 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
@settings(max_examples=60, suppress_health_check=SAME_HOUSE)
def test_of_two_windows_neither_ever_loses_a_word(
    house: None, sam: Account, turns: list[tuple[bool, bool]]
) -> None:
    """Whoever types, and whether or not they have taken up what the other wrote: every text is kept."""
    key, windows = new_id(), (new_id(), new_id())
    revision, built_on = dict.fromkeys(windows, 0), {w: {} for w in windows}  # type: ignore[var-annotated]
    written = []
    for who, takes_up in turns:
        writer = windows[who]
        if takes_up and (now := ContactDraft.objects.filter(key=key).first()):
            built_on[writer] = {str(now.writer): now.revision}
        revision[writer] += 1
        text = f"{who} {revision[writer]}"
        written.append(text)
        save = typed(revision[writer], text, writer, key, built_on=built_on[writer])
        save_draft(actor=sam.actor, account_id=sam.id, save=save)
    kept = {draft.words["narrative"] for draft in ContactDraft.objects.filter(key=key)}
    kept |= {row.words["narrative"] for row in DraftRevision.objects.filter(draft__key=key)}
    assert set(written) <= kept


def test_a_second_window_is_told_and_both_texts_are_kept(house: None, sam: Account) -> None:
    save_draft(actor=sam.actor, account_id=sam.id, save=typed(1, "Back door was open"))
    beside = save_draft(actor=sam.actor, account_id=sam.id, save=typed(1, "Front door", OTHER))
    assert beside.outcome is Outcome.BESIDE and beside.draft.words["narrative"] == "Back door was open"
    assert DraftRevision.objects.get(beside=True).words["narrative"] == "Front door"
    # Having taken up the other's words, the second window's next save stands; the first's are kept still.
    told = typed(2, "Front door. Back door was open", OTHER, built_on={str(TAB): 1})
    assert save_draft(actor=sam.actor, account_id=sam.id, save=told).outcome is Outcome.KEPT
    assert DraftRevision.objects.get(beside=False).words["narrative"] == "Back door was open"


def test_a_reloaded_page_goes_on_from_a_save_whose_answer_was_lost(house: None, sam: Account) -> None:
    for revision in (1, 2, 3):
        save_draft(actor=sam.actor, account_id=sam.id, save=typed(revision, f"words {revision}"))
    after = typed(4, "words 4", OTHER, built_on={str(TAB): 3})
    assert save_draft(actor=sam.actor, account_id=sam.id, save=after).outcome is Outcome.KEPT
    late = save_draft(actor=sam.actor, account_id=sam.id, save=typed(2, "words 2"))
    assert late.outcome is Outcome.KNOWN and narrative_of(late.draft) == "words 4"


def test_what_is_taken_away_and_every_minute_s_words_stay(
    house: None, sam: Account, at: Callable[..., Any]
) -> None:
    for seconds in range(0, 181, 5):
        with at(seconds=seconds):
            text = "word " * (1 + seconds)
            save_draft(actor=sam.actor, account_id=sam.id, save=typed(1 + seconds, text))
    assert DraftRevision.objects.count() in (2, 3)
    with at(seconds=190):
        save_draft(actor=sam.actor, account_id=sam.id, save=typed(500, ""))
    newest = DraftRevision.objects.order_by("-saved_at").first()
    assert newest is not None and newest.words["narrative"] == "word " * 181


def test_five_minutes_of_saving_are_one_entry_and_a_second_author_has_their_own(
    house: None, sam: Account, ruth: Account, at: Callable[..., Any]
) -> None:
    for second in range(0, 590, 10):
        with at(seconds=second):
            save_draft(actor=sam.actor, account_id=sam.id, save=typed(1 + second, "x" * second))
    entries = Entry.objects.filter(event="contact.notes_saved")
    assert entries.count() == 2
    with at(seconds=591):
        save_draft(actor=ruth.actor, account_id=sam.id, save=typed(1000, "by Ruth"))
    assert entries.count() == 3 and entries.filter(actor_id=ruth.id).count() == 1


@given(st.text(alphabet=st.characters(codec=None), max_size=30))
@settings(max_examples=100, suppress_health_check=SAME_HOUSE)
def test_whatever_a_browser_can_send_is_kept(house: None, sam: Account, text: str) -> None:
    kept = save_draft(actor=sam.actor, account_id=sam.id, save=typed(1, text, key=new_id()))
    whole = "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")
    assert "".join(c for c in narrative_of(kept.draft) if c != "\ufffd") == whole.replace("\ufffd", "")


def test_what_is_no_field_of_the_page_is_left_out(house: None, sam: Account) -> None:
    words = {"who": 7, "tags": ["CUT_OFF", 3], "account": "ruth", "location": "14 Marlow Court"}
    kept = save_draft(actor=sam.actor, account_id=sam.id, save=typed(1, "x", words=words))
    assert kept.draft.words == {"narrative": "x", "tags": ["CUT_OFF"], "location": "14 Marlow Court"}


def test_finishing_twice_records_once_and_a_change_after_it_is_another_version(
    house: None, sam: Account
) -> None:
    words = {"disposition": "ADVICE", "promise_by": "16:00", "number": "07700 900142"}
    kept = save_draft(
        actor=sam.actor, account_id=sam.id, save=typed(1, "Lost keys", words=words, entered_later=True)
    )
    first = finish_draft(actor=sam.actor, draft=kept.draft)
    with clock.standing_at(NOW + timedelta(minutes=3)):
        again = finish_draft(actor=sam.actor, draft=ContactDraft.objects.get())
    assert first.fresh and not again.fresh
    stored = Contact.objects.get()
    assert (stored.id, stored.first_offered_at, stored.disposition) == (KEY, NOW, "ADVICE")
    assert stored.callback_promises.get().promised_by == NOW + timedelta(hours=1, minutes=36)
    assert ContactRecord.objects.get().entered_later
    save_draft(actor=sam.actor, account_id=sam.id, save=typed(2, "Lost keys, found", words=words))
    finish_draft(actor=sam.actor, draft=ContactDraft.objects.get())
    assert list(ContactRecord.objects.values_list("version", flat=True)) == [1, 2]
    assert stored.callback_promises.count() == 1


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"promise_by": "tomorrow"}, "promise_by"),
        ({"promise_by": "9:00"}, "promise_by"),
        ({"promise_by": "31/11/2026 9:00"}, "promise_by"),
        ({"disposition": "NO_SUCH"}, "disposition"),
        ({"referral_reason": "Locks"}, "agency"),
    ],
)
def test_what_cannot_be_recorded_stays_in_the_draft(
    house: None, sam: Account, words: dict[str, str], field: str
) -> None:
    kept = save_draft(actor=sam.actor, account_id=sam.id, save=typed(1, "Lost keys", words=words))
    with pytest.raises(ContactRefused) as refused:
        finish_draft(actor=sam.actor, draft=kept.draft)
    assert refused.value.faults[0][0] == field
    kept.draft.refresh_from_db()
    assert kept.draft.finished_at is None and kept.draft.words["narrative"] == "Lost keys"
    assert not Contact.objects.exists()
