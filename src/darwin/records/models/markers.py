"""Markers: why somebody may be at greater risk, what keeps an officer safe, and what is restricted."""

from django.db import models
from django.db.models import Q

from darwin.ledger.ids import new_id
from darwin.records.models.people import Person
from darwin.records.models.phones import PhoneIdentity
from darwin.records.models.places import Location


class Marker(models.Model):
    """On exactly one of a person, a place and a number. It is ended with a reason, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="%(class)ss")
    location = models.ForeignKey(Location, null=True, on_delete=models.PROTECT, related_name="%(class)ss")
    phone = models.ForeignKey(PhoneIdentity, null=True, on_delete=models.PROTECT, related_name="%(class)ss")
    code = models.CharField(max_length=40)
    source = models.CharField(max_length=120)
    note = models.TextField(default="", blank=True)
    since = models.DateTimeField()
    review_on = models.DateField()
    marked_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    end_reason = models.TextField(default="", blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_on_one_thing",
                condition=Q(person__isnull=False, location__isnull=True, phone__isnull=True)
                | Q(person__isnull=True, location__isnull=False, phone__isnull=True)
                | Q(person__isnull=True, location__isnull=True, phone__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person", "location", "phone", "code"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="%(class)s_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.id}"


class VulnerabilityMarker(Marker):
    """Why somebody may be at greater risk of harm: a code of the list vulnerability_marker."""


class WarningMarker(Marker):
    """What an officer needs to know to stay safe: a code of the list warning_marker."""


class RestrictedRecord(models.Model):
    """A record (kind "person", "location", "phone" or "vehicle") that shows no content while this is open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    since = models.DateTimeField()
    restricted_by = models.UUIDField(null=True)
    reason = models.TextField(default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    end_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id"], condition=Q(ended_at__isnull=True), name="record_restricted_once"
            )
        ]

    def __str__(self) -> str:
        return f"restricted {self.subject_kind} {self.subject_id}"
