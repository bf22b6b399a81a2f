"""What the pages of this room have in common: which queues can be planned, and which run is meant."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from darwin.contact.models import ContactQueue, LegKind
from darwin.contact.views.asking import asker, csv_answer, nothing_yet, same_address, status_of, views_of
from darwin.contact.views.asking import queues as all_queues
from darwin.planning.models import Run, RunKind, RunState
from darwin.theme.parts import VIEW_WORDS, Fault, View

__all__ = [
    "VIEW_WORDS",
    "View",
    "asker",
    "csv_answer",
    "nothing_yet",
    "same_address",
    "status_of",
    "views_of",
]


def queues() -> list[ContactQueue]:
    """The queues in which handlers take contacts, the force's 101 line first."""
    return [queue for queue in all_queues() if queue.leg_kind == LegKind.HANDLER_QUEUE]


def queue_of(request: HttpRequest, known: Sequence[ContactQueue]) -> tuple[ContactQueue, list[Fault]]:
    """The queue that the address names; the first, and what was wrong, where it names none that is known."""
    asked = request.GET.get("queue", "").strip()
    if not asked:
        return known[0], []
    for queue in known:
        if queue.slug == asked:
            return queue, []
    words = _("No handlers take contacts of a queue “%(name)s”. This is %(queue)s.")
    return known[0], [Fault(words % {"name": asked[:40], "queue": known[0].label}, "queue")]


def newest(kind: RunKind, queue: str) -> Run | None:
    """The newest finished run of a kind, with its result; one query."""
    return (
        Run.objects.select_related("result", "asked_by")
        .filter(kind=kind, queue=queue, state=RunState.DONE)
        .order_by("-asked_at", "-id")
        .first()
    )


def run_meant(request: HttpRequest, kind: RunKind, queue: str) -> Run | None:
    """The finished run that the address names (`run=`), else the newest."""
    try:
        wanted = UUID(request.GET.get("run", ""))
    except ValueError:
        return newest(kind, queue)
    found = (
        Run.objects.select_related("result", "asked_by")
        .filter(pk=wanted, kind=kind, state=RunState.DONE)
        .first()
    )
    return found or newest(kind, queue)


def in_hand(kind: RunKind, queue: str | None = None) -> list[Run]:
    """The runs of a kind that wait or are being worked out, the oldest first."""
    runs = Run.objects.filter(kind=kind, state__in=[RunState.WAITING, RunState.WORKING])
    return list((runs.filter(queue=queue) if queue else runs).order_by("asked_at", "id")[:10])
