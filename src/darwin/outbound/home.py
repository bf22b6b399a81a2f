"""What waits for people in this room, on the home of their role."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.outbound.permissions import DECIDE_UNSAFE
from darwin.outbound.queries import waiting_answers
from darwin.staff.home import HomeItem, put_on_home
from darwin.staff.models import Account


def _count(account: Account) -> int:
    return waiting_answers().count()


def _sentence(account: Account, count: int) -> str:
    if count:
        return _(
            "They take protection away, so they do not hold until somebody who did not ask confirms them."
        )
    return _("No answer that takes protection away is waiting.")


put_on_home(
    HomeItem(
        rule=DECIDE_UNSAFE,
        title=gettext_lazy("Safe contact: second person wanted"),
        count=_count,
        sentence=_sentence,
        url=lambda: reverse("outbound:waiting"),
    )
)
