"""Merges of two records of one person: what was planned, what was moved, and what an undo needs."""

from django.db import models
from django.db.models import Q

from darwin.ledger.ids import new_id
from darwin.records.models.people import Person


class PersonMerge(models.Model):
    """`absorbed` was found to be the same person as `survivor`.

    choices: by field, "survivor" or "absorbed". values: by field, what the survivor had before and has since.
    moves: by kind of reference, the rows that pointed at the absorbed record and were moved; ended: those
    that the survivor had too, and that were left where they were. not_undone: what an undo had to leave.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    survivor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absorbed_by")
    choices = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    moves = models.JSONField(default=dict)
    reason = models.TextField()
    merged_at = models.DateTimeField()
    merged_by = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    undo_reason = models.TextField(default="", blank=True)
    not_undone = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at__isnull=True), name="person_absorbed_once"
            )
        ]

    def __str__(self) -> str:
        return f"merge {self.id}"
