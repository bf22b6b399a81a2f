"""What people said about how they may be reached without harm."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from darwin.ledger.ids import new_id
from darwin.outbound.models.points import ContactPoint


class IdentifiedHow(models.TextChoices):
    """How we knew whom we asked. A number does not identify the person who answers it."""

    NOT = "", "not identified"
    QUESTIONS = "questions", "answered security questions"
    IN_PERSON = "in_person", "seen in person"
    PARTNER = "partner", "vouched for by a partner agency"


class SafeContact(models.Model):
    """One answer to "how may we reach you safely", for one number or address; later ones supersede it.

    person_id: whom it is from, softly; null if they were not identified. allowed, not_allowed: codes of
    channels; what is in neither was not asked. conditions: of judging.Condition. windows: [{"days": [0..6],
    "from": "08:00", "to": "18:00"}], London; none: any time. words: what was agreed to say.
    needs_second_person: it takes away protection, so the earlier ones stand until somebody else confirms it;
    one who declines leaves what it restricts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="preferences")
    person_id = models.UUIDField(null=True)
    allowed = ArrayField(models.CharField(max_length=20), default=list)
    not_allowed = ArrayField(models.CharField(max_length=20), default=list)
    conditions = ArrayField(models.CharField(max_length=20), default=list)
    windows = models.JSONField(default=list)
    words = models.CharField(max_length=300, default="")
    identified_how = models.CharField(max_length=12, choices=IdentifiedHow.choices, default=IdentifiedHow.NOT)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="safe_contacts_asked"
    )
    recorded_at = models.DateTimeField()
    needs_second_person = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="safe_contacts_confirmed"
    )
    # How many kinds of link made the number not safe when it was confirmed: one that comes later is not
    # covered. Which they were is the records room's to say.
    confirmed_links = models.PositiveSmallIntegerField(default=0)
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="safe_contacts_declined"
    )
    superseded_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="supersedes")

    class Meta:
        indexes = [
            models.Index(
                fields=["point"], name="safe_contact_in_force", condition=Q(superseded_at__isnull=True)
            ),
            models.Index(fields=["person_id"], name="safe_contact_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="safe_contact_confirmed_by_another",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by=F("asked_by"))),
            ),
            models.CheckConstraint(
                name="safe_contact_superseded_whole",
                condition=Q(superseded_at__isnull=True, superseded_by__isnull=True)
                | Q(superseded_at__isnull=False, superseded_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"safe contact {self.id}"

    @property
    def stands(self) -> bool:
        """False while what it permits waits for a second person."""
        return not self.needs_second_person or self.confirmed_at is not None
