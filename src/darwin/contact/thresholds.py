"""The thresholds of reference data that this room reads."""

from datetime import datetime, timedelta

from darwin.reference.queries import threshold
from darwin.reference.required import require_threshold
from darwin.reference.units import Unit
from darwin.reference.values import ThresholdValue

_ROOM = "contact"
_ANSWER_999 = "contact.999.answer_within_s"
_ANSWER_101 = "contact.101.answer_within_s"
_TARGET_999 = "contact.999.target_percent"
_TARGET_101 = "contact.101.target_percent"
_MATCH = "contact.lost_caller_match_minutes"
_SHARED = "contact.shared_number_contacts"
_SHARED_DAYS = 28
_REPEAT = "contact.repeat_contact_days"
_HANDLER = "contact.handler_figure_minimum"
_RING_LOST = "contact.ring_lost_callers_within"
_STILL_OWED = "contact.lost_callers_owed_for"
_PROMISED = "contact.callback_within"
_PACK_RENEWED = "contact.fallback.pack_renewed_after"
_PACK_FORMS = "contact.fallback.forms"
_STALE = "contact.live.stale_after_s"
_GAP = "contact.live.gap_after_s"
_NOTES = "contact.live.notes_after_call_s"
_ROUTED_FOR = "contact.routing.offered_for_s"
_MESSAGES_WAIT = "contact.routing.messages_wait_for"
_OCCUPANCY = "contact.guardrail.occupancy_percent"
_LOOKED_BACK = "contact.guardrail.looked_back"
_FEWEST = "contact.guardrail.fewest_calls"


def declare() -> None:
    """Tell the reference room what this room cannot work without."""
    _declare_routing()
    require_threshold(
        _TARGET_999, Unit.PERCENT, _ROOM, "to know what share of 999 calls is to be answered in time"
    )
    require_threshold(
        _TARGET_101, Unit.PERCENT, _ROOM, "to know what share of other calls is to be answered in time"
    )
    require_threshold(
        _ANSWER_999, Unit.SECONDS, _ROOM, "to know within how long a 999 call is to be answered"
    )
    require_threshold(
        _ANSWER_101, Unit.SECONDS, _ROOM, "to know within how long any other call is to be answered"
    )
    require_threshold(
        _MATCH, Unit.CLOCK_MINUTES, _ROOM, "to know within how long a lost caller counts as having come back"
    )
    require_threshold(
        _SHARED,
        Unit.NUMBER,
        _ROOM,
        f"to know the contacts in {_SHARED_DAYS} days from which a number counts as shared",
    )
    require_threshold(_REPEAT, Unit.DAYS, _ROOM, "to know within how long a contact counts as a repeat")
    require_threshold(
        _STALE, Unit.SECONDS, _ROOM, "to know after how long a silence live figures are shown as old"
    )
    require_threshold(_GAP, Unit.SECONDS, _ROOM, "to know after how long a silence no live figure is shown")
    require_threshold(
        _NOTES, Unit.SECONDS, _ROOM, "to know how long after a call a handler counts as finishing notes"
    )
    require_threshold(
        _HANDLER, Unit.NUMBER, _ROOM, "to know the fewest contacts for a figure about one handler"
    )
    require_threshold(
        _RING_LOST, Unit.CLOCK_MINUTES, _ROOM, "to know within how long a lost caller is to be rung back"
    )
    require_threshold(
        _STILL_OWED, Unit.CLOCK_HOURS, _ROOM, "to know for how long a lost caller stays on the list"
    )
    require_threshold(
        _PROMISED, Unit.CLOCK_HOURS, _ROOM, "to know by when somebody who asked to be rung back is rung"
    )
    require_threshold(
        _PACK_RENEWED, Unit.CLOCK_MINUTES, _ROOM, "to know how often the printed fall-back pack is made anew"
    )
    require_threshold(_PACK_FORMS, Unit.NUMBER, _ROOM, "to know how many blank forms the printed pack has")


def _declare_routing() -> None:
    require_threshold(
        _ROUTED_FOR, Unit.SECONDS, _ROOM, "to know how long a call-back or message is kept for one handler"
    )
    require_threshold(
        _MESSAGES_WAIT, Unit.DAYS, _ROOM, "to know for how long a message that nobody answered is routed"
    )
    require_threshold(
        _OCCUPANCY, Unit.PERCENT, _ROOM, "to know how busy handlers may be while a routing policy is on trial"
    )
    require_threshold(
        _LOOKED_BACK, Unit.DAYS, _ROOM, "to know against how many days a routing policy is held"
    )
    require_threshold(
        _FEWEST, Unit.NUMBER, _ROOM, "to know the fewest calls by which a routing policy is judged"
    )


def answer_within(channel: str, at: datetime) -> ThresholdValue:
    """Within how many seconds a call of this channel is to be answered, as the force had set it at `at`."""
    return threshold(_ANSWER_999 if channel == "PHONE_999" else _ANSWER_101, at=at)


def answer_within_s(channel: str, at: datetime) -> float:
    """The same as a number of seconds."""
    return float(answer_within(channel, at).value)


def answer_target(channel: str, at: datetime) -> ThresholdValue:
    """What share of the calls of this channel, in per cent, is to be answered within that time."""
    return threshold(_TARGET_999 if channel == "PHONE_999" else _TARGET_101, at=at)


def match_within(at: datetime) -> timedelta:
    """Within how long after giving up a caller counts as having come back."""
    return timedelta(minutes=float(threshold(_MATCH, at=at).value))


def shared_number(at: datetime) -> tuple[int, timedelta]:
    """How many contacts within how long make a number one that several people use."""
    return int(threshold(_SHARED, at=at).value), timedelta(days=_SHARED_DAYS)


def repeat_within(at: datetime) -> timedelta:
    """Within how long a contact of the same number counts as a repeat."""
    return timedelta(days=float(threshold(_REPEAT, at=at).value))


def least_contacts_of_a_handler(at: datetime) -> int:
    """The fewest contacts on which a figure about one handler is shown."""
    return int(threshold(_HANDLER, at=at).value)


def ring_lost_callers_within(at: datetime) -> timedelta:
    """Within how long after their last try the force means to ring a lost caller back."""
    return timedelta(minutes=float(threshold(_RING_LOST, at=at).value))


def still_owed_for(at: datetime) -> timedelta:
    """For how long after a try a lost caller stays on the list of calls owed."""
    return timedelta(hours=float(threshold(_STILL_OWED, at=at).value))


def callback_promised_within(at: datetime) -> timedelta:
    """Within how long a caller who asked to be rung back is rung, where no other time was promised."""
    return timedelta(hours=float(threshold(_PROMISED, at=at).value))


def pack_renewed_after(at: datetime) -> timedelta:
    """How often the printed fall-back pack is made anew."""
    return timedelta(minutes=float(threshold(_PACK_RENEWED, at=at).value))


def forms_in_pack(at: datetime) -> int:
    """How many blank forms a printed pack has."""
    return int(threshold(_PACK_FORMS, at=at).value)


def stale_after(at: datetime) -> timedelta:
    """After how long a silence of a switch its figures are shown as old."""
    return timedelta(seconds=float(threshold(_STALE, at=at).value))


def gap_after(at: datetime) -> timedelta:
    """After how long a silence of a switch no figure of it is shown as if it were now."""
    return timedelta(seconds=float(threshold(_GAP, at=at).value))


def notes_after_call(at: datetime) -> timedelta:
    """How long after a call a handler counts as finishing notes, if they do not say otherwise."""
    return timedelta(seconds=float(threshold(_NOTES, at=at).value))


def routed_for(at: datetime) -> timedelta:
    """How long a call-back or a message is kept for the handler it was routed to, in real time."""
    return timedelta(seconds=float(threshold(_ROUTED_FOR, at=at).value))


def messages_wait_for(at: datetime) -> timedelta:
    """For how long a message that nobody has answered is routed."""
    return timedelta(days=float(threshold(_MESSAGES_WAIT, at=at).value))


def most_occupied(at: datetime) -> ThresholdValue:
    """The share of their time, in per cent, that handlers may be busy while a routing policy is on trial."""
    return threshold(_OCCUPANCY, at=at)


def guardrails_look_back(at: datetime) -> ThresholdValue:
    """Against how many days before it a routing policy is held."""
    return threshold(_LOOKED_BACK, at=at)


def guardrails_need_calls(at: datetime) -> int:
    """The fewest calls by which a routing policy is judged."""
    return int(threshold(_FEWEST, at=at).value)
