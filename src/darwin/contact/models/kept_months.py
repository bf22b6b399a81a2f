"""Figures of past months that are kept because counting them again takes seconds, and nothing else."""

from typing import ClassVar

from django.db import models

from darwin.ledger.ids import new_id


class KeptMonth(models.Model):
    """What one family of figures gave for one queue and month; thrown away as soon as a row of it changes.

    figures: numbers by name, null where nothing can be said. parameters: what else decided them (the
    threshold in seconds). snapshot: what the counting could see (pg_snapshot as text). The queue is soft,
    because what can be counted again must never keep a row alive.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    queue_id = models.UUIDField()
    month = models.DateField()
    parameters = models.CharField(max_length=60, default="")
    figures = models.JSONField()
    snapshot = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["family", "version", "queue_id", "month", "parameters"], name="month_kept_once"
            )
        ]
