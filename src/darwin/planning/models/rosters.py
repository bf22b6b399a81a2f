"""Rosters: who works when, as one run gave them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from darwin.ledger.ids import new_id
from darwin.planning.models.people import PlannedPerson
from darwin.planning.models.runs import Run


class Roster(models.Model):
    """The shifts of a queue from the first day on, for so many days. It is never changed: a re-planned one
    replaces it, and both stay.

    published_at: from then on the people in it see their shifts. replaces: the one it was re-planned from.
    paid_minutes, bound_minutes: its cost and the least that any roster could cost, as proven; null: no bound.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="roster")
    queue = models.CharField(max_length=80)
    first_day = models.DateField()
    days = models.PositiveSmallIntegerField()
    paid_minutes = models.PositiveIntegerField()
    bound_minutes = models.PositiveIntegerField(null=True)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-first_day", "-made_at"]

    def __str__(self) -> str:
        return f"{self.queue} from {self.first_day}"

    @property
    def gap(self) -> float | None:
        """By how much, in per cent, it may cost more than the cheapest; None where no bound was proven."""
        if self.bound_minutes is None or not self.paid_minutes:
            return None
        return 100 * max(0, self.paid_minutes - self.bound_minutes) / self.paid_minutes


class RosterShift(models.Model):
    """One person's shift. breaks: [from, to] each, as moments in ISO 8601 (UTC)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="shifts")
    person = models.ForeignKey(PlannedPerson, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    paid_minutes = models.PositiveSmallIntegerField()
    breaks = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["roster", "person", "starts_at"], name="one_shift_at_a_time"),
            models.CheckConstraint(
                name="shift_ends_after_it_begins", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%H:%M}"
