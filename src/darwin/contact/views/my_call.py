"""The handler's screen: the call that is theirs, and its parts as a script asks for them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.models import ContactDraft
from darwin.contact.permissions import TAKE_CALLS, TAKE_ROUTED
from darwin.contact.routing.shown import RoutedShown, routed_shown
from darwin.contact.taking import screen as screens
from darwin.contact.taking.desk import Desk, desk_of
from darwin.contact.taking.forms import CallForm
from darwin.contact.taking.screen import CallScreen
from darwin.contact.taking.worker import files_of_shell, worker_version
from darwin.contact.views import asking
from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.reference.queries import UnknownReference, codes
from darwin.reference.values import CodeValue
from darwin.staff.gate import page
from darwin.staff.idle import in_background
from darwin.staff.models import Account

MOST_UNFINISHED = 12


@never_cache
@require_GET
@page(TAKE_CALLS, personal=True)
def my_call(request: HttpRequest) -> HttpResponse:
    """The call that rings or is spoken now, else the notes that are not finished; ?contact= chooses another,
    ?by=hand begins one that no switch told of."""
    account = asking.asker(request)
    shown = _chosen(request, account)
    record_consultation(actor=account.actor, screen="contact.my_call", subjects=_subjects(shown, account))
    return render(request, "contact/call/my_call.html", page_context(account, shown, request))


def _chosen(request: HttpRequest, account: Account) -> CallScreen:
    now = clock.now()
    if request.GET.get("by") == "hand":
        return CallScreen(stage=screens.BY_HAND, desk=desk_of(account, now))
    wanted = request.GET.get("contact", "")
    if not wanted:
        return screens.screen_for(account, now)
    try:
        shown = screens.screen_of(account, UUID(wanted), now)
    except ValueError:
        shown = None
    if shown is None:
        raise Http404
    return shown


def _subjects(shown: CallScreen, account: Account) -> list[Subject]:
    if shown.key is None:
        return [Subject("account", account.pk)]
    seen = [Subject("contact", shown.key)]
    return [*seen, Subject("person", shown.person_id)] if shown.person_id else seen


def page_context(
    account: Account, shown: CallScreen, request: HttpRequest, faults: dict[str, str] | None = None
) -> dict[str, Any]:
    """What the page and its parts are drawn from. faults: field to sentence."""
    words = shown.draft.words if shown.draft else {}
    return {
        "shown": shown,
        "form": CallForm(words, faults),
        "now": clock.now(),
        "reasons": _reasons(),
        "unfinished": _unfinished(account, shown),
        "asked_once": request.GET.get("asked") == "hang_up",
        "trouble": request.GET.get("trouble", "")[:400],
        "practice": settings.DARWIN_MODE == "practice",
        "routed_to_one": TAKE_ROUTED.permits(account),
        "routed": _routed(account, shown),
    }


def _routed(account: Account, shown: CallScreen) -> RoutedShown | None:
    """What is kept for them; nothing while a call is theirs, which comes first."""
    if shown.desk.call is not None or not TAKE_ROUTED.permits(account):
        return None
    return routed_shown(account, clock.now())


def _unfinished(account: Account, shown: CallScreen) -> list[ContactDraft]:
    """The other notes of this person that are not finished."""
    drafts = screens.unfinished_drafts(account).only("key", "begun_at")[: MOST_UNFINISHED + 1]
    return [draft for draft in drafts if draft.key != shown.key][:MOST_UNFINISHED]


def _reasons() -> list[CodeValue]:
    try:
        return codes("pause_reason")
    except UnknownReference:
        return []


@never_cache
@require_GET
@in_background
@page(TAKE_CALLS, personal=True)
def parts(request: HttpRequest, key: UUID) -> HttpResponse:
    """The parts of the page that the server knows of one contact, each in a template of its name."""
    account = asking.asker(request)
    shown = screens.screen_of(account, key, clock.now())
    if shown is None:
        raise Http404
    record_consultation(actor=account.actor, screen="contact.my_call", subjects=_subjects(shown, account))
    return render(
        request, "contact/call/parts.html", {"shown": shown, "now": clock.now(), "account": account}
    )


@never_cache
@require_GET
@in_background
@page(TAKE_CALLS, personal=False)
def shell(request: HttpRequest) -> HttpResponse:
    """The page without any call, for the service worker to show while the server is away."""
    account = asking.asker(request)
    shown = CallScreen(stage=screens.NONE, desk=Desk(telephones=(), call=None))
    context = page_context(account, shown, request) | {"unfinished": [], "shell": True}
    return render(request, "contact/call/my_call.html", context)


@never_cache
@require_GET
@in_background
@page(TAKE_CALLS, personal=False)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the call-taking page. It lies under the page's own address, because that is as
    far as a worker may reach."""
    files = [static(name) for name in files_of_shell()]
    return render(
        request,
        "contact/call/worker.js",
        {"home": reverse("contact:my_call"), "files": files, "version": worker_version(files)},
        content_type="text/javascript; charset=utf-8",
    )
