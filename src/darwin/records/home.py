"""What of the records waits for a person: reviews of how long a record is kept, and links proposed to end."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from darwin.records.models import PhoneLinkEnding, RetentionReview
from darwin.records.permissions import DECIDE_LINKS, REVIEW_RETENTION
from darwin.staff.home import HomeItem, put_on_home
from darwin.staff.models import Account


def declare() -> None:
    """Put the room's lines on the home of those who review and of those who decide."""
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
    put_on_home(
        HomeItem(
            rule=DECIDE_LINKS,
            title=gettext_lazy("Links proposed to end"),
            count=_proposed,
            sentence=_proposed_sentence,
            url=lambda: reverse("records:link_endings"),
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


def _proposed(account: Account) -> int:
    return PhoneLinkEnding.objects.filter(confirmed_at=None, declined_at=None).count()


def _proposed_sentence(account: Account, count: int) -> str:
    if not count:
        return _("Nobody proposes to end a link that protects somebody.")
    return _("Each keeps a number from being rung until somebody who did not propose it has decided.")


def _oldest(account: Account) -> datetime | None:
    return (
        RetentionReview.objects.filter(closed_at=None)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
