"""What the pages of this room have in common: who asks, of which queue, and how an answer leaves."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from darwin.contact.models import ContactQueue
from darwin.staff.models import Account
from darwin.theme.charts import Result
from darwin.theme.parts import VIEW_WORDS, View

LINE = "101"
# Only so many numbers are kept for drama, and the made-up people share them.
SHARED_IN_PRACTICE = gettext_lazy(
    "The made-up people share the few numbers that are kept for drama, so here a number comes back far "
    "more often than in life."
)


def asker(request: HttpRequest) -> Account:
    """The person of this request; the gate has let them in."""
    return cast(Account, request.user)


def queues() -> list[ContactQueue]:
    """Every queue, the force's 101 line first."""
    return sorted(ContactQueue.objects.all(), key=lambda queue: (queue.slug != LINE, queue.slug))


def nothing_yet(request: HttpRequest) -> HttpResponse:
    """The page of a house into which no call record has come yet."""
    return render(request, "contact/nothing_yet.html")


def csv_answer(result: Result, name: str) -> HttpResponse:
    """A result as a file to keep."""
    answer = HttpResponse(result.csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def views_of(request: HttpRequest, names: tuple[str, ...] = ("chart", "table", "csv")) -> list[View]:
    """The ways to see a result: the same address with another `view`."""
    return [View(name, VIEW_WORDS[name], same_address(request, view=name)) for name in names]


def same_address(request: HttpRequest, **changed: str) -> str:
    """This address with some parameters changed; "" takes one away."""
    query = request.GET.copy()
    for name, value in changed.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"?{query.urlencode()}"


def status_of(form: Any) -> int:
    """400 where the address asked for what cannot be, else 200."""
    return 400 if form.errors else 200
