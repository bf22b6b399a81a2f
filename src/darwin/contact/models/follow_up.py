"""What a contact leads to in this room: a promise to call back, a tag, a link to an earlier contact."""

from django.db import models

from darwin.contact.models.contacts import Contact
from darwin.contact.models.legs import ContactLeg
from darwin.ledger.ids import new_id


class CallbackPromise(models.Model):
    """The force promised to call back: by when, and the contact by which it did.

    late_at: since when it is late, written by its deadline (contact.callback_promise); it stays when the
    promise is kept after all.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="callback_promises")
    leg = models.ForeignKey(ContactLeg, on_delete=models.SET_NULL, null=True)
    promised_at = models.DateTimeField()
    promised_by = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    kept_by_contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, related_name="keeps_promises"
    )
    late_at = models.DateTimeField(null=True)
    made_by = models.UUIDField(null=True)  # the account; null: not known, or a record that was imported

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "promised_at"], name="callback_promised_once")
        ]
        indexes = [
            models.Index(
                fields=["promised_by"],
                name="callback_still_owed",
                condition=models.Q(kept_at__isnull=True),
            )
        ]


class FailureDemandTag(models.Model):
    """A contact caused by a failure to do something, or to do it right, for the caller."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="failure_demand_tags")
    cause = models.CharField(max_length=40)
    tagged_at = models.DateTimeField()
    tagged_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "cause"], name="failure_demand_tagged_once")
        ]


class RepeatContactLink(models.Model):
    """This contact is about the same person, number or address as an earlier one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="links_back")
    earlier = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="links_forward")
    basis = models.CharField(max_length=20)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "earlier", "basis"], name="repeat_linked_once"),
            models.CheckConstraint(
                name="repeat_links_two_contacts", condition=~models.Q(contact=models.F("earlier"))
            ),
        ]
