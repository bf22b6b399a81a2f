"""Roles: granted for ever or for a shift, and ended."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.staff.models import Account, RoleHolding
from darwin.staff.roles import role as declared_role
from darwin.staff.services.accounts import StaffFault, locked_account


def grant_role(
    *,
    actor: Actor,
    account: Account,
    role: str,
    held_from: datetime | None = None,
    held_to: datetime | None = None,
    reason: str = "",
) -> RoleHolding:
    """Let a person hold a role from `held_from` (now, if not given) to `held_to` (for ever, if not given).

    Raises StaffFault if the actor grants to themselves, the account is closed, the times make no shift,
    or the person holds the role in part of that time already; UnknownRole if it is not declared.
    """
    title = declared_role(role).title
    if actor == account.actor:
        raise StaffFault("You cannot grant a role to yourself. Ask another administrator.")
    now = clock.now()
    held_from = held_from or now
    _refuse_odd_times(now, held_from, held_to)
    with transaction.atomic():
        row = locked_account(account.id)
        if not row.is_active:
            raise StaffFault(f"{row.display_name}'s account is closed. Open a new one to grant roles.")
        if _held_within(row, role, held_from, held_to):
            raise StaffFault(
                f"{row.display_name} is {title.lower()} in part of that time already. "
                "End that first, or choose other times. Nothing was changed."
            )
        holding = RoleHolding.objects.create(
            account=row, role=role, held_from=held_from, held_to=held_to, granted_by_id=actor.id
        )
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.granted_role",
            subjects=[Subject("account", row.id), Subject("role_holding", holding.id)],
            fields=["role", "held_from", "held_to"],
            reason=reason,
        )
    account.forget_roles()
    return holding


def _refuse_odd_times(now: datetime, held_from: datetime, held_to: datetime | None) -> None:
    if held_to is None:
        return
    if held_to <= held_from:
        raise StaffFault("The shift ends before it begins. Check both times; what you typed is kept.")
    if held_to <= now:
        raise StaffFault("The shift is over already. Check the date; what you typed is kept.")


def _held_within(account: Account, role: str, held_from: datetime, held_to: datetime | None) -> bool:
    overlapping = RoleHolding.objects.filter(
        Q(held_to__isnull=True) | Q(held_to__gt=held_from),
        Q(ended_at__isnull=True) | Q(ended_at__gt=held_from),
        account=account,
        role=role,
    )
    if held_to is not None:
        overlapping = overlapping.filter(held_from__lt=held_to)
    return overlapping.exists()


def end_role(*, actor: Actor, holding: RoleHolding, reason: str = "") -> None:
    """End a holding now; the row stays, with the end it was granted with.

    Raises StaffFault if it has ended already.
    """
    now = clock.now()
    with transaction.atomic():
        # Exactly one of two people who end it at once changes the row.
        changed = (
            RoleHolding.objects.filter(Q(held_to__isnull=True) | Q(held_to__gt=now), pk=holding.pk)
            .filter(ended_at__isnull=True)
            .update(ended_at=now, ended_by_id=actor.id)
        )
        if not changed:
            raise StaffFault("This role has ended already. Nothing was changed.")
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="staff.ended_role",
            subjects=[Subject("account", holding.account_id), Subject("role_holding", holding.id)],
            fields=["ended_at"],
            reason=reason,
        )
    holding.refresh_from_db()
    holding.account.forget_roles()
