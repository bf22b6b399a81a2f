"""A queue that contacts wait in."""

from django.db import models

from darwin.contact.models.leg_kinds import LegKind
from darwin.ledger.ids import new_id


class ContactQueue(models.Model):
    """One queue of the force: the 101 line, the crime desk, the chat desk.

    `slug` is the name by which switches and people call it ("101", "bank"); `switch` is the switch or
    log that first delivered it; `channel` is a code of the list contact_channel; `leg_kind` says what a
    stay in it is in the caller's journey.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=80, unique=True)
    label = models.CharField(max_length=200)
    channel = models.CharField(max_length=30)
    switch = models.CharField(max_length=80)
    leg_kind = models.CharField(max_length=20, choices=LegKind.choices, default=LegKind.HANDLER_QUEUE)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.label
