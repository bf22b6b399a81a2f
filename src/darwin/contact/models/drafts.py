"""What a handler types while a call rings, is spoken and is written up: kept as typed."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from darwin.ledger.ids import new_id


class ContactDraft(models.Model):
    """What a handler has typed of one contact so far.

    key: the identifier that the contact has, or will have: a contact that was begun by hand, with the server
    away, gets its identifier on the handler's machine (uuid7), so that what is sent twice is kept once.
    words: the fields of the page as they were typed, checked only when the contact is finished.
    revision and writer: which save of which window stands (services.drafts). heard: the last revision that
    was heard from each window. begun_at: when the contact began, by the switch or by who typed it.
    entry_at, entry_by: the stretch of saving that has its ledger entry already.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.UUIDField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    begun_at = models.DateTimeField()
    entered_later = models.BooleanField(default=False)
    words = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    writer = models.UUIDField(null=True)
    heard = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    entry_at = models.DateTimeField(null=True)
    entry_by = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "key"], name="one_draft_a_contact_and_handler")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "begun_at"],
                name="draft_unfinished",
                condition=models.Q(finished_at__isnull=True),
            ),
            models.Index(fields=["key"], name="draft_by_key"),
        ]

    def __str__(self) -> str:
        return f"draft {self.id}"


class DraftRevision(models.Model):
    """An earlier state of a draft: one a minute, and whatever a later save would have taken away.

    beside: two windows wrote at once; these words are the one's that did not come to stand, kept whole.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draft = models.ForeignKey(ContactDraft, on_delete=models.CASCADE, related_name="revisions")
    revision = models.PositiveIntegerField()
    writer = models.UUIDField()
    saved_at = models.DateTimeField()
    words = models.JSONField(default=dict)
    beside = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "writer", "revision"], name="draft_revision_kept_once")
        ]

    def __str__(self) -> str:
        return f"revision {self.revision} of {self.draft_id}"


class IdentityKind(models.TextChoices):
    """What came of asking who is speaking."""

    PERSON = "person", "a person on record"
    NOT_GIVEN = "not_given", "not given"


class CallerIdentity(models.Model):
    """Who is speaking was asked, and this came of it. Asked again, the newest stands; all stay.

    key: the contact's identifier, as in ContactDraft. person_id: a person of the records room, named softly.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.UUIDField()
    kind = models.CharField(max_length=10, choices=IdentityKind.choices)
    person_id = models.UUIDField(null=True)
    role = models.CharField(max_length=30, default="")
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)  # the account

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "asked_at"], name="identity_of_contact")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="identity_names_a_person_or_none",
                condition=models.Q(kind="person", person_id__isnull=False)
                | models.Q(kind="not_given", person_id__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"identity {self.id}"
