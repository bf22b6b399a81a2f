"""The thresholds and lists of reference data that this room reads."""

from datetime import datetime, time, timedelta

from darwin.errors import DarwinError
from darwin.outbound.judging import Limits, Window
from darwin.reference.lists import ListKind, declare_list
from darwin.reference.queries import code, codes, threshold
from darwin.reference.required import require_threshold
from darwin.reference.units import Unit
from darwin.reference.values import CodeValue

_ROOM = "outbound"
_FROM = "outbound.earliest_hour"
_UNTIL = "outbound.latest_hour"
_GAP = "outbound.gap"
_A_DAY = "outbound.attempts_a_day"
_ENOUGH = "contact.callback_attempts"
_OVERRIDE = "outbound.override_holds"
LAPSES = "outbound.attempt_lapses"
PURPOSES = "outbound_purpose"
RESULTS = "outbound_result"

LAPSED, NOT_RUNG, SENT, NOT_SENT = "LAPSED", "NOT_RUNG", "SENT", "NOT_SENT"
EVERY_DAY = frozenset(range(7))


class WrongHour(DarwinError):
    """A threshold that should be a time of day is none."""


def declare() -> None:
    """Tell the reference room what this room cannot work without."""
    require_threshold(_FROM, Unit.TEXT, _ROOM, "to know from when in the morning people are rung")
    require_threshold(_UNTIL, Unit.TEXT, _ROOM, "to know until when in the evening people are rung")
    require_threshold(_GAP, Unit.CLOCK_MINUTES, _ROOM, "to know how soon a number may be tried again")
    require_threshold(_A_DAY, Unit.NUMBER, _ROOM, "to know how often a number is tried on one day")
    require_threshold(_ENOUGH, Unit.NUMBER, _ROOM, "to know how often somebody is tried in all")
    require_threshold(
        _OVERRIDE, Unit.CLOCK_MINUTES, _ROOM, "to know how long a supervisor's leave to ring holds"
    )
    declare_list(ListKind(PURPOSES, "Why somebody is reached", {"at_any_hour": bool}))
    declare_list(
        ListKind(
            RESULTS,
            "What became of an attempt to reach somebody",
            {"counts_as_try": bool, "reached": bool, "not_safe": bool, "chosen": bool},
            required_codes=frozenset({LAPSED, NOT_RUNG, SENT, NOT_SENT}),
        )
    )


def limits(at: datetime) -> Limits:
    """What the force had set at `at`. Raises WrongHour if an hour is no time of day."""
    return Limits(
        hours=Window(EVERY_DAY, _hour(_FROM, at), _hour(_UNTIL, at)),
        gap=timedelta(minutes=float(threshold(_GAP, at=at).value)),
        tries_a_day=int(threshold(_A_DAY, at=at).value),
        tries_enough=int(threshold(_ENOUGH, at=at).value),
    )


def override_holds(at: datetime) -> timedelta:
    """How long a supervisor's leave to ring holds, where they give no time."""
    return timedelta(minutes=float(threshold(_OVERRIDE, at=at).value))


def purpose(code_: str, at: datetime) -> CodeValue:
    """Why somebody is reached. Raises UnknownReference for a code that the force has not."""
    return code(PURPOSES, code_, at)


def results(at: datetime) -> dict[str, CodeValue]:
    """What can become of an attempt, by code."""
    return {value.code: value for value in codes(RESULTS, at)}


def _hour(name: str, at: datetime) -> time:
    written = str(threshold(name, at=at).value).strip()
    try:
        return time.fromisoformat(written)
    except ValueError:
        raise WrongHour(
            f"The threshold “{name}” is “{written}”, which is no time of day. Nobody is rung until it is "
            "mended: write it as 08:00 in the force's reference file and run darwin reference load."
        ) from None
