"""What of the records waits for a person: reviews of how long a record is kept."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from darwin.records.models import RetentionReview
from darwin.records.permissions import REVIEW_RETENTION
from darwin.staff.home import HomeItem, put_on_home
from darwin.staff.models import Account


def declare() -> None:
    """Put the room's line on the home of those who review."""
    put_on_home(
        HomeItem(
            rule=REVIEW_RETENTION,
            title=gettext_lazy("Records to be reviewed"),
            count=_waiting,
            sentence=_sentence,
            url=lambda: reverse("records:reviews"),
            clock=_oldest,
        )
    )


def _waiting(account: Account) -> int:
    return RetentionReview.objects.filter(closed_at=None).count()


def _sentence(account: Account, count: int) -> str:
    if not count:
        return _("No record is due. One comes here when its time has run and nothing new was recorded.")
    return ngettext(
        "%(n)s record has run its time: retain it, or propose to dispose of it.",
        "%(n)s records have run their time: retain each, or propose to dispose of it.",
        count,
    ) % {"n": count}


def _oldest(account: Account) -> datetime | None:
    return (
        RetentionReview.objects.filter(closed_at=None)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
