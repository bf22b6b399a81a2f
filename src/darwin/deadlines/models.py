"""Tables of due times.

A deadline says softly (kind and identifier) what it is about, so that this room lies below all that use it.
`due_at` is the truth for people; `act_at` is when a worker next looks at it: the due time, or a later moment
after something went wrong. It is empty, and out of the index, as soon as nothing is left to wait for.
"""

from datetime import datetime

from django.db import models
from django.db.models import Q

from darwin.deadlines.calendars import Duration, TimeUnit
from darwin.ledger.ids import new_id


class State(models.TextChoices):
    """Where a deadline stands. ACTED: its time passed unmet, and what it calls for was done."""

    OPEN = "open", "open"
    PAUSED = "paused", "paused"
    MET = "met", "met"
    ACTED = "acted", "acted on when due"
    CANCELLED = "cancelled", "cancelled"


RUNNING = (State.OPEN, State.PAUSED)


class Deadline(models.Model):
    """One clock on one thing.

    amount, unit and includes_first_day are those of the rule version it runs under. remaining, while it is
    paused: microseconds, or whole days for a duration in days (calendars.time_left).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=100)
    subject_kind = models.CharField(max_length=63)
    subject_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    act_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    remaining = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    amount = models.IntegerField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    includes_first_day = models.BooleanField(default=False)
    rule_version = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["act_at", "id"], name="deadlines_next_to_act", condition=Q(state="open")),
            models.Index(fields=["kind", "due_at"], name="deadlines_open_by_kind", condition=Q(state="open")),
            models.Index(
                fields=["due_at"],
                name="deadlines_put_off",
                condition=Q(state="open", attempts__gt=0),
            ),
            models.Index(fields=["subject_id"], name="deadlines_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                name="deadlines_one_running",
                condition=Q(state__in=["open", "paused"]),
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="deadlines_state"),
            models.CheckConstraint(
                condition=Q(state="open", act_at__isnull=False, due_at__isnull=False)
                | (~Q(state="open") & Q(act_at__isnull=True)),
                name="deadlines_open_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_at__isnull=False, remaining__gte=0)
                | (~Q(state="paused") & Q(paused_at__isnull=True, remaining__isnull=True)),
                name="deadlines_paused_has_a_rest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"

    @property
    def duration(self) -> Duration | None:
        """How long it runs; None where it was given its due time itself."""
        if self.amount is None:
            return None
        return Duration(self.amount, TimeUnit(self.unit), self.includes_first_day)

    def was_met_in_time(self) -> bool:
        """Whether what it asks for was done before it was due."""
        return self.met_at is not None and (self.due_at is None or self.met_at < self.due_at)


class Happening(models.TextChoices):
    """What can happen to a deadline."""

    STARTED = "started", "started"
    PAUSED = "paused", "paused"
    RESUMED = "resumed", "resumed"
    RULE_CHANGED = "rule_changed", "put under another rule"
    MET = "met", "met"
    MET_LATE = "met_late", "met late"
    ACTED = "acted", "acted on when due"
    PUT_OFF = "put_off", "could not be acted on; to be tried again"
    CANCELLED = "cancelled", "cancelled"


class DeadlineEvent(models.Model):
    """One thing that happened to a deadline; written once. The values are those after it happened."""

    id = models.BigAutoField(primary_key=True)
    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    happening = models.CharField(max_length=20, choices=Happening.choices)
    due_at = models.DateTimeField(null=True)
    remaining = models.BigIntegerField(null=True)
    rule_version = models.UUIDField(null=True)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.happening} at {self.at:%Y-%m-%d %H:%M}"


def moment_of(deadline: Deadline) -> datetime:
    """The due time of an open deadline. Raises ValueError for one that has none at present."""
    if deadline.due_at is None:
        raise ValueError(f"{deadline} has no due time while it is {deadline.state}")
    return deadline.due_at
