"""Whom a roster may give shifts to, and when they are away."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from darwin.ledger.ids import new_id


class RuleSet(models.TextChoices):
    """Whose hours a person works by."""

    STAFF = "staff", _("police staff, by contract")
    OFFICER = "officer", _("police officer, by Police Regulations")


class PlannedPerson(models.Model):
    """A person whom rosters of one queue may give shifts to. Nothing here is deleted: what ends gets an end.

    account: where the person signs in here. hours_a_week: what the contract says. nights: may be given
    nights. skills: the slugs of the queues the person takes, their own first.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    queue = models.CharField(max_length=80)
    name = models.CharField(max_length=150)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="planned_as"
    )
    rule_set = models.CharField(max_length=10, choices=RuleSet.choices, default=RuleSet.STAFF)
    hours_a_week = models.DecimalField(max_digits=4, decimal_places=1)
    nights = models.BooleanField(default=True)
    skills = models.JSONField(default=list)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["queue", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["queue", "name"], condition=Q(ended_at=None), name="planned_once_a_queue"
            ),
            models.CheckConstraint(
                name="contract_is_a_working_week", condition=Q(hours_a_week__gt=0, hours_a_week__lte=48)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AbsenceKind(models.TextChoices):
    """Why somebody is away, as far as a roster has to know."""

    LEAVE = "leave", _("leave")
    SICK = "sick", _("sick")
    TRAINING = "training", _("training")


class Absence(models.Model):
    """A person is away from the first day to the last, both included."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(PlannedPerson, on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=10, choices=AbsenceKind.choices)
    first_day = models.DateField()
    last_day = models.DateField()
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["first_day", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="absence_ends_after_it_begins", condition=Q(last_day__gte=F("first_day"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_day} to {self.last_day}"
