"""Accounts, teams, postings and the roles people hold. Nothing here is deleted: what ends gets an end."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import get_random_string, salted_hmac

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.staff.roles import ROLES


def new_stamp() -> str:
    """What a session is bound to; a new one ends every session of the account."""
    return get_random_string(32)


class Team(models.Model):
    """People who work together, for example a contact team or a neighbourhood investigation unit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120, unique=True)
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class AccountManager(models.Manager["Account"]):
    """Accounts by the name they sign in with."""

    def get_by_natural_key(self, sign_in_name: str) -> Account:
        return self.get(sign_in_name=sign_in_name.lower())


class Theme(models.TextChoices):
    SYSTEM = "", "As the system"
    LIGHT = "light", "Light"
    LOW_LIGHT = "low-light", "Low light"


class Language(models.TextChoices):
    ENGLISH = "en-gb", "English"
    WELSH = "cy", "Cymraeg"


class Account(AbstractBaseUser):
    """A person who may sign in. There are no passwords and no superusers: see `staff.permissions`."""

    # Django's own columns for a password and for the last sign-in (which reads another clock) are left out.
    password = None  # type: ignore[assignment]
    last_login = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sign_in_name = models.CharField(max_length=150, unique=True)
    display_name = models.CharField(max_length=150)
    force_number = models.CharField(max_length=20, blank=True, default="")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    line_manager = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="line_reports"
    )
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM, blank=True)
    language = models.CharField(max_length=10, choices=Language.choices, default=Language.ENGLISH)
    is_active = models.BooleanField(default=True)
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The subject ("sub") that the force's directory knows the person by, bound at their first sign-in.
    directory_subject = models.CharField(max_length=255, null=True, blank=True, unique=True, editable=False)
    session_stamp = models.CharField(max_length=32, default=new_stamp, editable=False)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "sign_in_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sign_in_name_is_lower_case",
                condition=Q(sign_in_name=Lower("sign_in_name")),
            ),
            models.CheckConstraint(
                name="nobody_is_their_own_line_manager",
                condition=Q(line_manager__isnull=True) | ~Q(line_manager=F("id")),
            ),
            models.CheckConstraint(
                name="a_closed_account_is_not_active",
                condition=Q(is_active=True, closed_at__isnull=True)
                | Q(is_active=False, closed_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["force_number"], condition=~Q(force_number=""), name="one_account_a_force_number"
            ),
        ]

    def __str__(self) -> str:
        return self.sign_in_name

    @property
    def actor(self) -> Actor:
        """This person as the author of a ledger entry."""
        return Actor.staff(self.id)

    @property
    def first_name(self) -> str:
        """What the house calls them when it greets them."""
        return self.display_name.split(" ", 1)[0]

    def roles_now(self) -> frozenset[str]:
        """Codes of the roles held at this moment; read once for this instance, that is, for one request."""
        known: frozenset[str] | None = self.__dict__.get("_roles_now")
        if known is None:
            rows = RoleHolding.objects.held_at(clock.now()).filter(account_id=self.id)
            known = frozenset(rows.values_list("role", flat=True)) if self.is_active else frozenset()
            self.__dict__["_roles_now"] = known
        return known

    def forget_roles(self) -> None:
        """Read the roles again when next asked: a role was granted or ended."""
        self.__dict__.pop("_roles_now", None)

    # Django binds a session to the password's hash; here it is bound to the stamp.
    def get_session_auth_hash(self) -> str:
        return salted_hmac("darwin.staff.Account", self.session_stamp, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self):  # type: ignore[no-untyped-def]
        from django.conf import settings

        for secret in settings.SECRET_KEY_FALLBACKS:
            yield salted_hmac(
                "darwin.staff.Account", self.session_stamp, secret=secret, algorithm="sha256"
            ).hexdigest()

    def has_usable_password(self) -> bool:
        return False

    def check_password(self, raw_password: str | None) -> bool:
        return False


class Posting(models.Model):
    """Where a person stood, and under whom, from one moment to another; the open one is on the account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="postings")
    line_manager = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="postings_managed"
    )
    held_from = models.DateTimeField()
    held_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(held_to__isnull=True), name="one_open_posting_an_account"
            ),
            models.CheckConstraint(
                name="a_posting_ends_after_it_begins",
                condition=Q(held_to__isnull=True) | Q(held_to__gte=F("held_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"posting {self.id}"


class RoleHoldings(models.QuerySet["RoleHolding"]):
    def held_at(self, moment: datetime) -> RoleHoldings:
        """Those in force at `moment` (aware): begun, not run out, not ended by somebody."""
        return self.filter(
            Q(held_to__isnull=True) | Q(held_to__gt=moment),
            Q(ended_at__isnull=True) | Q(ended_at__gt=moment),
            held_from__lte=moment,
        )


class RoleHolding(models.Model):
    """One role held by one person: for ever (no `held_to`) or for a shift.

    A holding ended early keeps the end it was granted with: `ended_at` says when it was cut short.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holdings")
    role = models.CharField(max_length=40)
    held_from = models.DateTimeField()
    held_to = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[RoleHolding]] = RoleHoldings.as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "held_from"], name="holding_of_account")]
        constraints = [
            models.CheckConstraint(
                name="a_holding_ends_after_it_begins",
                condition=Q(held_to__isnull=True) | Q(held_to__gt=F("held_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"

    @property
    def title(self) -> str:
        """What the role is called; its code where it is declared no more."""
        return ROLES[self.role].title if self.role in ROLES else self.role


class Enrolment(models.Model):
    """A link, good for an hour and for one use, with which a person registers their first passkey.

    Only a hash of the link's secret is kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="enrolments")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    good_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"enrolment {self.id}"


class ApiToken(models.Model):
    """By which another system reaches Darwin: whose it is, what it opens, and for how long.

    client: the system's name, one word; what it delivers is kept under that name, so that a new token of the
    same client goes on where the old one ended. Only a hash of the secret is kept. last_used_at is coarse
    (services.tokens.USED_EVERY): it shows a token that nobody uses any more, not each request.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client = models.CharField(max_length=40)
    scopes = ArrayField(models.CharField(max_length=40))
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    good_until = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["client", "made_at"], name="token_of_client")]
        constraints = [
            models.CheckConstraint(
                name="a_token_ends_after_it_is_made", condition=Q(good_until__gt=F("made_at"))
            ),
            models.CheckConstraint(name="a_token_opens_something", condition=~Q(scopes=[])),
        ]

    def __str__(self) -> str:
        return f"token {self.id}"

    @property
    def actor(self) -> Actor:
        """The system that holds this token as the author of a ledger entry."""
        return Actor.integration(self.id)


class ApiAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, so that the same request again gets the same.

    fingerprint: a keyed digest of method, address and content, to know the same key with other content.
    answer holds identifiers and counts, never what was sent.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="answers", db_index=False)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    good_until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["good_until"], name="answer_by_end")]
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return f"answer {self.id}"


class WallScreen(models.Model):
    """A screen on a wall: it shows walls, and nobody signs in at it.

    code_hash: of the code that pairs it, good once and until code_good_until. token_hash: of what its browser
    keeps; "" until it is paired. made_by: the account that named it, None for the command line.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80)
    code_hash = models.CharField(max_length=64, unique=True)
    code_good_until = models.DateTimeField()
    token_hash = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    paired_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="one_wall_screen_a_token"
            ),
            models.CheckConstraint(
                name="a_paired_wall_screen_has_a_token",
                condition=Q(paired_at__isnull=True, token_hash="")
                | (Q(paired_at__isnull=False) & ~Q(token_hash="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
