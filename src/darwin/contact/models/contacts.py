"""One contact from the public, by any channel, and the queues whose number it reached."""

from django.db import models

from darwin.contact.models.queues import ContactQueue
from darwin.ledger.ids import new_id


class Contact(models.Model):
    """One call, message or visit, known by its source's own identifier.

    `source` and `source_key`: (switch, call_id) for Asterisk, (log, composite key) for a CSV log,
    ("connect", ContactId) for Amazon Connect. `source_version` and `source_fingerprint` tell a record
    that is delivered again from one that says something else; a switch's calls have neither, because
    they are derived from their evidence. `caller_number` is personal data: "+44…" where the number
    can be read so; null means that the source does not tell. `language`, `access_route`, `caller_role`
    and `disposition` are codes; null means not known. They are those of the newest ContactRecord, where
    a person has written one; the records keep what was said before.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=30)
    first_offered_at = models.DateTimeField()
    caller_number = models.CharField(max_length=40, null=True)  # null: the source does not tell
    withheld = models.BooleanField(default=False)
    language = models.CharField(max_length=20, null=True)
    access_route = models.CharField(max_length=30, null=True)
    disposition = models.CharField(max_length=30, null=True)
    caller_role = models.CharField(max_length=30, null=True)
    source = models.CharField(max_length=80)
    source_key = models.CharField(max_length=200)
    source_version = models.DateTimeField(null=True)
    source_fingerprint = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_key"], name="contact_known_once")]
        indexes = [
            models.Index(fields=["first_offered_at"], name="contact_by_time"),
            models.Index(
                fields=["caller_number", "first_offered_at"],
                name="contact_by_number",
                condition=models.Q(caller_number__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.first_offered_at:%Y-%m-%d %H:%M}"


class Announcement(models.Model):
    """A contact reached the number of a queue, whether or not it then joined (call.offered)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="announcements", db_index=False
    )
    queue = models.ForeignKey(
        ContactQueue, on_delete=models.PROTECT, related_name="announcements", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "queue"], name="contact_announced_once_a_queue")
        ]
        indexes = [models.Index(fields=["queue", "at"], name="announcement_by_time")]
