"""The staff room's own lines on the home of a role."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from darwin.deadlines import clock
from darwin.deadlines.overview import oldest_over, over
from darwin.ledger.searching import waiting_entries
from darwin.ledger.verification.kept import last_result
from darwin.staff.home import HomeItem, put_on_home
from darwin.staff.models import Account, RoleHolding
from darwin.staff.permissions import MANAGE_ACCOUNTS, READ_LEDGER, SEE_DEADLINES
from darwin.theme.formats import moment


def _faults(account: Account) -> int:
    found = last_result(Path(settings.DARWIN_DATA_DIR))
    return found.faults if found else 0


def _faults_sentence(account: Account, count: int) -> str:
    found = last_result(Path(settings.DARWIN_DATA_DIR))
    if found is None:
        return _("It has not been verified here yet: darwin ledger verify.")
    if count:
        return _("The ledger is not what was written. Found %(at)s.") % {"at": moment(found.at)}
    return _("Last verified %(at)s: it is what was written.") % {"at": moment(found.at)}


def _waiting_sentence(account: Account, count: int) -> str:
    if count:
        return _("They are gathered into a signed block every few seconds.")
    return _("Everything that was written stands in a closed block.")


def _waiting(account: Account) -> int:
    return waiting_entries()


def _without_role(account: Account) -> int:
    held = RoleHolding.objects.held_at(clock.now()).filter(account=OuterRef("pk"))
    return Account.objects.filter(~Exists(held), is_active=True).count()


def _without_role_sentence(account: Account, count: int) -> str:
    if count:
        return _("Nothing is open to them until you grant a role.")
    return _("Everybody with an account holds a role.")


def _over(account: Account) -> int:
    return over()


def _over_sentence(account: Account, count: int) -> str:
    if count:
        return ngettext(
            "Its time has passed and it was not acted on.",
            "Their time has passed and they were not acted on.",
            count,
        )
    return _("No clock is over. A late one appears here.")


def _oldest(account: Account) -> datetime | None:
    return oldest_over()


def put_lines() -> None:
    """Put them on the home page; called once, when Darwin starts."""
    for rule, title, count, sentence, page, due in (
        (
            READ_LEDGER,
            gettext_lazy("Faults that the last verification found"),
            _faults,
            _faults_sentence,
            "staff:ledger_state",
            None,
        ),
        (
            READ_LEDGER,
            gettext_lazy("Entries not yet closed"),
            _waiting,
            _waiting_sentence,
            "staff:ledger_state",
            None,
        ),
        (
            MANAGE_ACCOUNTS,
            gettext_lazy("Accounts without a role"),
            _without_role,
            _without_role_sentence,
            "staff:accounts",
            None,
        ),
        (
            SEE_DEADLINES,
            gettext_lazy("Clocks that are over"),
            _over,
            _over_sentence,
            "staff:deadlines",
            _oldest,
        ),
    ):
        put_on_home(HomeItem(rule, title, count, sentence, partial(reverse, page), due))
