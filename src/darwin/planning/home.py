"""What waits for a planner, on the home of their role."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.contact.forms import today
from darwin.deadlines import clock
from darwin.planning.models import Roster, Run, RunState
from darwin.planning.permissions import MAKE_PLANS, PLAN_PEOPLE
from darwin.staff.home import HomeItem, put_on_home
from darwin.staff.models import Account

_TOLD_FOR = timedelta(days=7)


def _drafts(account: Account) -> int:
    return Roster.objects.filter(published_at=None, replaced_by=None, first_day__gte=today()).count()


def _drafts_sentence(account: Account, count: int) -> str:
    if count:
        return _("Nobody in them has been told of their shifts. Publish those that hold.")
    return _("Every roster to come is published.")


def _failed(account: Account) -> int:
    since = clock.now() - _TOLD_FOR
    return Run.objects.filter(asked_by=account, state=RunState.FAILED, finished_at__gte=since).count()


def _failed_sentence(account: Account, count: int) -> str:
    if count:
        return _("You asked them in the last seven days. Each says why; your inputs are kept.")
    return _("Everything you asked in the last seven days was worked out.")


put_on_home(
    HomeItem(
        rule=PLAN_PEOPLE,
        title=gettext_lazy("Rosters not published"),
        count=_drafts,
        sentence=_drafts_sentence,
        url=lambda: reverse("planning:rosters"),
    )
)
put_on_home(
    HomeItem(
        rule=MAKE_PLANS,
        title=gettext_lazy("Questions that came to nothing"),
        count=_failed,
        sentence=_failed_sentence,
        url=lambda: reverse("planning:runs"),
    )
)
