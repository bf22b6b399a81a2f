"""POST /api/telephony/events: the calls of a switch that Darwin does not listen to (docs/telephony.md)."""

import json
from datetime import timedelta
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja import Router, Schema

from darwin.contact.api.described import BATCH
from darwin.contact.models import Contact, FloorCall
from darwin.contact.permissions import READ_TOLD_CALLS, TELL_OF_CALLS
from darwin.contact.services.deliveries import SwitchIsAnothers, note_wrong_clock, take_delivery
from darwin.contact.telephony.delivered.reading import read_delivery
from darwin.contact.telephony.delivered.types import MOST_EVENTS
from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.api.gate import operation
from darwin.staff.api.refusals import ApiRefused, not_found, not_json
from darwin.staff.models import ApiToken

router = Router(tags=["telephony"])
MOST_BYTES = 2_000_000
"""1,000 events of 500 bytes, four times over."""
_LINES = "application/x-ndjson"


class RejectedSaid(Schema):
    """An event that was not kept, and why; index 0 is the first of the request."""

    index: int
    event_id: str
    reason: str


class DeliverySaid(Schema):
    """What became of the events. now: Darwin's clock."""

    received: int
    kept: int
    already_known: int
    rejected: list[RejectedSaid]
    warnings: list[str]
    now: str


class EntrySaid(Schema):
    """One joining of a queue (entry_no 1, 2, …), or a refusal before it (0). Durations in milliseconds."""

    queue: str
    entry_no: int
    outcome: str
    wait_ms: int | None
    talk_ms: int | None
    agent: str | None
    reason: str
    ended_by: str


class CallSaid(Schema):
    """A call as it is derived from what was told. stage: where it stands now, empty when it is over."""

    call_id: str
    stage: str
    agents: list[str]
    entries: list[EntrySaid]


def _on_wrong_clock(token: ApiToken, apart: timedelta) -> None:
    note_wrong_clock(switch=token.client, apart=apart)


@operation(
    router,
    "POST",
    "/telephony/events",
    name="telephony-events",
    scope=TELL_OF_CALLS,
    summary="Tell of a switch's calls: a JSON array of events, or one event a line (NDJSON)",
    most_bytes=MOST_BYTES,
    response=DeliverySaid,
    on_wrong_clock=_on_wrong_clock,
    openapi_extra={"requestBody": BATCH},
)
def take_events(request: HttpRequest) -> dict[str, Any]:
    """Each event is kept or rejected by itself. Send a request again as often as needed: what is known is
    counted as already known. An empty array, or a heartbeat, says that the switch is heard."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    items = read_items(request.body, lines=request.content_type == _LINES)
    now = clock.now()
    delivery = read_delivery(items, switch=token.client, now=now)
    try:
        taken = take_delivery(actor=token.actor, switch=token.client, delivery=delivery)
    except SwitchIsAnothers as refused:
        raise ApiRefused(409, "switch_is_anothers", str(refused), where="header Authorization") from None
    return {
        "received": delivery.received,
        "kept": taken.kept,
        "already_known": taken.already_known,
        "rejected": [
            {"index": one.index, "event_id": one.event_id, "reason": one.reason} for one in taken.rejected
        ],
        "warnings": list(taken.warnings),
        "now": now.isoformat(),
    }


def read_items(content: bytes, *, lines: bool) -> list[Any]:
    """The events of a request's content. Raises ApiRefused if it is no array or NDJSON, or too many."""
    if lines:
        items = [_parsed(line, f"line {number}") for number, line in _lines(content)]
    else:
        items = _parsed(content, "")
        if not isinstance(items, list):
            raise ApiRefused(
                400,
                "not_an_array",
                "The content is not an array of events.",
                where="content",
                do="Put even a single event between [ and ], or send one event a line as " + _LINES + ".",
            )
    if len(items) > MOST_EVENTS:
        raise ApiRefused(
            413,
            "too_many",
            f"The request holds {len(items):,} events; at most {MOST_EVENTS:,} are taken at once.",
            where="content",
            do="Send them in smaller parts.",
            most_events=MOST_EVENTS,
        )
    return items


def _lines(content: bytes) -> list[tuple[int, bytes]]:
    return [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _parsed(content: bytes, place: str) -> Any:
    try:
        # NaN and Infinity are Python's own and no JSON.
        return json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        where = place
        if isinstance(problem, json.JSONDecodeError) and not place:
            where = f"line {problem.lineno}, column {problem.colno}"
        raise not_json(where) from None


@operation(
    router,
    "GET",
    "/telephony/calls",
    name="telephony-call",
    scope=READ_TOLD_CALLS,
    summary="What Darwin made of one call that this client told of",
    response=CallSaid,
)
def read_call(request: HttpRequest, call_id: str) -> dict[str, Any]:
    """Its entries in order of time, and where it stands now; no number. The reading is recorded."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    seen = READ_TOLD_CALLS.visible(token, Contact.objects.all())
    contact = seen.filter(source_key=call_id).first()
    if contact is None:
        raise not_found("This client told of no call with this call_id.", "Tell of it first.")
    record_consultation(
        actor=token.actor, screen="contact.api_call", subjects=[Subject("contact", contact.id)]
    )
    living = FloorCall.objects.filter(switch=token.client, call_id=call_id).first()
    fields = ("entry_no", "outcome", "wait_ms", "talk_ms", "agent", "reason", "ended_by")
    legs = contact.legs.select_related("queue").order_by("offered_at", "entry_no")
    return {
        "call_id": call_id,
        "stage": living.stage if living else "",
        "agents": living.agents if living else [],
        "entries": [
            {"queue": leg.queue.slug} | {name: getattr(leg, name) for name in fields} for leg in legs
        ],
    }
