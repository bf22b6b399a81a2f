"""Dated values: the installation, adoptions of files, thresholds and code lists.

A value is a row with the dates it is valid from and to (the first day it no longer holds: half-open) and
its source. Rows are never rewritten: a version is closed by giving it its last date, or withdrawn when it
was wrong, and the next version is a row of its own. Two live versions of one code can never overlap: the
migration's exclusion constraint refuses it, whoever writes at the same time.
"""

from django.db import models
from django.db.models import F, Q

from darwin.ledger.ids import new_id
from darwin.reference.units import Unit


class Mode(models.TextChoices):
    """What an installation is for; data of one mode never enters a database of another."""

    PRACTICE = "practice", "practice"
    OPERATIONAL = "operational", "operational"
    SHADOW = "shadow", "shadow"


class Installation(models.Model):
    """The one row that says whose database this is. Every process reads it before it does anything."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    only_one = models.BooleanField(default=True, unique=True, editable=False)
    mode = models.CharField(max_length=20, choices=Mode.choices)
    force = models.CharField(max_length=60)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only_one=True), name="reference_installation_only_one"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="reference_installation_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.force} ({self.mode})"


class Adoption(models.Model):
    """One adoption of a file: the version number of all reference data, and what it changed."""

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=new_id, editable=False)
    at = models.DateTimeField()
    file = models.CharField(max_length=200)
    added = models.IntegerField()
    closed = models.IntegerField()
    corrected = models.IntegerField()
    unchanged = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.number}: {self.file}"


class DatedValue(models.Model):
    """What every version of a value has."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=100)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.TextField()
    attributes = models.JSONField(default=dict, blank=True)
    adopted_in = models.ForeignKey(Adoption, on_delete=models.PROTECT, related_name="+")
    withdrawn_in = models.ForeignKey(Adoption, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


def _dated(name: str) -> list[models.BaseConstraint]:
    ends_after_it_begins = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
    return [
        models.CheckConstraint(condition=ends_after_it_begins, name=f"reference_{name}_dates"),
        models.CheckConstraint(condition=~Q(source=""), name=f"reference_{name}_source"),
    ]


class Threshold(DatedValue):
    """One version of one number, duration, share or text that a force can set."""

    number = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    text = models.TextField(null=True)
    unit = models.CharField(max_length=20, choices=[(unit.value, unit.value) for unit in Unit])

    class Meta:
        constraints = [
            *_dated("threshold"),
            models.CheckConstraint(
                condition=Q(unit=Unit.TEXT, text__isnull=False, number__isnull=True)
                | (~Q(unit=Unit.TEXT) & Q(text__isnull=True, number__isnull=False)),
                name="reference_threshold_one_value",
            ),
            models.CheckConstraint(
                condition=Q(unit__in=[unit.value for unit in Unit]), name="reference_threshold_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.valid_from}"


class Code(DatedValue):
    """One version of one entry of a code list: a channel, a grade, a disposition, a neighbourhood."""

    list = models.CharField(max_length=60)
    label = models.CharField(max_length=200)
    label_cy = models.CharField(max_length=200, blank=True)
    position = models.IntegerField()

    class Meta:
        constraints = _dated("code")

    def __str__(self) -> str:
        return f"{self.list} {self.code} from {self.valid_from}"
