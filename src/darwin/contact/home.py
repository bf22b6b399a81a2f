"""What waits for people in this room, on the home of their role."""

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.contact.forms import today
from darwin.contact.measures.not_through import gave_up_and_not_seen
from darwin.contact.models import ImportRun
from darwin.contact.periods import midnight
from darwin.contact.permissions import SEE_IMPORTS, SEE_LOST_CALLERS
from darwin.deadlines import clock
from darwin.staff.home import HomeItem, put_on_home
from darwin.staff.models import Account

_UNFINISHED_WITHIN = timedelta(days=7)


def _lost_today(account: Account) -> int:
    return gave_up_and_not_seen(midnight(today()), clock.now())


def _lost_sentence(account: Account, count: int) -> str:
    if count:
        return _("They gave up today, and their number has not got through since.")
    return _("Nobody who gave up today is still waiting to get through.")


def _lost_address() -> str:
    return f"{reverse('contact:lost_callers')}?{urlencode({'show': 'waiting'})}"


def _cut_off(account: Account) -> int:
    since = clock.now() - _UNFINISHED_WITHIN
    return ImportRun.objects.filter(finished_at=None, started_at__gte=since).count()


def _cut_off_sentence(account: Account, count: int) -> str:
    if count:
        return _("Import the file again: what was kept stays, and what is missing is filled in.")
    return _("Every file of the last seven days was read to its end.")


put_on_home(
    HomeItem(
        rule=SEE_LOST_CALLERS,
        title=gettext_lazy("Lost callers not yet through"),
        count=_lost_today,
        sentence=_lost_sentence,
        url=_lost_address,
    )
)
put_on_home(
    HomeItem(
        rule=SEE_IMPORTS,
        title=gettext_lazy("Imports that were cut off"),
        count=_cut_off,
        sentence=_cut_off_sentence,
        url=lambda: reverse("contact:imports"),
    )
)
