"""The pop: what a number may tell before anybody is identified. Counts and times, never a name."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darwin.contact.models import Contact, ContactRecord
from darwin.contact.services.drafts import DraftSave, save_draft
from darwin.contact.services.logging import ContactEntry, ReferralEntry, log_contact
from darwin.contact.taking.desks import compute_desks
from darwin.contact.taking.people import identify_caller
from darwin.ledger.actors import Subject
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry, EntrySubject
from darwin.outbound.services.preferences import record_safe_contact
from darwin.records.models import Person, VulnerabilityMarker, WarningMarker
from darwin.records.models.phones import LinkKind, PhoneIdentity
from darwin.records.services.people import AliasGiven, link_person, record_person
from darwin.records.services.phones import link_number, mark_number, record_use
from darwin.staff.models import Account
from tests.contact.taking.calls import NOW, Floor
from tests.staff.people import someone

NUMBER = "07700 900142"
# Rooms whose tables a number leads to; what people wrote stands in their text columns.
ROOMS = ("contact", "outbound", "records")
# By these a call and its number are found, and the force's own word for its line is shown.
FOUND_BY = {
    ("contact.contact", "caller_number"),
    ("contact.contact", "source"),
    ("contact.contact", "source_key"),
    ("contact.contactqueue", "label"),
    ("contact.contactqueue", "slug"),
}
TELEPHONES = {"contact.switchmember", "contact.switchconnection", "contact.floormember"}
WORDS = st.text(
    alphabet=st.characters(min_codepoint=0x41, max_codepoint=0x24F, categories=["Lu", "Ll", "Lo"]),
    min_size=6,
    max_size=14,
)


def mark(word: str, place: int) -> str:
    """A text that nothing else on a page holds, with characters that HTML and JSON write otherwise."""
    return f"Qx{place}{word}<'&\""


def plant(word: str, sam: Account, floor: Floor) -> list[str]:
    """An earlier contact of the number, a person who used it, their words and everything that hangs on them;
    then a mark in every text column of every row that this left. The marks."""
    before = log_contact(
        actor=sam.actor,
        contact_id=floor.gave_up(str(new_id()), NOW - timedelta(hours=1), 60),
        entry=ContactEntry(
            taken_at=NOW - timedelta(hours=1),
            narrative="said",
            location="there",
            access_needs="so",
            disposition="ADVICE",
            caller_role="VICTIM",
            tags=("CUT_OFF",),
            promise_by=NOW - timedelta(minutes=5),
            promised_at=NOW - timedelta(minutes=50),
            referrals=(ReferralEntry(agency="somebody", reason="why"),),
        ),
    )
    person = record_person(
        actor=sam.actor,
        given_name="Priya",
        family_name="Desai",
        identity_note="told by",
        aliases=[AliasGiven(given_name="Pri")],
    )
    record_use(actor=sam.actor, person=person, number=NUMBER)
    link_person(actor=sam.actor, person=person, role="VICTIM", subject=Subject("contact", before.contact_id))
    link_number(
        actor=sam.actor,
        number=NUMBER,
        link=LinkKind.STALKING,
        subject=Subject("contact", before.contact_id),
        reason="because",
    )
    mark_number(actor=sam.actor, number=NUMBER, kind="shared", reason="because")
    record_safe_contact(
        actor=sam.actor,
        number=NUMBER,
        person=person.id,
        not_allowed=["call_back"],
        words="not at night",
        identified_how="questions",
    )
    _markers(person)
    save = DraftSave(
        key=before.contact_id, writer=new_id(), revision=1, begun_at=NOW, words={"narrative": "typed"}
    )
    save_draft(actor=sam.actor, account_id=someone("contact_handler").id, save=save)
    return list(_mark_every_text(word))


def _markers(person: Person) -> None:
    phone = PhoneIdentity.objects.get()
    for kind, code, on in (
        (VulnerabilityMarker, "STALKING", {"person": person}),
        (WarningMarker, "VIOLENT", {"phone": phone}),
    ):
        kind.objects.create(
            code=code,
            source="s",
            note="n",
            since=NOW,
            review_on=NOW.date(),
            **on,  # type: ignore[arg-type]
        )


def _mark_every_text(word: str) -> Iterator[str]:
    """Put a mark into every column of text that may hold one, in every row of the rooms."""
    place = 0
    for model in apps.get_models():
        room = model._meta.app_label
        if room not in ROOMS or not model._meta.managed or model._meta.label_lower in TELEPHONES:
            continue
        for field in model._meta.concrete_fields:
            if (model._meta.label_lower, field.name) in FOUND_BY:
                continue
            place += 1
            value = _value(field, mark(word, place))
            if value is None:
                continue
            try:
                with transaction.atomic():
                    changed = model._base_manager.update(**{field.name: value})
                    connection.check_constraints()
            except Exception:
                continue
            if changed:
                yield f"Qx{place}{word}"


def _value(field: Any, text: str) -> Any:
    if field.unique or field.choices or field.primary_key or field.is_relation:
        return None
    if isinstance(field, models.JSONField):
        return {"narrative": text, "tags": [text], "caller_role": text}
    if isinstance(field, ArrayField):
        return [text] if isinstance(field.base_field, models.TextField | models.CharField) else None
    if isinstance(field, models.TextField):
        return text
    if isinstance(field, models.CharField):
        return text if len(text) <= (field.max_length or 0) else None
    return None


def everything_before_identity(browser: Client, key: UUID) -> dict[str, str]:
    """Every answer that the page of this handler can get while nobody has been identified."""
    here = f"/contact/my-call/{key}"
    asked = {
        "page": browser.get("/contact/my-call/"),
        "page of it": browser.get(f"/contact/my-call/?contact={key}"),
        "parts": browser.get(f"{here}/parts/"),
        "who": browser.get(f"{here}/who/"),
        "nobody looked up": browser.post(f"{here}/who/", {"act": "search"}),
        "the number looked up": browser.post(f"{here}/who/", {"act": "search", "name": NUMBER}),
        "the number beside letters": browser.post(
            f"{here}/who/", {"act": "search", "name": f"zz {NUMBER}", "address": NUMBER}
        ),
        "safe": browser.get(f"{here}/safe/"),
        "history": browser.get(f"{here}/history/"),
        "history page": browser.get(f"{here}/history/", headers={"Accept": "text/html"}),
        "shell": browser.get("/contact/my-call/shell/"),
        "worker": browser.get("/contact/my-call/worker.js"),
    }
    told = {name: answer.content.decode() for name, answer in asked.items()}
    return told | {"desks": compute_desks().decode()}


@given(word=WORDS)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pop_never_names_a_person_before_identity(
    floor: Floor, browser: Client, sam: Account, word: str
) -> None:
    """Whatever stands in any text of any table that the number leads to: none of it comes before identity."""
    with transaction.atomic():
        planted = plant(word, sam, floor)
        # The rows of the floor keep the switch's own words, by which the call is found.
        key = floor.rings(f"ring {new_id()}", caller=NUMBER)
        assert len(planted) > 40
        told = everything_before_identity(browser, key)
        assert "Tried" in told["page"] and "Tried" in told["parts"]
        for name, text in told.items():
            for planted_word in planted:
                assert planted_word not in text, f"{name} tells {planted_word}"
            assert "Priya" not in text and "Desai" not in text, name
        transaction.set_rollback(True)


def test_the_counts_are_of_the_number_and_without_the_call_itself(
    floor: Floor, browser: Client, sam: Account
) -> None:
    for minutes, wait in ((79, 130), (53, 242), (19, 80)):
        floor.gave_up(f"g{minutes}", NOW - timedelta(minutes=minutes), wait)
    floor.gave_up("month", NOW - timedelta(days=20), 30)
    floor.gave_up("year", NOW - timedelta(days=200), 30)
    floor.gave_up("old", NOW - timedelta(days=400), 30)
    floor.gave_up("other", NOW - timedelta(minutes=5), 30, "07700 900999")
    floor.rings()
    page = text_of(browser.get("/contact/my-call/").content.decode())
    assert "Tried 3 times today" in page
    assert "13:05 2:10 gave up" in page and "13:31 4:02 gave up" in page and "14:05 1:20 gave up" in page
    assert "Contacts in 28 days 4" in page and "Contacts in 12 months 5" in page


def test_promises_of_the_number_that_are_open_and_late_are_counted(
    floor: Floor, browser: Client, sam: Account
) -> None:
    for number, by in enumerate((NOW - timedelta(minutes=84), NOW + timedelta(hours=1))):
        contact = floor.gave_up(f"p{number}", NOW - timedelta(hours=3), 30)
        entry = ContactEntry(taken_at=NOW, promise_by=by, promised_at=NOW - timedelta(hours=3), narrative="x")
        log_contact(actor=sam.actor, contact_id=contact, entry=entry)
    floor.rings()
    assert "Our promises still open 2, 1 late" in text_of(browser.get("/contact/my-call/").content.decode())


@pytest.mark.parametrize(
    ("link", "warns", "why"),
    [
        ("domestic", True, "domestic abuse or stalking"),
        ("stalking", True, "domestic abuse or stalking"),
        ("honour_based", True, "domestic abuse or stalking"),
        ("sexual", True, "needs the same care"),
        ("exploitation", True, "needs the same care"),
        ("sealed_report", True, "needs the same care"),
        ("weapon", False, ""),
    ],
)
def test_a_link_warns_that_this_may_not_be_the_victim(
    floor: Floor, browser: Client, sam: Account, link: str, warns: bool, why: str
) -> None:
    link_number(actor=sam.actor, number=NUMBER, link=link, reason="x")
    floor.rings()
    page = text_of(browser.get("/contact/my-call/").content.decode())
    assert ("This may not be the victim." in page) is warns
    assert ("Do not mention earlier contact. Name nobody." in page) is warns
    assert why in page
    assert "A weapon named before yes" in page if link == "weapon" else "A weapon named before no" in page


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("shared", "Shared number"),
        ("care_home", "Care home"),
        ("prison", "Prison"),
        ("switchboard", "Switchboard"),
    ],
)
def test_a_number_that_is_not_one_person_s_is_marked(
    floor: Floor, browser: Client, sam: Account, kind: str, words: str
) -> None:
    mark_number(actor=sam.actor, number=NUMBER, kind=kind, reason="x")
    floor.rings()
    assert words in text_of(browser.get("/contact/my-call/").content.decode())


def test_a_withheld_number_has_no_counts(floor: Floor, browser: Client) -> None:
    floor.gave_up("g", NOW - timedelta(minutes=5), 30, "")
    floor.rings(caller="")
    page = text_of(browser.get("/contact/my-call/").content.decode())
    assert "withheld" in page and "Contacts in 28 days" not in page and "Tried" not in page


def test_a_number_that_is_not_told_has_no_counts(floor: Floor, browser: Client) -> None:
    floor.rings(caller=None)
    page = text_of(browser.get("/contact/my-call/").content.decode())
    assert "The source tells no number" in page and "Contacts in 28 days" not in page


def test_somebody_else_s_call_is_not_open_and_a_supervisor_may_help(
    floor: Floor, sam: Account, ruth: Account, signed_in: Callable[..., Client]
) -> None:
    key = floor.rings()
    other = signed_in(someone("contact_handler"))
    for address in ("parts/", "who/", "history/", "safe/", "notes/"):
        assert other.get(f"/contact/my-call/{key}/{address}").status_code == 404, address
    body = {"writer": str(new_id()), "revision": 1, "begun_at": NOW.isoformat(), "words": {}}
    put = other.put(f"/contact/my-call/{key}/notes/", body, content_type="application/json")
    assert put.status_code == 404
    assert other.get(f"/contact/my-call/?contact={key}").status_code == 404
    helper = signed_in(ruth)
    assert helper.get(f"/contact/my-call/{key}/parts/").status_code == 200


def test_identity_opens_the_history_and_both_are_consultations(
    floor: Floor, browser: Client, sam: Account
) -> None:
    earlier = log_contact(
        actor=sam.actor,
        entry=ContactEntry(
            taken_at=NOW - timedelta(days=3), narrative="Followed from work", location="14 Marlow Court"
        ),
    ).contact_id
    there = log_contact(
        actor=sam.actor,
        entry=ContactEntry(
            taken_at=NOW - timedelta(days=4), narrative="Noise at night", location=" 14  marlow court "
        ),
    ).contact_id
    person = record_person(actor=sam.actor, given_name="Priya", family_name="Desai")
    identify_caller(actor=sam.actor, key=earlier, person_id=person.id, role="")
    key = floor.rings()
    floor.answered()
    save = DraftSave(
        key=key, writer=new_id(), revision=1, begun_at=NOW, words={"location": "14 Marlow Court"}
    )
    save_draft(actor=sam.actor, account_id=sam.id, save=save)
    here = f"/contact/my-call/{key}"
    assert "Followed from work" not in browser.get(f"{here}/history/").content.decode()
    found = browser.post(f"{here}/who/", {"act": "search", "name": "Pria Desay", "address": "Marlow Court"})
    assert "Priya Desai" in found.content.decode()
    chosen = browser.post(f"{here}/who/", {"person": str(person.id)})
    assert "Priya Desai" in chosen.content.decode()
    opened = text_of(browser.get(f"{here}/history/").content.decode())
    assert "Followed from work" in opened and "Noise at night" in opened
    read = Entry.objects.filter(event="contact.caller_history", actor_id=sam.id).latest("id")
    seen = {(s.kind, s.id) for s in EntrySubject.objects.filter(entry_id=read.id)}
    assert {("person", person.id), ("contact", earlier), ("contact", there), ("contact", key)} <= seen


def test_name_not_given_is_recorded_and_blocks_nothing(floor: Floor, browser: Client) -> None:
    key = floor.rings()
    floor.answered()
    told = text_of(browser.post(f"/contact/my-call/{key}/who/", {"act": "not_given"}).content.decode())
    assert "The name was not given" in told and "Answer" not in told
    finished = browser.post(
        f"/contact/my-call/{key}/notes/", {"narrative": "A car blocks the road", "finish": "yes"}
    )
    assert finished.status_code == 302
    assert ContactRecord.objects.get().narrative == "A car blocks the road"


def test_a_caller_on_no_record_is_recorded_as_new(floor: Floor, browser: Client) -> None:
    key = floor.rings()
    said = {"act": "new", "name": "Priya Anjali Desai", "born": "7/3/1992", "address": "14 Marlow Court"}
    told = text_of(browser.post(f"/contact/my-call/{key}/who/", said).content.decode())
    person = Person.objects.get()
    assert (person.given_name, person.middle_names, person.family_name) == ("Priya", "Anjali", "Desai")
    assert "Priya Anjali Desai , 34" in told or "Priya Anjali Desai, 34" in told
    assert Contact.objects.get(id=key).id == key and PhoneIdentity.objects.get().uses.count() == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": ""}, "A number is not a person"),
        ({"name": "07700 900142", "address": "x"}, "A number is not a person"),
        ({"name": "Priya Desai"}, "Ask date of birth or address too"),
        ({"name": "Priya Desai", "born": "31/2/1990"}, "kept"),
    ],
)
def test_a_question_that_is_none_says_what_to_ask(
    floor: Floor, browser: Client, said: dict[str, str], sentence: str
) -> None:
    key = floor.rings()
    answer = browser.post(f"/contact/my-call/{key}/who/", {"act": "search", **said})
    assert sentence in text_of(answer.content.decode())


def text_of(html: str) -> str:
    """The words of a page, without its marks and without what only a screen reader hears."""
    bare = re.sub(r"<(script|style|template data-nothing)[^>]*>.*?</\1>", " ", html, flags=re.S)
    bare = re.sub(r"<[^>]+>", " ", bare).replace("&#x27;", "'")
    return re.sub(r"\s+", " ", bare).replace("&amp;", "&")
