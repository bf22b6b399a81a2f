"""Whose call it is, and what is asked of the switch: by one press one thing, and never of another caller."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from darwin.contact.models import SwitchCommand
from darwin.contact.services.floor import note_down
from darwin.contact.services.switch_commands import finish_command, take_commands
from darwin.contact.taking.desk import desk_of
from darwin.contact.taking.desks import compute_desks
from darwin.staff import idle
from darwin.staff.models import Account
from tests.contact.taking.calls import NOW, Floor
from tests.staff.people import someone


def desks() -> Any:
    return json.loads(compute_desks())


def test_the_desks_hold_identifiers_and_times_and_follow_the_call(
    floor: Floor, sam: Account, django_assert_num_queries: Callable[..., Any]
) -> None:
    assert desks() == {}
    contact = floor.rings()
    with django_assert_num_queries(1):
        told = desks()
    assert told == {str(sam.id): {"contact": str(contact), "stage": "ringing", "since": NOW.isoformat()}}
    floor.answered(at=NOW + timedelta(seconds=6))
    assert desks()[str(sam.id)]["stage"] == "talking"
    floor.ends(at=NOW + timedelta(seconds=90))
    assert desks() == {}


def test_the_call_that_is_spoken_goes_before_one_that_rings(floor: Floor, sam: Account) -> None:
    spoken = floor.rings("c1")
    floor.answered("c1", NOW + timedelta(seconds=1))
    floor.rings("c0", NOW - timedelta(minutes=1))
    assert desks()[str(sam.id)]["contact"] == str(spoken)
    call = desk_of(sam, NOW).call
    assert call is not None and call.contact_id == spoken


def test_a_call_that_rings_everywhere_is_on_every_desk(floor: Floor, sam: Account) -> None:
    other = someone("contact_handler", display_name="Dev Patel")
    second = Floor(other, "PJSIP/1002")
    contact = floor.rings()
    second.rings()
    assert {desk["contact"] for desk in desks().values()} == {str(contact)} and len(desks()) == 2


def press(browser: Client, **data: str) -> Any:
    return browser.post("/contact/my-call/ask/", data).json()


def commands() -> list[tuple[str, str, str]]:
    return list(SwitchCommand.objects.order_by("asked_at", "id").values_list("kind", "interface", "call_id"))


def test_answer_answers_and_a_second_press_does_nothing(
    floor: Floor, browser: Client, at: Callable[..., Any]
) -> None:
    contact = str(floor.rings())
    assert "command" in press(browser, kind="answer", contact=contact)
    floor.answered(at=NOW + timedelta(seconds=2))
    told = press(browser, kind="answer", contact=contact)
    assert "on this call already" in told["sentence"]
    assert commands() == [("answer", "PJSIP/1001", "c1")]


def test_a_press_for_a_call_that_is_over_never_touches_the_next_caller(floor: Floor, browser: Client) -> None:
    first = str(floor.rings("c1"))
    floor.answered("c1", NOW + timedelta(seconds=1))
    floor.ends("c1", NOW + timedelta(seconds=2))
    floor.rings("c2", NOW + timedelta(seconds=3))
    floor.answered("c2", NOW + timedelta(seconds=4))
    for kind in ("answer", "hang_up"):
        told = press(browser, kind=kind, contact=first, asked="yes")
        assert "over" in told["sentence"]
    assert commands() == []


def test_hanging_up_asks_once_if_nobody_said_what_became_of_it(floor: Floor, browser: Client) -> None:
    contact = str(floor.rings())
    floor.answered(at=NOW + timedelta(seconds=1))
    assert press(browser, kind="hang_up", contact=contact) == {"ask_again": True}
    assert commands() == []
    assert "command" in press(browser, kind="hang_up", contact=contact, asked="yes")
    assert commands() == [("hang_up", "PJSIP/1001", "c1")]


def test_a_call_that_only_rings_is_not_hung_up(floor: Floor, browser: Client) -> None:
    told = press(browser, kind="hang_up", contact=str(floor.rings()), asked="yes")
    assert "only rings" in told["sentence"] and commands() == []


def test_not_ready_has_a_reason_of_the_force_s_list(floor: Floor, browser: Client) -> None:
    assert "Choose why" in press(browser, kind="not_ready", reason="BORED")["sentence"]
    assert "command" in press(browser, kind="not_ready", reason="meal")
    assert SwitchCommand.objects.get().detail == {"reason": "meal"}


def test_the_switch_s_refusal_and_its_failure_reach_the_person(
    floor: Floor, browser: Client, sam: Account
) -> None:
    contact = str(floor.rings())
    command = press(browser, kind="answer", contact=contact)["command"]
    where = f"/contact/my-call/asked/{command}/"
    assert browser.get(where).json() == {"outcome": "", "trouble": ""}
    take_commands(switch="test")
    finish_command(command_id=UUID(command), trouble="The telephone is busy.")
    assert browser.get(where).json() == {"outcome": "failed", "trouble": "The telephone is busy."}
    note_down(switch="test", source="test", trouble="It does not answer.")
    assert "Use the telephone itself" in press(browser, kind="answer", contact=contact)["sentence"]


def test_nobody_learns_of_another_s_command(
    floor: Floor, browser: Client, signed_in: Callable[..., Client]
) -> None:
    command = press(browser, kind="answer", contact=str(floor.rings()))["command"]
    other = signed_in(someone("contact_handler"))
    assert other.get(f"/contact/my-call/asked/{command}/").status_code == 404


@pytest.mark.parametrize("kind", ["ring_out", "explode", ""])
def test_nothing_else_is_asked_of_the_switch_from_here(floor: Floor, browser: Client, kind: str) -> None:
    assert browser.post("/contact/my-call/ask/", {"kind": kind}).status_code == 404


def test_without_scripts_a_press_comes_back_to_the_page(floor: Floor, browser: Client) -> None:
    contact = str(floor.rings())
    floor.answered(at=NOW + timedelta(seconds=1))
    form = {"kind": "hang_up", "contact": contact}
    page = browser.post("/contact/my-call/ask/", form, headers={"Accept": "text/html"}, follow=True)
    assert "What became of it is not recorded" in page.content.decode()
    assert 'name="asked" value="yes"' in page.content.decode()


def test_the_screen_is_never_locked_while_a_caller_is_on_the_line(
    floor: Floor, browser: Client, sam: Account, at: Callable[..., Any]
) -> None:
    contact = floor.rings()
    floor.answered(at=NOW + timedelta(seconds=1))
    assert idle.on_live_call(sam)
    with at(hours=2):
        assert browser.get(f"/contact/my-call/{contact}/parts/").status_code == 200
        floor.ends(at=NOW + timedelta(hours=2))
    with at(hours=5):
        assert not idle.on_live_call(sam)
        assert browser.get(f"/contact/my-call/{contact}/parts/").status_code == 423


def test_who_has_no_telephone_is_told(house: None, browser: Client) -> None:
    assert "No telephone is linked" in press(browser, kind="ready")["sentence"]
    assert not SwitchCommand.objects.exists()


def test_a_supervisor_s_own_desk_is_their_own(floor: Floor, ruth: Account) -> None:
    floor.rings()
    assert desk_of(ruth, NOW).call is None
