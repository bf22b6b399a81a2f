"""What waits for people in this room, on the home of their role."""

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.contact.forms import today
from darwin.contact.measures.not_through import gave_up_and_not_seen
from darwin.contact.models import CallbackPromise, ContactDraft, ImportRun
from darwin.contact.periods import midnight
from darwin.contact.permissions import SEE_FLOOR, SEE_IMPORTS, SEE_LOST_CALLERS, TAKE_CALLS
from darwin.deadlines import clock
from darwin.staff.home import HomeItem, put_on_home
from darwin.staff.models import Account

_UNFINISHED_WITHIN = timedelta(days=7)


def _lost_today(account: Account) -> int:
    return gave_up_and_not_seen(midnight(today()), clock.now())


def _lost_sentence(account: Account, count: int) -> str:
    if count:
        return _("They gave up today, in whichever queue, and their number has not got through since.")
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


def _unfinished(account: Account) -> int:
    return ContactDraft.objects.filter(account=account, finished_at=None).count()


def _unfinished_sentence(account: Account, count: int) -> str:
    if count:
        return _("You wrote of them and have not finished them: what became of each is not recorded yet.")
    return _("Every contact you wrote of is finished.")


def _late_promises(account: Account) -> int:
    return CallbackPromise.objects.filter(kept_at=None, late_at__isnull=False).count()


def _late_promises_sentence(account: Account, count: int) -> str:
    if count:
        return _("The caller was told when we would ring. Have each rung back, or tell them why not.")
    return _("No promise to ring back is late.")


put_on_home(
    HomeItem(
        rule=TAKE_CALLS,
        title=gettext_lazy("Contacts to finish"),
        count=_unfinished,
        sentence=_unfinished_sentence,
        url=lambda: reverse("contact:my_call"),
    )
)
put_on_home(
    HomeItem(
        rule=SEE_FLOOR,
        title=gettext_lazy("Promises to ring back that are late"),
        count=_late_promises,
        sentence=_late_promises_sentence,
        url=lambda: reverse("contact:call_backs"),
        clock=lambda account: (
            CallbackPromise.objects.filter(kept_at=None, late_at__isnull=False)
            .order_by("promised_by")
            .values_list("promised_by", flat=True)
            .first()
        ),
    )
)
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
