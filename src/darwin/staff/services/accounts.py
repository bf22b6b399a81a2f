"""Accounts and teams: opened, moved, closed."""

import re
from uuid import UUID

from django.db import transaction

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.staff.models import Account, Language, Posting, RoleHolding, Team, Theme, new_stamp

_SIGN_IN_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]*")


class StaffFault(DarwinError):
    """Something about an account cannot be done. The text says what, and what to do instead."""


def locked_account(account_id: UUID) -> Account:
    """The account, its row locked until the transaction ends. Raises StaffFault if there is none."""
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise StaffFault("There is no such account. Look for the person in the list of accounts.")
    return account


def open_account(
    *,
    actor: Actor,
    sign_in_name: str,
    display_name: str,
    force_number: str = "",
    team: Team | None = None,
    line_manager: Account | None = None,
) -> Account:
    """Open an account; it holds no role until one is granted.

    Raises StaffFault if a name is missing, or the sign-in name or force number is somebody's already.
    """
    sign_in_name, display_name, force_number = (
        sign_in_name.strip().lower(),
        display_name.strip(),
        force_number.strip(),
    )
    if not _SIGN_IN_NAME.fullmatch(sign_in_name):
        raise StaffFault(
            f"“{sign_in_name}” cannot be a sign-in name: use letters, digits and . _ @ + - only, "
            "beginning with a letter or digit. What you typed is kept."
        )
    if not display_name:
        raise StaffFault("The account has no name. Colleagues see this name beside what the person did.")
    with transaction.atomic():
        _refuse_taken(sign_in_name, force_number)
        now = clock.now()
        account = Account.objects.create(
            sign_in_name=sign_in_name,
            display_name=display_name,
            force_number=force_number,
            team=team,
            line_manager=line_manager,
            opened_at=now,
        )
        Posting.objects.create(account=account, team=team, line_manager=line_manager, held_from=now)
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="staff.opened_account",
            subjects=[Subject("account", account.id)],
            fields=["sign_in_name", "display_name", "force_number", "team", "line_manager"],
        )
    return account


def _refuse_taken(sign_in_name: str, force_number: str) -> None:
    if Account.objects.filter(sign_in_name=sign_in_name).exists():
        raise StaffFault(
            f"The sign-in name “{sign_in_name}” is somebody's already, perhaps of a closed account: "
            "names are never used twice. Choose another. What you typed is kept."
        )
    if force_number and Account.objects.filter(force_number=force_number).exists():
        raise StaffFault(
            f"The force number {force_number} belongs to another account. "
            "Check the number, or open that account instead. What you typed is kept."
        )


def close_account(*, actor: Actor, account: Account, reason: str = "") -> None:
    """Close an account: it signs in no more, its sessions and roles end now, its history stays.

    Raises StaffFault if it is closed already, or is the actor's own.
    """
    if actor == account.actor:
        raise StaffFault("You cannot close your own account. Ask another administrator.")
    with transaction.atomic():
        row = locked_account(account.id)
        if not row.is_active:
            raise StaffFault("This account is closed already. Nothing was changed.")
        now = clock.now()
        row.is_active, row.closed_at, row.session_stamp = False, now, new_stamp()
        row.save(update_fields=["is_active", "closed_at", "session_stamp"])
        ended = (
            RoleHolding.objects.filter(account=row, ended_at=None)
            .exclude(held_to__lte=now)
            .update(ended_at=now, ended_by_id=actor.id)
        )
        Posting.objects.filter(account=row, held_to=None).update(held_to=now)
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.closed_account",
            subjects=[Subject("account", row.id)],
            fields=["is_active", "closed_at"],
            counts={"roles_ended": ended},
            reason=reason,
        )
    account.refresh_from_db()
    account.forget_roles()


def open_team(*, actor: Actor, name: str) -> Team:
    """Open a team. Raises StaffFault if the name is empty or taken."""
    name = name.strip()
    if not name:
        raise StaffFault("The team has no name. Type the name people know it by.")
    with transaction.atomic():
        team, made = Team.objects.get_or_create(name=name, defaults={"opened_at": clock.now()})
        if not made:
            raise StaffFault(f"There is a team “{name}” already. Use it, or choose another name.")
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="staff.opened_team",
            subjects=[Subject("team", team.id)],
            fields=["name"],
        )
    return team


def change_team(*, actor: Actor, account: Account, team: Team | None) -> None:
    """Post a person to another team from now on, under the same line manager; the old posting stays."""
    if team is not None and team.closed_at is not None:
        raise StaffFault(f"The team “{team.name}” is closed. Choose one that is open.")
    with transaction.atomic():
        row = locked_account(account.id)
        if row.team_id == (team.id if team else None):
            return
        row.team = team
        row.save(update_fields=["team"])
        _post_again(row)
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.changed_team",
            subjects=[Subject("account", row.id), *([Subject("team", team.id)] if team else [])],
            fields=["team"],
        )
    account.team = team


def set_line_manager(*, actor: Actor, account: Account, line_manager: Account | None) -> None:
    """Give a person another line manager from now on; the old posting stays.

    Raises StaffFault if the manager is the person, is closed, or answers to the person in the end.
    """
    with transaction.atomic():
        row = locked_account(account.id)
        if row.line_manager_id == (line_manager.id if line_manager else None):
            return
        if line_manager is not None:
            _refuse_circle(row, line_manager)
        row.line_manager = line_manager
        row.save(update_fields=["line_manager"])
        _post_again(row)
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.set_line_manager",
            subjects=[
                Subject("account", row.id),
                *([Subject("account", line_manager.id)] if line_manager else []),
            ],
            fields=["line_manager"],
        )
    account.line_manager = line_manager


def _refuse_circle(account: Account, line_manager: Account) -> None:
    if not line_manager.is_active:
        raise StaffFault(f"{line_manager.display_name}'s account is closed. Choose somebody who is here.")
    above: Account | None = line_manager
    while above is not None:
        if above.id == account.id:
            raise StaffFault(
                f"{line_manager.display_name} answers to {account.display_name}, "
                "who cannot answer to them as well. Change the other first."
            )
        above = above.line_manager


def _post_again(row: Account) -> None:
    now = clock.now()
    Posting.objects.filter(account=row, held_to=None).update(held_to=now)
    Posting.objects.create(account=row, team=row.team, line_manager=row.line_manager, held_from=now)


def choose_theme(*, actor: Actor, account: Account, theme: str) -> None:
    """Keep a person's choice of theme: "" (as the system), "light" or "low-light". Raises StaffFault."""
    if theme not in Theme.values:
        raise StaffFault("There is no such theme. Choose light, low light or as the system.")
    _keep_choice(actor, account, "theme", theme)


def choose_language(*, actor: Actor, account: Account, language: str) -> None:
    """Keep a person's choice of language: "en-gb" or "cy". Raises StaffFault."""
    if language not in Language.values:
        raise StaffFault("There is no such language here. Choose English or Cymraeg.")
    _keep_choice(actor, account, "language", language)


def _keep_choice(actor: Actor, account: Account, field: str, value: str) -> None:
    with transaction.atomic():
        changed = Account.objects.filter(pk=account.pk).exclude(**{field: value}).update(**{field: value})
        if changed:
            record_entry(
                actor=actor,
                verb=Verb.ALTER,
                event=f"staff.chose_{field}",
                subjects=[Subject("account", account.id)],
                fields=[field],
            )
    setattr(account, field, value)
