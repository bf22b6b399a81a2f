"""Play the scenarios against a running Darwin, and say in sentences what did not come out.

A scenario is a JSON file: `says` tells a person what happens, `steps` what is sent and expected. In a step,
- `send`: events; a number as a moment is seconds from the beginning of the scenario, "now+60" from the moment
  of sending; `{run}` makes identifiers that no other run has. `lines`: as NDJSON. `signature`, `token`:
  spoilt in the way that the word says. `again`: the same bytes as the step before.
- `content`, `filled_to_bytes`, `filled_to_events`: a content that is no list of good events.
- `ask`: what Darwin made of a call.
- `expect`: the status, and of the answer what is named.
"""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from darwin.contact.conformance.client import Answer, Api, ItsClock
from darwin.errors import DarwinError
from darwin.staff.api.signing import HEADER

EVENTS, CALLS = "/api/telephony/events", "/api/telephony/calls"
NEEDED = frozenset({"telephony.events", "telephony.read"})
_MOMENTS = frozenset({"at", "joined_at", "connected_at", "watching_since"})
_FROM_NOW = re.compile(r"now([+-]\d+)")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    says: str
    steps: tuple[Mapping[str, Any], ...]


@dataclass(slots=True)
class Played:
    """A scenario that was played. failed: one sentence for each thing that did not come out."""

    scenario: Scenario
    failed: list[str] = field(default_factory=list)


def scenarios() -> list[Scenario]:
    """Every scenario of the kit, in order."""
    folder = resources.files("darwin.contact.conformance") / "scenarios"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda f: f.name)
    found = [json.loads(file.read_text("utf-8")) for file in files]
    return [Scenario(one["name"], one["says"], tuple(one["steps"])) for one in found]


def play(api: Api, wanted: list[Scenario], *, is_test: bool = False) -> Iterator[Played]:
    """Play each scenario. is_test: an operational installation that is only for tests.

    Raises DarwinError if nobody answers, if the token will not do, or if the installation is not for made-up
    calls; then nothing was sent.
    """
    said = _introduce(api, is_test)
    its_clock = ItsClock(datetime.fromisoformat(said["now"]), time.monotonic())
    for scenario in wanted:
        yield _Player(api, its_clock, scenario).play()


def _introduce(api: Api, is_test: bool) -> Mapping[str, Any]:
    answer = api.get("/api/token")
    if answer.status != 200:
        raise DarwinError(f"Darwin refused the token: {answer.said.get('detail') or answer.status}")
    lacking = sorted(NEEDED - set(answer.said.get("scopes", ())))
    if lacking:
        raise DarwinError(f"The token lacks the scope {' and '.join(lacking)}. Nothing was sent.")
    if answer.said.get("mode") != "practice" and not is_test:
        raise DarwinError(
            f"That Darwin is {answer.said.get('mode')}: made-up calls would count in a force's figures. "
            "Nothing was sent. Play against a practice installation, or say --this-is-a-test where it is one "
            "that serves nobody."
        )
    return answer.said


class _Player:
    """Plays one scenario."""

    def __init__(self, api: Api, its_clock: ItsClock, scenario: Scenario) -> None:
        self._api, self._clock, self._scenario = api, its_clock, scenario
        self._run = secrets.token_hex(6)
        self._start = self._now() - timedelta(seconds=_length(scenario) + 1)
        self._last: tuple[bytes, Mapping[str, str]] = (b"[]", {})

    def play(self) -> Played:
        played = Played(self._scenario)
        for number, step in enumerate(self._scenario.steps, 1):
            answer = self._do(step)
            played.failed += [f"Step {number}: {fault}" for fault in _faults(step["expect"], answer)]
            if played.failed:
                break
        return played

    def _now(self) -> datetime:
        return self._clock.at(time.monotonic())

    def _do(self, step: Mapping[str, Any]) -> Answer:
        if "ask" in step:
            return self._api.get(f"{CALLS}?{urlencode({'call_id': self._filled(step['ask'])})}")
        if step.get("again"):
            return self._api.send(EVENTS, *self._last)
        content = self._content(step)
        kind = "application/x-ndjson" if step.get("lines") else "application/json"
        headers = self._spoilt(step, content, kind)
        self._last = (content, headers)
        return self._api.send(EVENTS, content, headers)

    def _content(self, step: Mapping[str, Any]) -> bytes:
        if "content" in step:
            return str(step["content"]).encode()
        if "filled_to_bytes" in step:
            return b"[" + b" " * (int(step["filled_to_bytes"]) - 2) + b"]"
        if "filled_to_events" in step:
            return json.dumps([{}] * int(step["filled_to_events"])).encode()
        events = [self._filled(one) for one in step["send"]]
        if step.get("lines"):
            return "\n".join(json.dumps(one) for one in events).encode()
        return json.dumps(events).encode()

    def _filled(self, value: Any, name: str = "") -> Any:
        """The value with its moments and the run's own identifiers put in."""
        if isinstance(value, dict):
            return {key: self._filled(part, key) for key, part in value.items()}
        if isinstance(value, list):
            return [self._filled(part) for part in value]
        if name in _MOMENTS and isinstance(value, int | float):
            return (self._start + timedelta(seconds=value)).isoformat(timespec="milliseconds")
        if isinstance(value, str):
            if name in _MOMENTS and (found := _FROM_NOW.fullmatch(value)):
                return (self._now() + timedelta(seconds=int(found[1]))).isoformat()
            return value.replace("{run}", self._run)
        return value

    def _spoilt(self, step: Mapping[str, Any], content: bytes, kind: str) -> dict[str, str]:
        signature = step.get("signature", "")
        shift = {"an_hour_old": -_HOUR, "an_hour_ahead": _HOUR}.get(signature, timedelta(0))
        headers = self._api.headers(content, self._now() + shift, kind)
        if signature == "wrong":
            headers = self._api.headers(content + b" ", self._now(), kind)
        elif signature == "missing":
            del headers[HEADER]
        elif signature == "unreadable":
            headers[HEADER] = "signed"
        if step.get("token") == "missing":
            del headers["Authorization"]
        elif step.get("token") == "unknown":
            headers["Authorization"] = "Bearer darwin_unknown"
        return headers


def _length(scenario: Scenario) -> float:
    """Seconds from the scenario's beginning to its last moment; 0 where all lies before it."""

    def moments(value: Any, name: str = "") -> Iterator[float]:
        if isinstance(value, dict):
            for key, part in value.items():
                yield from moments(part, key)
        elif isinstance(value, list):
            for part in value:
                yield from moments(part)
        elif name in _MOMENTS and isinstance(value, int | float):
            yield float(value)

    return max((0.0, *(moment for step in scenario.steps for moment in moments(step.get("send", [])))))


def _faults(expected: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    """What of an answer is not as expected, a sentence each."""
    status = expected.get("status", 200)
    if answer.status != status:
        said = answer.said.get("detail") or "without a sentence"
        yield f"the answer should be {status} and was {answer.status}: {said}"
        return
    if "code" in expected and answer.code != expected["code"]:
        yield f"the refusal's code should be {expected['code']} and was {answer.code or 'missing'}."
    for name in ("received", "kept", "already_known"):
        if name in expected and answer.said.get(name) != expected[name]:
            yield f"{name} should be {expected[name]} and was {answer.said.get(name)}."
    yield from _faults_of_rejections(expected, answer)
    yield from _faults_of_warnings(expected, answer)
    yield from _faults_of_call(expected, answer)


def _faults_of_rejections(expected: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    if "kept" not in expected and "rejected" not in expected:
        return
    wanted = {one["index"]: one["says"] for one in expected.get("rejected", [])}
    found = {one["index"]: one["reason"] for one in answer.said.get("rejected", [])}
    for index in sorted(wanted.keys() | found.keys()):
        if index not in found:
            yield f"event {index} should be rejected (“{wanted[index]}”) and was not."
        elif index not in wanted:
            yield f"event {index} should be kept and was rejected: {found[index]}"
        elif wanted[index] not in found[index]:
            yield f"event {index} should be rejected with “{wanted[index]}”; it said: {found[index]}"


def _faults_of_warnings(expected: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    if "warns" not in expected:
        return
    found = list(answer.said.get("warnings", []))
    for wanted in expected["warns"]:
        if not any(wanted in warning for warning in found):
            yield f"a warning with “{wanted}” is missing."
    if not expected["warns"] and found:
        yield f"there should be no warning; there is: {found[0]}"


def _faults_of_call(expected: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    if "stage" in expected and answer.said.get("stage") != expected["stage"]:
        yield (
            f"the call should be {expected['stage'] or 'over'} now and is "
            f"{answer.said.get('stage') or 'over'}."
        )
    if "entries" not in expected:
        return
    found = list(answer.said.get("entries", []))
    if len(found) != len(expected["entries"]):
        yield f"the call should have {len(expected['entries'])} entries and has {len(found)}."
        return
    for number, (wanted, entry) in enumerate(zip(expected["entries"], found, strict=True), 1):
        for name, value in wanted.items():
            if entry.get(name) != value:
                yield f"{name} of entry {number} should be {value} and is {entry.get(name)}."
