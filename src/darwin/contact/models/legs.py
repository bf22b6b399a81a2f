"""The legs of a contact: each stay in one queue, with its wait and how it ended."""

from django.db import models

from darwin.contact.models.contacts import Contact
from darwin.contact.models.leg_kinds import AbandonPoint, LegKind
from darwin.contact.models.queues import ContactQueue
from darwin.ledger.ids import new_id


class ContactLeg(models.Model):
    """One joining of one queue (entry_no 1, 2, …), or one refusal before it (entry_no 0).

    `offered_at` decides the period that the leg belongs to: its joining or refusal; for a log whose
    calls belong to the moment they reached the line, that moment; where the joining is not known, the
    earliest moment that is. `joined_at` is when waiting in the queue began, null if it never did or is
    not known. `wait_ms` null: not known. `wait_in_seconds`: known in whole seconds only. `talk_ms` is
    the handler's own part. `agent` is the switch's interface, `member` its display name. `ended_by`:
    caller, agent, blind_transfer, attended_transfer or "" (not known). `only_in_queue`: the contact has no
    other leg in this queue, so that different calls need not be told apart one by one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="legs", db_index=False)
    queue = models.ForeignKey(ContactQueue, on_delete=models.PROTECT, related_name="legs", db_index=False)
    kind = models.CharField(max_length=20, choices=LegKind.choices, default=LegKind.HANDLER_QUEUE)
    entry_no = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=20)
    offered_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    wait_ms = models.IntegerField(null=True)
    wait_in_seconds = models.BooleanField(default=False)
    talk_ms = models.IntegerField(null=True)
    agent = models.CharField(max_length=120, null=True)  # null: nobody, or not known
    member = models.CharField(max_length=120, null=True)
    position = models.PositiveIntegerField(null=True)
    queue_length = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=60, default="")
    ended_by = models.CharField(max_length=20, default="")
    only_in_queue = models.BooleanField(default=False)
    abandon_point = models.CharField(max_length=20, choices=AbandonPoint.choices, default="")

    class Meta:
        constraints = [
            # With the moment, because one call can be refused twice by one queue (entry_no 0 both times), and
            # because a joining that comes to light renumbers those after it.
            models.UniqueConstraint(
                fields=["contact", "queue", "entry_no", "offered_at"], name="leg_once_an_entry"
            ),
            models.CheckConstraint(
                name="leg_durations_not_negative",
                condition=(models.Q(wait_ms__isnull=True) | models.Q(wait_ms__gte=0))
                & (models.Q(talk_ms__isnull=True) | models.Q(talk_ms__gte=0)),
            ),
        ]
        indexes = [
            # Every figure of a queue is read from this index alone.
            models.Index(
                fields=["queue", "offered_at"],
                include=[
                    "outcome",
                    "wait_ms",
                    "talk_ms",
                    "ended_by",
                    "contact",
                    "only_in_queue",
                    "kind",
                    "abandon_point",
                ],
                name="leg_for_measures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.offered_at:%Y-%m-%d %H:%M}"


class NoAnswer(models.Model):
    """A handler's telephone rang for this leg and was not taken. Durations in milliseconds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    leg = models.ForeignKey(ContactLeg, on_delete=models.CASCADE, related_name="no_answers")
    agent = models.CharField(max_length=120, null=True)
    member = models.CharField(max_length=120, null=True)
    at = models.DateTimeField()
    ring_ms = models.IntegerField(null=True)
