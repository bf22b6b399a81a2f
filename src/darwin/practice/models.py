"""Which made-up force lives in this database, and how much of it is in. Its calls are the contact room's."""

from django.db import models

from darwin.ledger.ids import new_id


class PracticeForce(models.Model):
    """The one made-up force of a practice installation.

    present_month (its first day) and seed decide every call; what is planted is counted back from
    present_month, so that filling the force up later moves nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)
    present_month = models.DateField()
    seed = models.BigIntegerField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="practice_one_force", condition=models.Q(only=True))]


class LoadedMonth(models.Model):
    """One month of calls that is in, from its first midnight (London) to `loaded_to`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    force = models.ForeignKey(PracticeForce, on_delete=models.CASCADE, related_name="months")
    month = models.DateField()
    loaded_to = models.DateTimeField()
    contacts = models.PositiveIntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["force", "month"], name="practice_month_once")]


class LiveStretch(models.Model):
    """A stretch of time that the live feed played: [from_at, to_at).

    to_at is the last sign of life of the feed that plays it. One that is closed never goes on: whoever
    played it begins another.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    force = models.ForeignKey(PracticeForce, on_delete=models.CASCADE, related_name="stretches")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["force"], condition=models.Q(closed=False), name="practice_one_open_stretch"
            ),
            models.CheckConstraint(
                name="practice_stretch_runs_forward", condition=models.Q(to_at__gte=models.F("from_at"))
            ),
        ]
