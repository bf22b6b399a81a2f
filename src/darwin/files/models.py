"""Tables of the room: what is stored, once by what it holds, and where it is attached."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from darwin.ledger.ids import new_id


class Verdict(models.TextChoices):
    """What the virus check said. FAILED: it did not answer; the file waits for `darwin files check`."""

    NOT_CHECKED = "not_checked", "not checked for viruses"
    CLEAN = "clean", "no virus found"
    FOUND = "found", "a virus was found"
    FAILED = "failed", "could not be checked for viruses"


class StoredFile(models.Model):
    """What a file holds, stored once: `files/ab/cd/<sha256>` in the data folder. size in bytes.

    content_type: what its bytes say it is, never what a browser or a name says. quarantined_at: a virus was
    found, and the bytes lie in `files/quarantine/` instead, where no page reads them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=120)
    verdict = models.CharField(max_length=12, choices=Verdict.choices, default=Verdict.NOT_CHECKED)
    checked_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField()
    quarantined_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="a_stored_file_holds_something", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="found_is_quarantined",
                condition=Q(verdict="found", quarantined_at__isnull=False)
                | (~Q(verdict="found") & Q(quarantined_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"stored file {self.id}"


class Attachment(models.Model):
    """A file at one thing (softly: its kind and identifier), under the name it was given with.

    added_by: null where a part of Darwin made it (`part`). One that is removed stays, with who removed it and
    why, and is offered no more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="attachments")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="attachments_added"
    )
    part = models.CharField(max_length=40, default="")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="attachments_removed"
    )
    removal_reason = models.CharField(max_length=500, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="attachments_of_a_subject")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_removal_has_a_reason",
                condition=Q(removed_at__isnull=True, removal_reason="")
                | (Q(removed_at__isnull=False) & ~Q(removal_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"attachment {self.id}"
