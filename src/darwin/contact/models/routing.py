"""What the routing worker decided: the log from which every decision can be made again, and who has what."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from darwin.contact.models.contacts import Contact
from darwin.ledger.ids import new_id
from darwin.reference.models import RoutingPolicy


class RoutingDecision(models.Model):
    """One decision: the situation that went in, what came out, and by which version of the policy.

    situation and decisions: as contact.routing.situation writes them, identifiers and times only. A replay
    (contact.routing.replay) makes the decision again from the row alone. Written once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    policy = models.ForeignKey(RoutingPolicy, on_delete=models.PROTECT, related_name="decisions")
    situation = models.JSONField()
    decisions = models.JSONField()

    class Meta:
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [models.Index(fields=["at"], name="routing_decisions_by_time")]


class RoutedKind(models.TextChoices):
    CALL_BACK = "call_back", "call-back"
    MESSAGE = "message", "message"


class RoutingEnd(models.TextChoices):
    """How a routing ended."""

    TAKEN = "taken", "they took it"
    LAPSED = "lapsed", "they did not take it in time"
    PASSED_ON = "passed_on", "they passed it on"
    GONE = "gone", "it needed nobody any more, or somebody else took it"
    BUSY = "busy", "a caller came to them first"


class Routing(models.Model):
    """A call-back or a message that is kept for one handler until `until`, and why it was given to them.

    reasons: pairs of a code of darwin.science.policy.Why and its seconds. A handler has one at a time, a
    contact is with one handler.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="routings")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="routings")
    kind = models.CharField(max_length=10, choices=RoutedKind.choices)
    decision = models.ForeignKey(RoutingDecision, on_delete=models.PROTECT, related_name="routings")
    reasons = models.JSONField(default=list)
    routed_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=RoutingEnd.choices, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(ended_at__isnull=True), name="routed_to_one_handler"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at__isnull=True), name="one_routing_a_handler"
            ),
            models.CheckConstraint(
                name="a_routing_that_ended_says_how",
                condition=Q(ended_at__isnull=True, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "routed_at"], name="routings_of_a_handler")]
