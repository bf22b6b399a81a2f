"""People are found by what was heard, and each answer says why; what is restricted says nothing."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from darwin.ledger.actors import Actor
from darwin.records.births import Birth
from darwin.records.given import AliasGiven
from darwin.records.models import NameWord, Person
from darwin.records.searching import search, search_people
from darwin.records.services.keys import rebuild_keys
from darwin.records.services.markers import end_restriction, restrict_record
from darwin.records.services.merges import merge_people
from darwin.records.services.people import correct_person, end_alias, record_person
from darwin.records.services.phones import record_use
from darwin.records.services.places import place_person, record_location, record_vehicle, tie_vehicle
from darwin.reference.queries import one_version
from darwin.staff.models import Account
from darwin.staff.roles import ROLES

ACTOR = Actor.system("test")
BENCH = Path(__file__).parents[2] / "bench" / "search.py"


@pytest.fixture
def priya(house: None) -> Person:
    person = record_person(
        actor=ACTOR,
        given_name="Priya",
        middle_names="Meera",
        family_name="Desai",
        birth=Birth(1984, 3, 7),
        aliases=[AliasGiven(given_name="Pinky", family_name="Joshi")],
    )
    record_use(actor=ACTOR, person=person, number="07700 900142")
    place = record_location(
        actor=ACTOR, street_number="12", street="Narborough Road", town="Leicester", postcode="LE3 0QT"
    )
    place_person(actor=ACTOR, person=person, location=place)
    tie_vehicle(actor=ACTOR, person=person, vehicle=record_vehicle(actor=ACTOR, vrm="LK19 OIS"))
    for given, family in (("Owen", "Hale"), ("Sian", "Llewellyn"), ("John", "Smith")):
        record_person(actor=ACTOR, given_name=given, family_name=family, birth=Birth(1960, 1, 2))
    return person


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Priya Desai", "the name typed is part of it"),
        ("Priya Meera Desai", "same name"),
        ("priya desay", "sounds like desay"),
        ("Pria Desai", "sounds like Pria"),
        ("Priya Dedai", "one letter from Dedai"),
        ("Priya Deasi", "two letters of Deasi turned round"),
        ("Desai Priya", "given and family name swapped"),
        ("Pinky Joshi", "alias Pinky Joshi"),
        ("Pri Desai", "begins with Pri"),
        ("Desai 3/7/1984", "day and month swapped"),
        ("Desai 7 March 1984", "same date of birth"),
        ("Desai 7/3/1948", "born in 1984, not 1948"),
        ("Desai born 1984", "the date of birth fits as far as it was typed"),
        ("ends 0142", "number ends 0142"),
        ("0142", "number ends 0142"),
        ("07700 900142", "number +447700900142"),
        ("00900", "number has 00900 in it"),
        ("LK19 OIS", "vehicle LK19OIS"),
        ("LKI9 0IS", "vehicle LK19OIS, with letters and figures that look alike"),
        ("LK19", "vehicle LK19OIS has LK19 in it"),
        ("LK19 OTS", "vehicle LK19OIS, one character from LK19OTS"),
        ("LE3 0QT", "at 12 Narborough Road, Leicester, LE3 0QT"),
        ("12 Narborough Road", "at 12 Narborough Road, Leicester, LE3 0QT"),
        ("12 Narburgh Road", "at 12 Narborough Road, Leicester, LE3 0QT, which sounds like what was typed"),
    ],
)
def test_a_person_is_found_and_the_answer_says_why(
    priya: Person, handler: Account, typed: str, why: str
) -> None:
    matches = search_people(typed, handler, 10)
    assert matches[0].person_id == priya.id
    assert why in matches[0].reasons
    assert all(match.reasons for match in matches)


@pytest.mark.parametrize("typed", ["", "   ", "Zzyzx Qwfp", "9" * 300, "%", "'; --", "☎", "31/11/1984", "a"])
def test_what_finds_nobody_finds_nobody(priya: Person, handler: Account, typed: str) -> None:
    assert [match.name for match in search_people(typed, handler, 10)] == []


def test_who_may_not_search_gets_nothing(priya: Person, make: Callable[..., Account]) -> None:
    found = {role for role in ROLES if search_people("Priya Desai", make(role), 10)}
    assert {"contact_handler", "duty_inspector", "dispatcher", "investigator", "desk_operator"} <= found
    assert not found & {"analyst", "administrator", "local_policing_body", "panel_reader", "partner"}


def test_a_restricted_record_is_found_and_shows_nothing_of_itself(priya: Person, handler: Account) -> None:
    restricted = restrict_record(actor=ACTOR, kind="person", record_id=priya.id, reason="An officer’s own")
    match = search_people("Pinky Joshi", handler, 10)[0]
    assert (match.restricted, match.name, match.place, match.reasons) == (True, "", "", ())
    end_restriction(actor=ACTOR, restriction=restricted, reason="Ended")
    assert search_people("Pinky Joshi", handler, 10)[0].name == "Priya Meera Desai"


def test_a_corrected_name_is_found_and_the_wrong_one_is_not(priya: Person, handler: Account) -> None:
    correct_person(actor=ACTOR, person=priya, values={"family_name": "Quillfeather"}, reason="Spelt out")
    assert search_people("Quilfether", handler, 10)[0].person_id == priya.id
    assert not NameWord.objects.filter(word="desai").exists()


def test_an_ended_alias_is_not_searched(priya: Person, handler: Account) -> None:
    end_alias(actor=ACTOR, alias=priya.aliases.get(), reason="Somebody else’s")
    assert search_people("Pinky Joshi", handler, 10) == []


def test_a_joined_record_leads_to_the_one_that_stays(priya: Person, handler: Account) -> None:
    double = record_person(actor=ACTOR, given_name="Pia", family_name="Dessaye", birth=Birth(1984, 3, 7))
    merge_people(actor=ACTOR, survivor=priya, absorbed=double, choices={"name": "survivor"}, reason="Same")
    match = search_people("Pia Dessaye", handler, 10)[0]
    assert match.person_id == priya.id
    assert "also recorded as Pia Dessaye" in match.reasons


def test_keys_made_anew_are_the_keys_that_were_kept(priya: Person, handler: Account) -> None:
    before = [search_people(typed, handler, 10) for typed in ("Pinky Joshi", "0142", "LK19", "LE3 0QT")]
    rebuild_keys()
    after = [search_people(typed, handler, 10) for typed in ("Pinky Joshi", "0142", "LK19", "LE3 0QT")]
    assert [[match.person_id for match in found] for found in after] == [
        [match.person_id for match in found] for found in before
    ]


def test_a_search_costs_seven_queries_at_most(priya: Person, handler: Account) -> None:
    handler.roles_now()
    with one_version(), CaptureQueriesContext(connection) as queries:
        search("Priya Desay 7/3/1984 0142 LE3 0QT", handler, 20)
    assert len(queries) <= 7


def _bench() -> Any:
    spec = importlib.util.spec_from_file_location("bench_search", BENCH)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_hand_written_questions_find_their_people_among_twenty_thousand(handler: Account) -> None:
    bench = _bench()
    keys = bench.load(20_000)
    told = bench.ask_all(keys, bench.questions(), bench._darwin(handler))
    assert len(told) >= 200
    assert bench.recall(told) >= 0.95
    assert bench.precision(told) >= 0.6
