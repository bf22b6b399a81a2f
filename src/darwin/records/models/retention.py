"""How long a person's record is kept: holds, reviews and what was decided."""

from django.db import models
from django.db.models import Q

from darwin.ledger.ids import new_id
from darwin.records.models.people import Person


class LegalHold(models.Model):
    """Nothing of this person may be disposed of while a hold is open, whatever else expires."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holds")
    basis = models.CharField(max_length=120)
    reason = models.TextField(default="", blank=True)
    held_at = models.DateTimeField()
    held_by = models.UUIDField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.UUIDField(null=True)
    release_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hold_ends_after_it_begins",
                condition=Q(released_at__isnull=True) | Q(released_at__gte=models.F("held_at")),
            )
        ]

    def __str__(self) -> str:
        return f"hold {self.id}"


class Decision(models.TextChoices):
    RETAIN = "retain", "Retain"
    DISPOSE = "dispose", "Dispose"


class RetentionReview(models.Model):
    """A look at one person's record when its time has run: retain until the next, or dispose.

    Disposal is proposed by one person and done by another. group and rule_version: the rule it fell under.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="retention_reviews")
    group = models.CharField(max_length=30)
    rule_version = models.UUIDField(null=True)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, default="", blank=True)
    reason = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(closed_at__isnull=True), name="person_under_one_review"
            ),
            models.CheckConstraint(
                name="disposal_takes_two_people",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("decided_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(closed_at__isnull=True), name="retention_review_open")
        ]

    def __str__(self) -> str:
        return f"retention review {self.id}"
