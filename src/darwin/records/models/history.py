"""What a value was before it was changed. The ledger says that it changed; the values are here, erasable."""

from django.db import models

from darwin.ledger.ids import new_id


class ValueChange(models.Model):
    """One field of one record, before and after. cause: corrected, merged, unmerged, ended …

    `person`: whose record it concerns, so that it goes with the person; null for places and vehicles.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_kind = models.CharField(max_length=63)
    subject_id = models.UUIDField()
    person = models.ForeignKey(
        "records.Person", null=True, on_delete=models.PROTECT, related_name="value_changes"
    )
    field = models.CharField(max_length=63)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    cause = models.CharField(max_length=30)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["-changed_at", "id"]
        indexes = [models.Index(fields=["subject_id", "changed_at"], name="value_change_of_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind}.{self.field} {self.changed_at:%Y-%m-%d %H:%M}"
