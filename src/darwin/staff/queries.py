"""Reads of accounts."""

from django.db.models import Prefetch, Q, QuerySet

from darwin.deadlines import clock
from darwin.staff.models import Account, Posting, RoleHolding


def accounts_matching(accounts: QuerySet[Account], words: str) -> QuerySet[Account]:
    """Those whose name, sign-in name or force number holds every one of `words`; open accounts first."""
    for word in words.split()[:6]:
        accounts = accounts.filter(
            Q(display_name__icontains=word)
            | Q(sign_in_name__icontains=word)
            | Q(force_number__icontains=word)
        )
    holdings = RoleHolding.objects.filter(
        Q(held_to__isnull=True) | Q(held_to__gt=clock.now()), ended_at=None
    ).order_by("held_from")
    return (
        accounts.select_related("team", "line_manager")
        .prefetch_related(Prefetch("holdings", holdings, to_attr="current"))
        .order_by("-is_active", "display_name", "id")
    )


def history_of(account: Account) -> tuple[list[RoleHolding], list[Posting]]:
    """Every role the person held or holds and every posting, newest first."""
    holdings = RoleHolding.objects.filter(account=account).select_related("granted_by", "ended_by")
    postings = Posting.objects.filter(account=account).select_related("team", "line_manager")
    return list(holdings.order_by("-held_from", "-id")), list(postings.order_by("-held_from", "-id"))
