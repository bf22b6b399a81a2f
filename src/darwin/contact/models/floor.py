"""The floor now: which calls live and where they stand, who is at their telephone, and whether we hear the
switch. None of it is a record: it is derived from the evidence, thrown away when the call is over, and could
be made again from a snapshot of the switch."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from darwin.contact.models.contacts import Contact
from darwin.contact.models.queues import ContactQueue
from darwin.ledger.ids import new_id


class SwitchConnection(models.Model):
    """How we hear one switch.

    connected_since null: not connected, and down_since says since when. heard_at: the last sign of life, be
    it a mere answer to a ping. A gap is what lies between down_since and the next connected_since; heard_at
    that stands still shows a listener that was killed. instance: the identity of the switch's present life.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    switch = models.CharField(max_length=80, unique=True)
    source = models.CharField(max_length=80)
    connected_since = models.DateTimeField(null=True)
    down_since = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    instance = models.CharField(max_length=80, default="")
    # Why it is not connected, or what is wrong though it is (a clock an hour off), as sentences for the
    # supervisor; "" where all is well, or nobody knows.
    trouble = models.CharField(max_length=400, default="")


class FloorStage(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RINGING = "ringing", "Ringing"
    TALKING = "talking", "On a call"


class FloorCall(models.Model):
    """A call that lives now (telephony.position.Position). agents: interfaces that ring, or the one that
    talks."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    switch = models.CharField(max_length=80)
    call_id = models.CharField(max_length=200)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="on_floor")
    queue = models.ForeignKey(ContactQueue, on_delete=models.CASCADE, related_name="on_floor")
    stage = models.CharField(max_length=10, choices=FloorStage.choices)
    since = models.DateTimeField()
    arrived_at = models.DateTimeField()
    joined_at = models.DateTimeField()
    connected_at = models.DateTimeField(null=True)
    agents = ArrayField(models.CharField(max_length=120), default=list)
    caller_number = models.CharField(max_length=40, null=True)  # null: the source does not tell
    withheld = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["switch", "call_id"], name="floor_call_once")]


class FloorMember(models.Model):
    """One handler's telephone in one queue, as the switch last described it.

    state: the adapter's word (telephony.asterisk.MEMBER_STATES, "paused", "logged off"); reason: why it is
    paused. completed_at: when its last talk in this queue ended; from it the time of finishing notes is
    derived, which no switch tells.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    switch = models.CharField(max_length=80)
    queue = models.CharField(max_length=80)
    interface = models.CharField(max_length=120)
    member = models.CharField(max_length=120, default="")
    state = models.CharField(max_length=40, default="unknown")
    reason = models.CharField(max_length=120, default="")
    since = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["switch", "interface", "queue"], name="floor_member_once")
        ]


class SwitchSnapshot(models.Model):
    """The newest complete list of one switch's living calls and telephones.

    For a switch whose events can come late: what is older than `at` and not among them is over, whenever it
    arrives.

    living: call_ids. members: pairs of interface and queue, null: the snapshot told nothing of telephones.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    switch = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    living = ArrayField(models.CharField(max_length=200), default=list)
    members = models.JSONField(null=True)


class CommandKind(models.TextChoices):
    """What a person may ask of a switch from Darwin's own screen."""

    ANSWER = "answer", "Answer"
    HANG_UP = "hang_up", "Hang up"
    READY = "ready", "Ready"
    NOT_READY = "not_ready", "Not ready"
    RING_OUT = "ring_out", "Ring out"


class SwitchCommand(models.Model):
    """Something asked of a switch; whoever listens to that switch takes it, does it and says how it ended.

    interface: the handler's telephone. call_id: the call meant, "" where none is. detail: what the kind needs
    (not_ready: {"reason"}; ring_out: {"number", "withheld": bool, "attempt": id}). outcome: "" until done,
    "done", or "failed" with `trouble` as a sentence for the person who asked. A command that nobody took in
    time is never done later: ringing somebody late can harm.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    switch = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=CommandKind.choices)
    interface = models.CharField(max_length=120)
    call_id = models.CharField(max_length=200, default="")
    detail = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, default="")
    trouble = models.CharField(max_length=400, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["switch", "asked_at"],
                name="switch_command_open",
                condition=models.Q(taken_at__isnull=True),
            )
        ]
