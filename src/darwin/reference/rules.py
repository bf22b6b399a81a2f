"""Durations of deadlines as reference data, and what happens to running clocks when one of them changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from darwin.deadlines import clock
from darwin.deadlines.calendars import Duration, TimeUnit
from darwin.deadlines.kinds import DeadlineKind, Rule, declare_kind, declared_kinds
from darwin.deadlines.models import Deadline
from darwin.deadlines.services import apply_rule, start_deadline
from darwin.ledger.actors import Actor, Subject
from darwin.reference.models import Threshold
from darwin.reference.queries import threshold
from darwin.reference.required import require_threshold
from darwin.reference.services.policies import GUARDRAIL_BROKEN
from darwin.reference.units import TIMED
from darwin.reference.values import ThresholdValue

TAKES_EFFECT = "reference.rule_takes_effect"
_GIVEN_UP_AFTER = "reference.policy_given_up_after"


@dataclass(frozen=True, slots=True)
class ReferenceRule:
    """The duration that the threshold `code` sets; a source of rules for a DeadlineKind."""

    code: str

    def __call__(self, at: datetime) -> Rule:
        """The rule in force at `at`. Raises UnknownReference if there was none."""
        return _rule(threshold(self.code, at))


def reference_rule(code: str, *, room: str, meaning: str) -> ReferenceRule:
    """The source of rules for a kind of deadline of `room`; declares that the room needs the threshold."""
    require_threshold(code, TIMED, room, meaning)
    return ReferenceRule(code)


def declare_kinds() -> None:
    """Declare the deadlines of this room."""
    declare_kind(
        DeadlineKind(
            name=GUARDRAIL_BROKEN,
            room="reference",
            starts="a guardrail breaks while a routing policy is on trial",
            acts="nobody: Darwin does it",
            when_due="if the guardrail is still broken, the policy before holds again",
            handler="darwin.reference.services.policies.give_up",
            rule=reference_rule(
                _GIVEN_UP_AFTER,
                room="reference",
                meaning="to know how long a guardrail may be broken before a routing policy is given up",
            ),
        )
    )
    declare_kind(
        DeadlineKind(
            name=TAKES_EFFECT,
            room="reference",
            starts="a duration is adopted that will apply to running clocks from a later day",
            acts="nobody: Darwin does it",
            when_due="the running clocks of every deadline under that duration are computed anew",
            handler=take_effect,
        )
    )


def take_effect(deadline: Deadline, actor: Actor) -> None:
    """At the first moment of a version that applies to running clocks: compute them anew."""
    version = Threshold.objects.get(pk=deadline.subject_id)
    _apply(version.code, actor)


def follow_adoption(*, actor: Actor, new: Iterable[Threshold], **_: Any) -> None:
    """After an adoption: durations that apply to running clocks do so now, or on the day they begin."""
    moment = clock.now()
    for version in new:
        if not version.attributes.get("applies_to_running"):
            continue
        begins = _first_moment(version)
        if begins > moment:
            subject = Subject("threshold", version.id)
            start_deadline(actor=actor, kind=TAKES_EFFECT, subject=subject, due_at=begins)
        else:
            _apply(version.code, actor)


def _apply(code: str, actor: Actor) -> None:
    for kind in declared_kinds():
        if isinstance(kind.rule, ReferenceRule) and kind.rule.code == code:
            apply_rule(actor=actor, kind=kind.name)


def _rule(value: ThresholdValue) -> Rule:
    return Rule(
        duration=Duration(
            amount=value.value,
            unit=TimeUnit(value.unit),
            includes_first_day=bool(value.attributes.get("includes_first_day")),
        ),
        version=value.id,
        takes_effect_at=_first_moment(value),
        applies_to_running=bool(value.attributes.get("applies_to_running")),
    )


def _first_moment(version: Threshold | ThresholdValue) -> datetime:
    return datetime.combine(version.valid_from, time(), clock.LONDON).astimezone(UTC)
