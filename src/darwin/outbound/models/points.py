"""A telephone number, an e-mail address or a postal address that something can leave the house for."""

from django.db import models

from darwin.ledger.ids import new_id


class PointKind(models.TextChoices):
    """What the value is: it decides which channels lead there."""

    TELEPHONE = "telephone", "telephone number"
    EMAIL = "email", "e-mail address"
    POSTAL = "postal", "postal address"


class ContactPoint(models.Model):
    """One number or address, kept once, in its normal form (`outbound.points`). It is not a person.

    Its row is what a preference, an override or an attempt locks first, so that they take turns.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=PointKind.choices)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="contact_point_once"),
            models.CheckConstraint(name="contact_point_has_a_value", condition=~models.Q(value="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
