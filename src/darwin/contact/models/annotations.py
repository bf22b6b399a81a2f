"""What people wrote beside a measure: what happened in a month, and from where new limits hold."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from darwin.contact.models.queues import ContactQueue
from darwin.ledger.ids import new_id


class AnnotationKind(models.TextChoices):
    """A note explains a month; a rebase begins new limits, because the way of working changed."""

    NOTE = "note", "note"
    REBASE = "rebase", "new limits"


class MeasureAnnotation(models.Model):
    """One note at one month of one measure of a queue. `measure` is its slug; `month` its first day.

    A note that is taken back stays, with who took it back and when: what was once shown is not forgotten.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    measure = models.CharField(max_length=40)
    queue = models.ForeignKey(ContactQueue, on_delete=models.PROTECT, related_name="annotations")
    month = models.DateField()
    kind = models.CharField(max_length=10, choices=AnnotationKind.choices)
    text = models.CharField(max_length=300)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="annotations"
    )
    chosen_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="annotations_withdrawn"
    )

    class Meta:
        ordering: ClassVar = ["month", "chosen_at"]
        indexes: ClassVar = [models.Index(fields=["measure", "queue", "month"], name="annotation_by_month")]
        constraints: ClassVar = [
            models.CheckConstraint(name="annotation_has_a_text", condition=~models.Q(text="")),
            models.CheckConstraint(name="annotation_at_a_month", condition=models.Q(month__day=1)),
            models.UniqueConstraint(
                fields=["measure", "queue", "month"],
                condition=models.Q(kind="rebase", withdrawn_at=None),
                name="one_rebase_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.measure} {self.month:%Y-%m}"
