"""The order of a leg's columns for COPY, and the row of a leg."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from darwin.contact.records import LegRecord
from darwin.contact.telephony.events import NoAnswer, Outcome
from darwin.ledger.ids import new_id

LEG_COLUMNS = (
    "id",
    "contact_id",
    "queue_id",
    "kind",
    "entry_no",
    "outcome",
    "offered_at",
    "joined_at",
    "left_at",
    "connected_at",
    "completed_at",
    "wait_ms",
    "wait_in_seconds",
    "talk_ms",
    "agent",
    "member",
    "position",
    "queue_length",
    "reason",
    "ended_by",
    "abandon_point",
    "only_in_queue",
)
NO_ANSWER_COLUMNS = ("id", "leg_id", "agent", "member", "at", "ring_ms")


def only_in_queue(legs: Sequence[LegRecord]) -> list[bool]:
    """For each leg of one contact, whether the contact has no other leg in that queue."""
    stays = Counter(leg.queue for leg in legs)
    return [stays[leg.queue] == 1 for leg in legs]


def leg_row(
    leg_id: UUID, contact_id: UUID, queue: tuple[UUID, str], leg: LegRecord, *, only: bool
) -> tuple[Any, ...]:
    """The values of one leg in the order of LEG_COLUMNS. queue: identifier and leg kind of its queue."""
    queue_id, queue_kind = queue
    kind = str(leg.kind or queue_kind)
    abandoned = leg.outcome is Outcome.ABANDONED
    return (
        leg_id,
        contact_id,
        queue_id,
        kind,
        leg.entry_no,
        leg.outcome.value,
        leg.offered_at,
        leg.joined_at,
        leg.left_at,
        leg.connected_at,
        leg.completed_at,
        leg.wait_ms,
        leg.wait_in_seconds,
        leg.talk_ms,
        leg.agent,
        leg.member,
        leg.position,
        leg.queue_length,
        leg.reason,
        leg.ended_by,
        (leg.abandon_point or kind) if abandoned else "",
        only,
    )


def no_answer_rows(leg_id: UUID, no_answers: Sequence[NoAnswer]) -> list[tuple[Any, ...]]:
    """The values of a leg's unanswered rings in the order of NO_ANSWER_COLUMNS."""
    return [(new_id(), leg_id, ring.agent, ring.member, ring.at, ring.ring_ms) for ring in no_answers]
