"""When a part is started again."""

import pytest

from darwin.config.environment import SettingError
from darwin.supervisor.parts import PARTS, Pauses, parts_of


def test_pauses_grow_to_half_a_minute_and_start_over_after_a_healthy_minute() -> None:
    now = 0.0
    pauses = Pauses(lambda: now)
    found = []
    for _ in range(7):
        pauses.start()
        found.append(pauses.end())
    assert found == [1, 2, 4, 8, 16, 30, 30]
    pauses.start()
    now += 60
    assert pauses.end() == 1


def test_an_end_that_another_part_caused_is_not_held_against_it() -> None:
    pauses = Pauses(lambda: 0.0)
    for _ in range(5):
        pauses.end()
    pauses.forgive()
    assert pauses.ends_in_a_row == 0
    assert pauses.end() == 1


@pytest.mark.parametrize("mode", ["operational", "shadow"])
def test_nothing_of_the_practice_force_runs_outside_practice(mode: str) -> None:
    running = {part.name for part in parts_of(mode)}
    assert "web" in running
    assert not any("practice" in part.arguments for part in PARTS if part.name in running)


SWITCH = {
    "DARWIN_SWITCH_HOST": "switch.example.com",
    "DARWIN_SWITCH_USER": "darwin",
    "DARWIN_SWITCH_SECRET_FILE": "/etc/darwin/switch",
}


def listener(mode: str) -> tuple[str, ...] | None:
    return next((part.arguments for part in parts_of(mode) if part.name == "listener"), None)


def test_a_switch_that_the_settings_name_is_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**SWITCH, "DARWIN_SWITCH_QUEUE_LOG": "/var/log/queue_log"}.items():
        monkeypatch.setenv(name, value)
    for mode in ("operational", "shadow"):
        words = " ".join(listener(mode) or ())
        assert "contact listen asterisk --host switch.example.com --port 5038 --user darwin" in words
        assert "--secret-file /etc/darwin/switch" in words
        assert "--queue-log /var/log/queue_log" in words
        assert words.endswith("--forever")


def test_no_switch_is_listened_to_in_practice_or_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert listener("operational") is None
    for name, value in SWITCH.items():
        monkeypatch.setenv(name, value)
    assert listener("practice") is None


@pytest.mark.parametrize("absent", sorted(SWITCH))
def test_half_a_switch_stops_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch, absent: str) -> None:
    for name, value in SWITCH.items():
        if name != absent:
            monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"but not {absent}"):
        parts_of("operational")
