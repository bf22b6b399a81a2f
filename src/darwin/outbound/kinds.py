"""The clocks of this room: how long an attempt is held, and until when a supervisor's override counts."""

from darwin.deadlines.kinds import DeadlineKind, declare_kind
from darwin.outbound.thresholds import LAPSES
from darwin.reference.rules import reference_rule

ATTEMPT_LAPSES = "outbound.attempt_lapses"
OVERRIDE_ENDS = "outbound.override_ends"


def declare() -> None:
    """Declare the kinds of deadline of this room."""
    declare_kind(
        DeadlineKind(
            name=ATTEMPT_LAPSES,
            room="outbound",
            starts="somebody takes a number to ring it or to write to it",
            acts="whoever took it",
            when_due="the number is free again, and the attempt says that nobody recorded what came of it",
            handler="darwin.outbound.services.attempts.lapse_attempt",
            rule=reference_rule(LAPSES, room="outbound", meaning="to know how long a number is held"),
        )
    )
    declare_kind(
        DeadlineKind(
            name=OVERRIDE_ENDS,
            room="outbound",
            starts="a supervisor decides about a number that is not safe",
            acts="contact_supervisor",
            when_due="leave to ring that was not used ends, and a number not to be rung is looked at again",
            handler="darwin.outbound.services.overrides.end_override",
        )
    )
