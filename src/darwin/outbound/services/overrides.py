"""A supervisor's decision about a number that is not safe: who rings it once and how, or that nobody does."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.deadlines.models import RUNNING, Deadline
from darwin.deadlines.services import cancel_deadline, start_deadline
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.outbound import thresholds
from darwin.outbound.channels import CALL_BACK
from darwin.outbound.deciding import decide
from darwin.outbound.judging import Condition, Why
from darwin.outbound.kinds import OVERRIDE_ENDS
from darwin.outbound.models import PointKind, UnsafeOverride
from darwin.outbound.permissions import DECIDE_UNSAFE, REACH_OUT, permitted
from darwin.outbound.points import destination, locked_point

DO_NOT_RING = "do_not_ring"


class OverrideRefused(DarwinError):
    """A decision that cannot be kept. The sentence says why and what to do."""


@transaction.atomic
def decide_unsafe(
    *,
    actor: Actor,
    number: str,
    reason: str,
    method: Collection[str] | str,
    rung_by: UUID | None = None,
    until: datetime | None = None,
) -> UnsafeOverride:
    """Let one person ring a number that is not safe, once and under conditions; or decide that nobody rings.

    method: the codes of judging.Condition that hold, at least one; or DO_NOT_RING. rung_by: the account that
    may ring, the actor if not given. until: before when it must be begun (the force's own time if not given),
    or when it is looked at again (required for DO_NOT_RING). The one before is superseded.
    Raises OverrideRefused, and NotPermitted for anybody but a supervisor.
    """
    supervisor = permitted(actor, DECIDE_UNSAFE)
    at = clock.now()
    conditions, ringer = _how(method, rung_by or supervisor.id)
    until = until or (at + thresholds.override_holds(at) if ringer else None)
    if until is None or until <= at:
        raise OverrideRefused(_("Say until when: a time that is still to come. What you typed is kept."))
    if not reason.strip():
        raise OverrideRefused(_("Say why: the next supervisor has to understand it. Nothing was decided."))
    if ringer is not None:
        permitted(Actor.staff(ringer), REACH_OUT)
    point = locked_point(destination(PointKind.TELEPHONE, number))
    if ringer is not None and Why.ASKED_NOT_TO in decide(point.value, CALL_BACK, at).reasons:
        raise OverrideRefused(
            _(
                "They asked us not to ring this number, and nobody can set that aside. Use another way, or "
                "send somebody. Nothing was decided."
            )
        )
    _supersede(actor, point.id, at)
    made = UnsafeOverride.objects.create(
        point=point,
        decided_at=at,
        decided_by=supervisor,
        reason=reason.strip(),
        rung_by_id=ringer,
        conditions=conditions,
        until=until,
    )
    subject = Subject("unsafe_override", made.id)
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="outbound.decided_not_to_ring" if ringer is None else "outbound.let_unsafe_number_be_rung",
        subjects=[subject, Subject("contact_point", point.id)]
        + ([Subject("account", ringer)] if ringer else []),
        fields=["rung_by", "conditions", "until"],
        reason=reason.strip(),
    )
    start_deadline(actor=actor, kind=OVERRIDE_ENDS, subject=subject, started_at=at, due_at=until)
    return made


def _how(method: Collection[str] | str, ringer: UUID) -> tuple[list[str], UUID | None]:
    """The conditions and who rings; nobody for DO_NOT_RING."""
    if method == DO_NOT_RING:
        return [], None
    wanted = {method} if isinstance(method, str) else set(method)
    unknown = wanted - set(Condition)
    if unknown or not wanted:
        raise OverrideRefused(
            _("Choose how it is rung: number withheld, no voicemail, first ask. Nothing was decided.")
        )
    return sorted(wanted), ringer


def _supersede(actor: Actor, point_id: UUID, at: datetime) -> None:
    earlier = UnsafeOverride.objects.filter(point_id=point_id, superseded_at=None).first()
    if earlier is None:
        return
    running = Deadline.objects.filter(kind=OVERRIDE_ENDS, subject_id=earlier.id, state__in=RUNNING).first()
    if running is not None:
        cancel_deadline(actor=actor, deadline=running, reason="superseded")
    UnsafeOverride.objects.filter(pk=earlier.pk).update(superseded_at=at)


def end_override(deadline: Deadline, actor: Actor) -> None:
    """Its time passed: the number is a supervisor's to look at again. Safe to run again."""
    unused = UnsafeOverride.objects.filter(
        pk=deadline.subject_id, superseded_at=None, ended_at=None, attempt__isnull=True
    )
    if unused.update(ended_at=clock.now()):
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="outbound.override_ended",
            subjects=[Subject("unsafe_override", deadline.subject_id)],
            fields=["ended_at"],
        )
