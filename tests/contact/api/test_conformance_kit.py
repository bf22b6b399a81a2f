"""The kit that suppliers run: against this Darwin every scenario passes, and what is wrong is said."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from darwin.contact.commands import commands
from darwin.contact.conformance.client import Api, Token, read_token
from darwin.contact.conformance.playing import NEEDED, play, scenarios
from darwin.contact.models import CallEvent, ImportReject
from darwin.contact.telephony.delivered import reading
from darwin.errors import DarwinError
from tests.staff.machines import Machine

from .calls import answered, at, event, gave_up, refused, states, transferred


@pytest.fixture
def practice(
    transactional_db: None, opened_installation: Callable[[str], None], live_server: Any, settings: Any
) -> Any:
    settings.DARWIN_MODE = "practice"
    return live_server


@pytest.fixture
def supplier(practice: Any) -> tuple[Api, Machine]:
    machine = Machine(*NEEDED, name="conformance")
    return Api(practice.url, Token(machine.secret, machine.signing_secret)), machine


def failures(api: Api, *names: str) -> dict[str, list[str]]:
    wanted = [scenario for scenario in scenarios() if not names or scenario.name in names]
    return {one.scenario.name: one.failed for one in play(api, wanted) if one.failed}


def test_every_scenario_passes_twice_in_a_row(supplier: tuple[Api, Machine]) -> None:
    api, _ = supplier
    assert len(scenarios()) == 23
    assert failures(api) == {}
    assert failures(api) == {}


def test_what_a_darwin_does_wrong_is_said_in_a_sentence(
    supplier: tuple[Api, Machine], monkeypatch: Any
) -> None:
    """A Darwin that lets a whole batch fall for one wrong event, and takes durations for seconds."""
    api, _ = supplier
    right = reading.read_delivery

    def wrong(items: Any, **more: Any) -> Any:
        found = right(items, **more)
        if found.rejected:
            found.events, found.index_of = [], {}
        found.events = [
            replace(one, type=reading.EventType.LEFT, reason="abandoned")
            if one.type == "call.connected"
            else one
            for one in found.events
        ]
        return found

    monkeypatch.setattr("darwin.contact.api.telephony.read_delivery", wrong)
    found = failures(api, "normal", "unknown_type", "abandoned")
    assert found == {
        "normal": [
            "Step 2: outcome of entry 1 should be answered and is abandoned.",
            "Step 2: talk_ms of entry 1 should be 40000 and is None.",
            "Step 2: agent of entry 1 should be conformance-1 and is None.",
        ],
        "unknown_type": ["Step 1: kept should be 2 and was 0."],
    }


def test_the_kit_plays_no_made_up_call_into_a_force_that_works(
    supplier: tuple[Api, Machine], settings: Any
) -> None:
    api, _ = supplier
    settings.DARWIN_MODE = "operational"
    # What other tests committed stays: evidence is not emptied.
    before = CallEvent.objects.count()
    with pytest.raises(DarwinError, match="made-up calls would count in a force's figures"):
        failures(api)
    assert CallEvent.objects.count() == before


def test_the_kit_says_what_its_token_lacks_and_where_nobody_answers(practice: Any, tmp_path: Path) -> None:
    machine = Machine("telephony.events", name="conformance")
    with pytest.raises(DarwinError, match=r"lacks the scope telephony\.read"):
        failures(Api(practice.url, Token(machine.secret, machine.signing_secret)))
    with pytest.raises(DarwinError, match="Darwin refused the token: Darwin knows no such token"):
        failures(Api(practice.url, Token("darwin_nobody", "")))
    with pytest.raises(DarwinError, match=r"No Darwin answers at http://127\.0\.0\.1:8149"):
        failures(Api("http://127.0.0.1:8149", Token("", "")))
    with pytest.raises(DarwinError, match="is no address"):
        Api("darwin.example.com", Token("", ""))
    with pytest.raises(DarwinError, match="cannot be read"):
        read_token(tmp_path / "none")
    (tmp_path / "token").write_text("secret-words")
    with pytest.raises(DarwinError) as refused_:
        read_token(tmp_path / "token")
    assert "secret-words" not in str(refused_.value)


def test_the_command_lists_plays_and_ends_with_the_right_status(
    supplier: tuple[Api, Machine], tmp_path: Path, monkeypatch: Any
) -> None:
    api, machine = supplier
    file = tmp_path / "token.json"
    file.write_text(json.dumps({"token": machine.secret, "signing_secret": machine.signing_secret}))
    usual = ["conform", "--url", api.url, "--token-file", str(file)]
    listed = CliRunner().invoke(commands, [*usual, "--list"])
    assert "transfer: A handler passes the caller on" in listed.stdout
    played = commands.main([*usual, "--scenario", "transfer"], standalone_mode=False)
    assert played == 0
    monkeypatch.setattr("darwin.contact.services.deliveries.settle_floor", lambda **_: 0)
    assert commands.main([*usual, "--scenario", "snapshot_after_gap"], standalone_mode=False) == 1
    strange = CliRunner().invoke(commands, [*usual, "--scenario", "nothing"])
    assert strange.exit_code == 2 and "--list names those there are" in strange.output


# --- the other direction ---


def check(tmp_path: Path, events: Any, again: Any = None) -> tuple[int, str]:
    """Status and text of darwin contact conform-adapter."""
    words = ["conform-adapter", str(written(tmp_path / "adapter.ndjson", events))]
    if again is not None:
        words += ["--again", str(written(tmp_path / "again.ndjson", again))]
    result = CliRunner().invoke(commands, words, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.return_value, result.stdout


def written(file: Path, events: Any) -> Path:
    file.write_text("\n".join(json.dumps(one) for one in events))
    return file


def beats() -> list[Any]:
    return [
        event("heartbeat", second, watching_since=at(0), tells=["entries", "talk"])
        for second in range(0, 130, 5)
    ]


GOOD = [*answered("c1", 0), *gave_up("c2", 10), *refused("c3", 20), *transferred("c4", 30)[:-1], *states(0)]


def test_a_good_adapter_has_no_fault_and_sees_its_figures(tmp_path: Path) -> None:
    status, text = check(tmp_path, [*sorted(GOOD, key=lambda one: str(one["at"])), *beats()])
    assert status == 0
    assert "No fault was found." in text and "Notes" not in text.replace("Notes (1)", "")
    assert "Queue 101: answered 2, gave up 1, refused 1." in text
    assert "Wait of the answered: median 5.9 s, longest 7.8 s." in text
    assert "Talk: median 43.0 s of 2." in text


def test_a_file_of_years_ago_is_judged_like_one_of_today(tmp_path: Path) -> None:
    old = [one | {"at": str(one["at"]).replace("2026", "2011")} for one in GOOD]
    assert check(tmp_path, old)[0] == 0


def test_a_call_that_lives_at_the_end_is_no_fault(tmp_path: Path) -> None:
    status, text = check(tmp_path, answered("c1", 0)[:-1])
    assert status == 0 and "answered 1, living 1." in text
    status, text = check(tmp_path, answered("c1", 0)[:2])
    assert status == 0 and "Queue 101: living 1." in text


SECONDS = [one | {"wait_ms": 8} if "wait_ms" in one else one for one in answered("c1", 0)]


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ([*GOOD, event("call.gone", 0)], f"Line {len(GOOD) + 1}: There is no type “call.gone”."),
        (
            [event("call.queued", 0, event_id="x", call_id="a", queue="q"),
             event("call.left", 9, event_id="x", call_id="a", queue="q", reason="abandoned", wait_ms=9000)],
            "The event_id x of line 1 is used again for another event.",
        ),
        (answered("c1", 0)[3:], "Call c1: it did something in the queue 101 without having joined it"),
        (
            [*gave_up("c2", 0)[:1], event("call.queued", 50, call_id="c2", queue="other"),
             event("call.left", 60, call_id="c2", queue="other", reason="abandoned", wait_ms=10_000)],
            "Call c2: its joining 1 of 101 has no end, and it does not live at the end of the file.",
        ),
        (SECONDS, "Line 5: wait_ms is 8, but it joined 7.8 s before. It seems to be in seconds;"),
        (
            [one | {"talk_ms": 31_000_000} if "talk_ms" in one else one for one in answered("c1", 0)],
            "Line 6: talk_ms is 31,000,000, but it was answered 30.0 s before.",
        ),
    ],
)  # fmt: skip
def test_what_an_adapter_does_wrong_is_said_with_its_line(tmp_path: Path, events: Any, sentence: str) -> None:
    status, text = check(tmp_path, events)
    assert status == 1
    assert sentence in text
    assert "Darwin's figures would be wrong." in text


def test_identifiers_that_change_from_run_to_run_are_a_fault(tmp_path: Path) -> None:
    first = answered("c1", 0)
    assert check(tmp_path, first, first)[0] == 0
    status, text = check(tmp_path, first, answered("c1", 0))
    assert status == 1 and "12 identifiers are in one file only" in text
    status, text = check(tmp_path, first, [one | {"queue": "102"} for one in first])
    assert status == 1 and "6 identifiers stand for other events in again.ndjson" in text


def test_disorder_and_missing_heartbeats_are_notes_and_no_faults(tmp_path: Path) -> None:
    status, text = check(tmp_path, list(reversed(answered("c1", 0))))
    assert status == 0
    assert "5 events are earlier than the one before them" not in text  # two are of one instant
    assert "4 events are earlier than the one before them, at most by 30.000 s (line 2)." in text
    assert "There is no heartbeat: send one every 5 s" in text
    _, text = check(tmp_path, [*answered("c1", 0), event("heartbeat", 0), event("heartbeat", 40)])
    assert "No heartbeat has watching_since" in text
    assert "1 times there is no heartbeat for more than 15 s." in text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "holds no event"), (b"\xff", "is not UTF-8"), (b"{}\n{", "Line 2 of bad.ndjson is not JSON")],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "bad.ndjson"
    file.write_bytes(content)
    with pytest.raises(DarwinError, match=sentence):
        CliRunner().invoke(commands, ["conform-adapter", str(file)], catch_exceptions=False)
    with pytest.raises(DarwinError, match="cannot be read"):
        CliRunner().invoke(commands, ["conform-adapter", str(tmp_path / "no")], catch_exceptions=False)


def test_what_the_kit_checks_is_what_darwin_rejects(supplier: tuple[Api, Machine]) -> None:
    failures(supplier[0], "wrong_events")
    assert ImportReject.objects.count() == 7
