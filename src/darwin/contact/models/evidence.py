"""What switches and logs said, what they can tell, and the names by which a switch knows handlers."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from darwin.contact.models.queues import ContactQueue
from darwin.ledger.ids import new_id


class CallEvent(models.Model):
    """One normalised event of a switch (contact.telephony.events.CallEvent), kept as evidence.

    Partitioned by month of `at`; never changed. Nothing has a foreign key to it. The months are made
    by the database function contact_make_call_event_month, because the application may not create tables.
    """

    pk = models.CompositePrimaryKey("at", "id")
    id = models.BigIntegerField()
    at = models.DateTimeField()
    event_id = models.TextField()
    switch = models.TextField()
    source = models.TextField()
    type = models.TextField()
    at_source = models.TextField()
    whole_seconds = models.BooleanField()
    sequence = models.BigIntegerField()
    queue = models.TextField(null=True)
    call_id = models.TextField(null=True)
    root_call_id = models.TextField(null=True)
    caller = models.TextField(null=True)  # "" = withheld, null = the source does not tell
    agent = models.TextField(null=True)
    member = models.TextField(null=True)
    position = models.IntegerField(null=True)
    queue_length = models.IntegerField(null=True)
    priority = models.IntegerField(null=True)
    wait_ms = models.IntegerField(null=True)
    ring_ms = models.IntegerField(null=True)
    talk_ms = models.IntegerField(null=True)
    reason = models.TextField()

    class Meta:
        managed = False
        db_table = "contact_callevent"


class SwitchMember(models.Model):
    """The pair by which one handler's telephone is named in a switch: member name and interface.

    `account` is the handler, where somebody has said so; figures about one handler need it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    switch = models.CharField(max_length=80)
    member = models.CharField(max_length=120)
    interface = models.CharField(max_length=120)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="switch_members"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["switch", "member", "interface"], name="switch_member_once")
        ]


class Coverage(models.Model):
    """A stretch of time of which a source kept a record, and what that source can tell.

    `queue` null: every queue of `switch`. `tells` are names of contact.coverage.Tells. Half-open; a
    record that goes on moves `to_at`. A figure is shown only where a source covers it that tells it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    switch = models.CharField(max_length=80)
    queue = models.ForeignKey(ContactQueue, on_delete=models.PROTECT, null=True, related_name="coverage")
    source = models.CharField(max_length=80)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    tells = ArrayField(models.CharField(max_length=30))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["switch", "queue", "source", "from_at"],
                name="coverage_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="coverage_runs_forward", condition=models.Q(to_at__gte=models.F("from_at"))
            ),
        ]
