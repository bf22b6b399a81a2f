"""What a person recorded of a contact: their words of it, what became of it, and who it was passed on to."""

from typing import ClassVar

from django.db import models

from darwin.contact.models.contacts import Contact
from darwin.ledger.ids import new_id


class ContactRecord(models.Model):
    """What one person (or a partner's system) recorded of a contact. A later version supersedes; all stay.

    version: 1, 2, … in the contact. taken_at: when the contact was taken, recorded_at: when this reached the
    server; entered_later says that the two differ because it was kept on paper or on a machine meanwhile.
    location: where it happens, as the caller says it. access_needs: what makes it possible for the caller
    to be heard. The codes are those of reference data; null means that nobody said.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="records")
    version = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)  # the account; null: a part of the system
    entered_later = models.BooleanField(default=False)
    narrative = models.TextField(default="")
    location = models.CharField(max_length=500, default="")
    access_needs = models.CharField(max_length=500, default="")
    caller_role = models.CharField(max_length=30, null=True)
    disposition = models.CharField(max_length=30, null=True)
    language = models.CharField(max_length=20, null=True)
    access_route = models.CharField(max_length=30, null=True)

    class Meta:
        ordering: ClassVar = ["contact", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "version"], name="contact_record_version")
        ]

    def __str__(self) -> str:
        return f"record {self.version} of {self.contact_id}"


class ReferralNote(models.Model):
    """A contact was passed on to another agency: which one and why, in the words of who did it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="referral_notes")
    agency = models.CharField(max_length=200)
    reason = models.TextField(default="")
    referred_at = models.DateTimeField()
    referred_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "agency", "referred_at"], name="referral_noted_once"),
            models.CheckConstraint(name="referral_names_an_agency", condition=~models.Q(agency="")),
        ]

    def __str__(self) -> str:
        return f"referral note {self.id}"
