"""The live routing policy: what may hold, who proposed and who decided it, what held when, and what broke.

A policy, what held when, the days by lot and an intervention are written once: triggers refuse any change.
Accounts lie above this room, so people are identifiers here.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from darwin.ledger.ids import new_id


class RoutingPolicy(models.Model):
    """One version of the policy: the parameters of darwin.science.routing as data, and where they come from.

    number counts versions from 1, the policy with which Darwin comes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    parameters = models.JSONField()
    source = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)  # the account; null: Darwin itself

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="reference_policy_named", condition=~Q(name="") & ~Q(source=""))
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"


class ProposalState(models.TextChoices):
    OPEN = "open", "open"
    ADOPTED = "adopted", "adopted"
    REFUSED = "refused", "refused"
    WITHDRAWN = "withdrawn", "withdrawn"


class PolicyProposal(models.Model):
    """A policy that somebody proposes to switch on, and what another person decided.

    starts_at: when it is to begin; a decision that comes later begins it at once. days_by_lot: on how many
    days a lot decides between it and the policy before it, 0 for none; then it begins at a midnight. seed:
    drawn at the decision (reference.lot says how the days follow from it). evidence: the what-if it rests on,
    softly, {kind, id, label, lines: [[what, figure]]}. guardrails: what they were when it was decided,
    {code: {limit, source}}.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    policy = models.ForeignKey(RoutingPolicy, on_delete=models.PROTECT, related_name="proposals")
    reason = models.TextField()
    evidence = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    days_by_lot = models.PositiveSmallIntegerField(default=0)
    seed = models.CharField(max_length=64, default="")
    guardrails = models.JSONField(default=dict)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="reference_two_people_decide",
                condition=~Q(state__in=["adopted", "refused"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
            models.CheckConstraint(name="reference_proposal_has_a_reason", condition=~Q(reason="")),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="open"), name="reference_one_open_proposal"
            ),
        ]


class PolicyDay(models.Model):
    """What the lot gave one day, London: the policy that holds on it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    proposal = models.ForeignKey(PolicyProposal, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    policy = models.ForeignKey(RoutingPolicy, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "day"], name="reference_policy_day_once")
        ]


class PolicyStep(models.TextChoices):
    """Why a policy begins to hold."""

    OPENED = "opened", "Darwin came with it"
    ADOPTED = "adopted", "two people decided it"
    LOT_ENDED = "lot_ended", "the days by lot are over"
    ROLLED_BACK = "rolled_back", "somebody rolled back"
    GUARDRAIL = "guardrail", "a guardrail was broken"


class PolicyHold(models.Model):
    """From `from_at` on this policy holds, until the next row. Rows in the future are what is decided."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    from_at = models.DateTimeField()
    policy = models.ForeignKey(RoutingPolicy, on_delete=models.PROTECT, related_name="holds")
    step = models.CharField(max_length=12, choices=PolicyStep.choices)
    proposal = models.ForeignKey(PolicyProposal, on_delete=models.PROTECT, null=True, related_name="holds")
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    reason = models.TextField(default="")

    class Meta:
        ordering: ClassVar = ["from_at", "made_at", "id"]
        indexes: ClassVar = [models.Index(fields=["from_at"], name="reference_holds_by_time")]


class Intervention(models.Model):
    """Something that was changed on purpose, at a moment that nobody can move afterwards: what a change in
    the figures is judged against. subject_kind, subject_id: what was changed, softly."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    description = models.TextField()
    subject_kind = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["at", "made_at"]
        indexes: ClassVar = [models.Index(fields=["at"], name="reference_interventions")]
        constraints: ClassVar = [
            models.CheckConstraint(name="reference_intervention_described", condition=~Q(description=""))
        ]


class GuardrailBreak(models.Model):
    """A guardrail that is, or was, broken while a policy held. figure and limit: as they stood when it began.

    ended_at: null while it lasts. returned: the policy was given up because of it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    guardrail = models.CharField(max_length=60)
    hold = models.ForeignKey(PolicyHold, on_delete=models.PROTECT, related_name="breaks")
    since = models.DateTimeField()
    figure = models.FloatField()
    limit = models.FloatField()
    ended_at = models.DateTimeField(null=True)
    returned = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["since"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["guardrail"],
                condition=Q(ended_at__isnull=True),
                name="reference_one_break_of_a_guardrail",
            )
        ]
