"""What was asked of the planning engine, how far it is, and what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from darwin.ledger.ids import new_id


class RunKind(models.TextChoices):
    """What a run works out."""

    FORECAST = "forecast", _("Forecast")
    STAFFING = "staffing", _("Staffing")
    WHAT_IF = "what_if", _("What-if")
    TWIN_CHECK = "twin_check", _("Twin check")
    ROSTER = "roster", _("Roster")


class RunState(models.TextChoices):
    """How far a run is."""

    WAITING = "waiting", _("waiting for its turn")
    WORKING = "working", _("being worked out")
    DONE = "done", _("finished")
    FAILED = "failed", _("not finished")


class Run(models.Model):
    """One question put to the planning engine: kept with its inputs and seed, whatever became of it.

    inputs: what was asked, as the job of its kind reads it; never changed (a trigger refuses it). queue: the
    slug of the queue it is about, soft. asked_by null: the house itself asked. told_at: when the worker last
    said how far it is; steps of steps_all: how far; doing: at what, as a sentence. tries: how often a worker
    has begun it. failure: why it has no result, a sentence for the person who asked.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=RunKind.choices)
    title = models.CharField(max_length=120)
    queue = models.CharField(max_length=80)
    inputs = models.JSONField()
    seed = models.PositiveBigIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="planning_runs"
    )
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    steps_all = models.PositiveIntegerField(default=0)
    doing = models.CharField(max_length=200, default="")
    told_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=600, default="")

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_run_that_ended_says_when",
                condition=models.Q(state__in=[RunState.DONE, RunState.FAILED], finished_at__isnull=False)
                | models.Q(state__in=[RunState.WAITING, RunState.WORKING], finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_run_that_failed_says_why",
                condition=~models.Q(state=RunState.FAILED) | ~models.Q(failure=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["asked_at"],
                name="run_to_be_done",
                condition=models.Q(state__in=[RunState.WAITING, RunState.WORKING]),
            ),
            models.Index(fields=["kind", "queue", "-asked_at"], name="run_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.queue} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        """True once nothing more happens to it."""
        return self.state in (RunState.DONE, RunState.FAILED)


class RunResult(models.Model):
    """What a run gave; never changed nor deleted (a trigger refuses both).

    version: of Darwin and of its science, so that the same inputs, seed and version give the same figures.
    cpu_ms: what it cost. figures: as the job of its kind wrote them.
    """

    run = models.OneToOneField(Run, primary_key=True, on_delete=models.PROTECT, related_name="result")
    version = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    cpu_ms = models.PositiveIntegerField()
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"result of {self.run_id}"
