"""Telephone numbers. A number is not a person: what is known of it is dated, and names nobody by itself."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from darwin.deadlines import clock
from darwin.ledger.ids import new_id
from darwin.records.models.people import Person


class PhoneKind(models.TextChoices):
    """Whose a number is."""

    PERSONAL = "personal", _("one person’s")
    SHARED = "shared", _("shared")
    CARE_HOME = "care_home", _("care home")
    PRISON = "prison", _("prison")
    SWITCHBOARD = "switchboard", _("switchboard")
    NOT_KNOWN = "not_known", _("not known")


class LinkKind(models.TextChoices):
    """Why a number is treated with care. Which of them make it unsafe to ring, until somebody has decided, is
    in `records.links`: all but the last two."""

    DOMESTIC = "domestic", _("domestic abuse")
    STALKING = "stalking", _("stalking")
    HONOUR_BASED = "honour_based", _("honour-based abuse")
    SEXUAL = "sexual", _("sexual violence")
    EXPLOITATION = "exploitation", _("exploitation")
    SEALED_REPORT = "sealed_report", _("a sealed report")
    CHILD = "child", _("a child")
    WEAPON = "weapon", _("a weapon")


class PhoneIdentity(models.Model):
    """A telephone number in the form of `science.numbers`; what it is, is in its markings."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=40, unique=True)
    recorded_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"number {self.id}"


class PhoneMarking(models.Model):
    """What a number was said to be, from one moment to another; the open one holds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.ForeignKey(PhoneIdentity, on_delete=models.PROTECT, related_name="markings")
    kind = models.CharField(max_length=20, choices=PhoneKind.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.TextField(default="", blank=True)
    marked_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone"], condition=Q(until__isnull=True), name="phone_marked_once_at_a_time"
            ),
            models.CheckConstraint(
                name="phone_marking_runs_forward",
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class PhoneUse(models.Model):
    """A person used a number, since when and according to whom."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.ForeignKey(PhoneIdentity, on_delete=models.PROTECT, related_name="uses")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="phone_uses")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "person"], condition=Q(until__isnull=True), name="phone_used_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"use {self.id}"


class PhoneLink(models.Model):
    """A number is linked to what asks for care; ended by a person, or by two where it protects somebody
    (`records.links.protects`), never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.ForeignKey(PhoneIdentity, on_delete=models.PROTECT, related_name="links")
    link = models.CharField(max_length=20, choices=LinkKind.choices)
    subject_kind = models.CharField(max_length=63, default="", blank=True)
    subject_id = models.UUIDField(null=True)
    reason = models.TextField(default="", blank=True)
    linked_at = models.DateTimeField()
    linked_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    end_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "link", "subject_kind", "subject_id"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="phone_linked_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.link} {self.id}"


class PhoneLinkEnding(models.Model):
    """One person proposed that a protecting link holds no more; another confirms it, or declines. Until then
    the link holds. A decision is kept with its reason; one that is declined may be proposed again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    link = models.ForeignKey(PhoneLink, on_delete=models.PROTECT, related_name="endings")
    proposed_at = models.DateTimeField()
    proposed_by = models.UUIDField()
    reason = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.UUIDField(null=True)
    declined_at = models.DateTimeField(null=True)
    declined_by = models.UUIDField(null=True)
    decision_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link"],
                condition=Q(confirmed_at__isnull=True, declined_at__isnull=True),
                name="phone_link_ending_proposed_once",
            ),
            models.CheckConstraint(
                name="phone_link_ended_by_another",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=models.F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="phone_link_ending_decided_once",
                condition=Q(confirmed_at__isnull=True) | Q(declined_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["proposed_at"],
                condition=Q(confirmed_at__isnull=True, declined_at__isnull=True),
                name="phone_link_ending_waits",
            )
        ]

    def __str__(self) -> str:
        return f"ending {self.id}"
