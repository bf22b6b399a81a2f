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
