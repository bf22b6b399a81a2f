"""Every attempt to reach somebody: begun before anything leaves, open while it lasts, ended with a result."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from darwin.ledger.ids import new_id
from darwin.outbound.models.overrides import UnsafeOverride
from darwin.outbound.models.points import ContactPoint


class Attempt(models.Model):
    """One attempt by one person (or `part`, a part of Darwin) on one number or address.

    purpose, result: codes of the lists outbound_purpose and outbound_result. subject: what it is about,
    softly. person_id: who is to be reached, where they are identified. conditions: those that held when it
    began. handed_over_at: when the channel took it. result_at: when the result was recorded, which may be
    after it lapsed. While ended_at is empty, the number and the person are nobody else's.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="attempts")
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=60, default="")
    subject_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="attempts"
    )
    part = models.CharField(max_length=40, default="")
    conditions = ArrayField(models.CharField(max_length=20), default=list)
    override = models.OneToOneField(
        UnsafeOverride, on_delete=models.PROTECT, null=True, related_name="attempt"
    )
    begun_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=40, default="")
    result_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["point"], condition=Q(ended_at__isnull=True), name="one_open_attempt_a_point"
            ),
            models.UniqueConstraint(
                fields=["person_id"],
                condition=Q(ended_at__isnull=True, person_id__isnull=False),
                name="one_open_attempt_a_person",
            ),
            models.CheckConstraint(
                name="an_ended_attempt_has_a_result",
                condition=Q(ended_at__isnull=True, result="") | (Q(ended_at__isnull=False) & ~Q(result="")),
            ),
            models.CheckConstraint(
                name="an_attempt_ends_after_it_begins",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("begun_at")),
            ),
            models.CheckConstraint(
                name="an_attempt_is_somebodys",
                condition=Q(by__isnull=False, part="") | (Q(by__isnull=True) & ~Q(part="")),
            ),
        ]
        indexes = [
            models.Index(fields=["point", "begun_at"], name="attempts_of_a_point"),
            models.Index(fields=["subject_kind", "subject_id"], name="attempts_for_a_subject"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.id}"


class AttemptNote(models.Model):
    """What somebody wrote about an attempt. In a table of its own, so that it can be erased alone.

    written_by: null where a part of Darwin wrote it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [models.CheckConstraint(name="attempt_note_has_a_text", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"note of attempt {self.attempt_id}"
