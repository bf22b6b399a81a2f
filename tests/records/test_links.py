"""A link that protects somebody ends by two people; until then its number stays as unsafe as it was."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.ledger.models import Entry, Reason
from darwin.outbound.deciding import decide
from darwin.records.links import HARMLESS_LINKS, protects
from darwin.records.models import LinkKind, PhoneLink, PhoneLinkEnding
from darwin.records.phones import identity_of
from darwin.records.services.links import (
    confirm_link_ending,
    decline_link_ending,
    end_link,
    propose_link_ending,
)
from darwin.records.services.phones import NumberRefused, link_number
from darwin.staff.models import Account

pytestmark = pytest.mark.usefixtures("house")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NUMBER = "07700 900142"
ONE, OTHER = Actor.staff(new_id()), Actor.staff(new_id())
PROTECTING = sorted(set(LinkKind.values) - HARMLESS_LINKS)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with clock.standing_at(NOON):
        yield


def linked(link: str = "domestic") -> PhoneLink:
    return link_number(actor=ONE, number=NUMBER, link=link, reason="Told so")


def links_now() -> frozenset[str]:
    return identity_of(NUMBER, clock.now()).links


def test_the_links_that_make_a_number_unsafe_are_those_that_the_law_of_the_house_names() -> None:
    assert set(PROTECTING) == {
        "domestic",
        "stalking",
        "honour_based",
        "sexual",
        "exploitation",
        "sealed_report",
    }
    assert protects("a kind that a later version knows")


@pytest.mark.parametrize("link", LinkKind.values)
def test_a_number_is_unsafe_by_exactly_the_links_that_take_two_people_to_end(link: str) -> None:
    made = linked(link)
    safe = decide(NUMBER, "call_back", clock.now()).safe
    assert safe is not protects(link)
    if safe:
        assert end_link(actor=ONE, link=made, reason="It was another number")
    else:
        with pytest.raises(NumberRefused, match="two people"):
            end_link(actor=ONE, link=made, reason="It was another number")
        assert links_now() == {link}


@pytest.mark.parametrize("link", PROTECTING)
def test_the_link_holds_until_another_person_confirms(link: str) -> None:
    made = linked(link)
    ending = propose_link_ending(actor=ONE, link=made, reason="It was another number")
    with pytest.raises(NumberRefused, match="yourself"):
        confirm_link_ending(actor=ONE, ending=ending, reason="Certain")
    assert not decide(NUMBER, "call_back", clock.now()).safe and links_now() == {link}
    with clock.standing_at(NOON + timedelta(hours=1)):
        confirm_link_ending(actor=OTHER, ending=ending, reason="I looked it up")
        assert decide(NUMBER, "call_back", clock.now()).safe and links_now() == frozenset()
    made.refresh_from_db()
    assert (made.ended_by, made.end_reason) == (OTHER.id, "It was another number")
    # What held at noon held at noon.
    assert identity_of(NUMBER, NOON).links == {link}


def test_what_is_declined_goes_on_and_may_be_proposed_again() -> None:
    made = linked()
    first = propose_link_ending(actor=ONE, link=made, reason="It was another number")
    decline_link_ending(actor=OTHER, ending=first, reason="It is hers")
    assert links_now() == {"domestic"}
    with pytest.raises(NumberRefused, match="already"):
        confirm_link_ending(actor=OTHER, ending=first, reason="After all")
    again = propose_link_ending(actor=ONE, link=made, reason="She has another number now")
    assert again.pk != first.pk and PhoneLinkEnding.objects.count() == 2


def test_proposed_twice_it_is_one_proposal_and_the_second_person_is_still_another() -> None:
    made = linked()
    first = propose_link_ending(actor=ONE, link=made, reason="It was another number")
    assert propose_link_ending(actor=OTHER, link=made, reason="Mine too").pk == first.pk
    with pytest.raises(NumberRefused):
        confirm_link_ending(actor=ONE, ending=first, reason="Certain")


@pytest.mark.parametrize("service", [confirm_link_ending, decline_link_ending])
def test_nobody_decides_without_saying_why_and_no_part_of_darwin_decides(
    service: Callable[..., PhoneLinkEnding],
) -> None:
    made = linked()
    with pytest.raises(NumberRefused):
        propose_link_ending(actor=ONE, link=made, reason="  ")
    with pytest.raises(NumberRefused, match="Only a person"):
        propose_link_ending(actor=Actor.system("worker"), link=made, reason="Old")
    ending = propose_link_ending(actor=ONE, link=made, reason="It was another number")
    for actor, reason in ((OTHER, " "), (Actor.system("worker"), "Old")):
        with pytest.raises(NumberRefused):
            service(actor=actor, ending=ending, reason=reason)
    ending.refresh_from_db()
    assert ending.confirmed_at is None and ending.declined_at is None and links_now() == {"domestic"}


def test_the_database_itself_refuses_one_person_twice() -> None:
    ending = propose_link_ending(actor=ONE, link=linked(), reason="It was another number")
    with pytest.raises(IntegrityError), transaction.atomic():
        PhoneLinkEnding.objects.filter(pk=ending.pk).update(confirmed_at=NOON, confirmed_by=ONE.id)


def test_the_ledger_has_both_people_and_both_reasons_and_no_number() -> None:
    ending = propose_link_ending(actor=ONE, link=linked(), reason="It was another number")
    confirm_link_ending(actor=OTHER, ending=ending, reason="I looked it up")
    entries = {
        event: Entry.objects.filter(event=f"records.{event}").latest("id")
        for event in ("link_ending_proposed", "number_link_ended")
    }
    assert [entry.actor_id for entry in entries.values()] == [ONE.id, OTHER.id]
    reasons = [Reason.objects.get(pk=entry.reason_id).text for entry in entries.values()]
    assert reasons == ["It was another number", "I looked it up"]


# On pages


def test_a_handler_proposes_and_a_supervisor_decides_on_pages(
    make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    made = linked()
    handler, supervisor = signed_in(make("contact_handler")), signed_in(make("contact_supervisor"))
    phone = reverse("records:phone", args=[made.phone_id])
    proposing = reverse("records:link_end", args=[made.id])
    assert proposing in handler.get(phone).content.decode()
    kept = handler.post(proposing, {"reason": " "})
    assert kept.status_code == 422 and not PhoneLinkEnding.objects.exists()
    handler.post(proposing, {"reason": "It was another number"})
    ending = PhoneLinkEnding.objects.get()
    page = handler.get(phone).content.decode()
    assert "second person wanted" in page and "Do not ring it" in page
    deciding = reverse("records:link_ending", args=[ending.id])
    assert deciding not in page and deciding in supervisor.get(phone).content.decode()
    assert deciding in supervisor.get(reverse("records:link_endings")).content.decode()
    refused = supervisor.post(deciding, {"decision": "confirm", "reason": ""})
    assert refused.status_code == 422
    supervisor.post(deciding, {"decision": "confirm", "reason": "I looked it up"})
    page = handler.get(phone).content.decode()
    assert "Do not ring it" not in page and "ended 4 Mar 2026" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_who_proposed_it_cannot_decide_on_the_page(
    make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    me = make("contact_supervisor")
    ending = propose_link_ending(actor=me.actor, link=linked(), reason="It was another number")
    client = signed_in(me)
    address = reverse("records:link_ending", args=[ending.id])
    assert "You proposed this" in client.get(address).content.decode()
    page = client.post(address, {"decision": "confirm", "reason": "Certain"})
    assert page.status_code == 422 and links_now() == {"domestic"}


def test_declined_on_the_page_the_link_goes_on(
    make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    ending = propose_link_ending(actor=ONE, link=linked(), reason="It was another number")
    client = signed_in(make("duty_inspector"))
    client.post(
        reverse("records:link_ending", args=[ending.id]), {"decision": "decline", "reason": "It is hers"}
    )
    assert links_now() == {"domestic"}
    assert "No link waits" in client.get(reverse("records:link_endings")).content.decode()


@pytest.mark.parametrize("link", sorted(HARMLESS_LINKS))
def test_a_harmless_link_is_ended_by_one_and_frightens_nobody_from_ringing(
    make: Callable[..., Account], signed_in: Callable[..., Client], link: str
) -> None:
    made = linked(link)
    client = signed_in(make("contact_handler"))
    phone = reverse("records:phone", args=[made.phone_id])
    assert "Do not ring it" not in client.get(phone).content.decode()
    client.post(reverse("records:link_end", args=[made.id]), {"reason": "It was another number"})
    assert links_now() == frozenset() and not PhoneLinkEnding.objects.exists()


def test_the_home_of_a_supervisor_says_that_a_proposal_waits(
    make: Callable[..., Account], signed_in: Callable[..., Client]
) -> None:
    propose_link_ending(actor=ONE, link=linked(), reason="It was another number")
    page = signed_in(make("contact_supervisor")).get(reverse("staff:home")).content.decode()
    assert reverse("records:link_endings") in page
