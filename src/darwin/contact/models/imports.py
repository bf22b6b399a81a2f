"""What was imported, from which file, and what of it could not be read."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from darwin.ledger.ids import new_id


class ImportRun(models.Model):
    """One reading of one file, or of one practice batch.

    rows_read = imported + already_known + ignored + rejected. `flags` counts the rows that were odd
    but readable: they count, under {what was odd: how many}. `actor_id` refers softly to an account.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=80)
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.UUIDField(null=True)
    rows_read = models.BigIntegerField(default=0)
    imported = models.BigIntegerField(default=0)
    already_known = models.BigIntegerField(default=0)
    ignored = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    flags = models.JSONField(default=dict)
    notes = ArrayField(models.TextField(), default=list)

    class Meta:
        ordering = ["-started_at"]


class ImportReject(models.Model):
    """One row that was left out: its line in the file (the header is line 1) and why. Never its values."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejects")
    line = models.BigIntegerField()
    reason = models.CharField(max_length=400)

    class Meta:
        ordering = ["line"]
        indexes = [models.Index(fields=["run", "line"], name="reject_by_line")]
