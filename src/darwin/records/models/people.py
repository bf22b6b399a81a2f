"""People: a person as recorded, the other names they go by, and what they are to something that happened."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from darwin.deadlines import clock
from darwin.ledger.ids import new_id


class Sex(models.TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    OTHER = "X", _("Other")
    NOT_KNOWN = "", _("Not known")


class Person(models.Model):
    """One person as recorded.

    A name in parts, each as it was given; any part may be empty. Of the date of birth any part may be
    missing. `language` is a code of the list language. `identity_note`: how the person can be told from
    another. `retention_group` is a code of the list retention_rule. `last_event_on`: the day of the last
    thing recorded of them, from which their clear period runs.

    `merged_into`: this record was found to be another's double; it holds nothing that is in use.
    `disposed_at`: its values were erased; the row stays, so that what pointed to it leads to that statement.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=40, default="", blank=True)
    given_name = models.CharField(max_length=120, default="", blank=True)
    middle_names = models.CharField(max_length=160, default="", blank=True)
    family_name = models.CharField(max_length=160, default="", blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, default=Sex.NOT_KNOWN, blank=True)
    language = models.CharField(max_length=30, default="", blank=True)
    identity_note = models.TextField(default="", blank=True)
    source = models.CharField(max_length=120, default="", blank=True)
    recorded_at = models.DateTimeField(default=clock.now)
    retention_group = models.CharField(max_length=30, default="GROUP_3")
    last_event_on = models.DateField()
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from"
    )
    disposed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="person_birth_month_is_one",
                condition=Q(birth_month__isnull=True) | Q(birth_month__range=(1, 12)),
            ),
            models.CheckConstraint(
                name="person_birth_day_is_one",
                condition=Q(birth_day__isnull=True) | Q(birth_day__range=(1, 31)),
            ),
            models.CheckConstraint(
                name="person_is_not_their_own_double",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.id}"

    @property
    def shown_name(self) -> str:
        """The name as it is written on a page, without the title; empty if no part is known."""
        return " ".join(filter(None, (self.given_name, self.middle_names, self.family_name)))


class PersonAlias(models.Model):
    """Another name of a person. kind: a code of the list alias_kind. It is ended, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="aliases")
    kind = models.CharField(max_length=30, default="ALIAS")
    given_name = models.CharField(max_length=120, default="", blank=True)
    middle_names = models.CharField(max_length=160, default="", blank=True)
    family_name = models.CharField(max_length=160, default="", blank=True)
    source = models.CharField(max_length=120, default="", blank=True)
    recorded_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"alias {self.id}"

    @property
    def shown_name(self) -> str:
        """The other name as it is written on a page."""
        return " ".join(filter(None, (self.given_name, self.middle_names, self.family_name)))


class PersonRole(models.Model):
    """A person in a role (a code of the list person_role) to something that happened: kind and identifier."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=30)
    subject_kind = models.CharField(max_length=63)
    subject_id = models.UUIDField()
    since = models.DateTimeField()
    source = models.CharField(max_length=120, default="", blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "subject_kind", "subject_id"],
                condition=Q(ended_at__isnull=True),
                name="person_in_a_role_once",
            )
        ]
        indexes = [models.Index(fields=["subject_id", "subject_kind"], name="person_role_of_subject")]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"
