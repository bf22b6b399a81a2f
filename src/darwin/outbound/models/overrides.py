"""What a supervisor decided about a number that is not safe."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from darwin.ledger.ids import new_id
from darwin.outbound.models.points import ContactPoint


class UnsafeOverride(models.Model):
    """One decision: `rung_by` may ring once before `until`, under `conditions`; or nobody rings, and it is
    looked at again at `until`. A later one supersedes it; none is changed or deleted.

    ended_at: its time passed and it was not used. The attempt that used it refers to it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="overrides")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="unsafe_overrides"
    )
    reason = models.CharField(max_length=500)
    rung_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="unsafe_numbers_to_ring"
    )
    conditions = ArrayField(models.CharField(max_length=20), default=list)
    until = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["point"], condition=Q(superseded_at__isnull=True), name="one_override_a_point"
            ),
            models.CheckConstraint(name="an_override_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="an_override_ends_after_it_begins", condition=Q(until__gt=F("decided_at"))
            ),
            models.CheckConstraint(
                name="who_rings_has_a_method", condition=Q(rung_by__isnull=True) | ~Q(conditions=[])
            ),
        ]

    def __str__(self) -> str:
        return f"override {self.id}"
