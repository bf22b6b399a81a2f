"""Keeping what a handler types, and finishing a contact."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from darwin.contact.models import Contact, ContactDraft
from darwin.contact.permissions import KEEP_NOTES, TAKE_CALLS
from darwin.contact.services.drafts import DraftSave, Kept, Outcome, save_draft
from darwin.contact.services.finishing import finish_draft
from darwin.contact.services.logging import ContactRefused
from darwin.contact.taking import screen as screens
from darwin.contact.taking.forms import words_of_form
from darwin.contact.views import asking
from darwin.contact.views.my_call import page_context
from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_consultation
from darwin.staff.gate import page
from darwin.staff.models import Account

# A machine's clock may run ahead; what it says of the future is taken for now.
_AHEAD = timedelta(minutes=2)


@never_cache
@require_http_methods(["GET", "PUT", "POST"])
@page(KEEP_NOTES, personal=True)
def notes(request: HttpRequest, key: UUID) -> HttpResponse:
    """GET: what stands in the draft. PUT: one save of one window, as JSON. POST: the form of a browser
    without scripts, kept and, where the press says so, finished."""
    account = asking.asker(request)
    draft = screens.draft_of(account, key)
    if request.method == "GET":
        if draft is None:
            raise Http404
        record_consultation(
            actor=account.actor, screen="contact.my_call", subjects=[Subject("contact", draft.key)]
        )
        return JsonResponse(_standing(draft))
    if draft is None and not _may_begin(account, key):
        raise Http404
    owner = draft.account_id if draft else account.pk
    return (_put if request.method == "PUT" else _post)(request, account, owner, key)


def _may_begin(account: Account, key: UUID) -> bool:
    """A contact that is known must be one's own to write of; one that nobody knows is begun by hand."""
    known = Contact.objects.filter(id=key)
    others = ContactDraft.objects.filter(key=key).exclude(account=account)
    return TAKE_CALLS.visible(account, known).exists() or not (known.exists() or others.exists())


def _standing(draft: ContactDraft) -> dict[str, Any]:
    return {
        "key": str(draft.key),
        "revision": draft.revision,
        "writer": str(draft.writer) if draft.writer else "",
        "words": draft.words,
        "saved_at": draft.saved_at.isoformat(),
        "finished_at": draft.finished_at.isoformat() if draft.finished_at else "",
    }


def _put(request: HttpRequest, account: Account, owner: UUID, key: UUID) -> HttpResponse:
    """200: it stands (or was heard before); 409: another window wrote, both are kept; 400: it cannot be read;
    422: kept, but it cannot be finished as it is. Each but 400 with what stands now."""
    try:
        save, finish = _read(request.body, key)
    except (ValueError, TypeError, KeyError, AttributeError):
        sentence = _("This save could not be read. What you typed is kept on this machine.")
        return JsonResponse({"sentence": sentence}, status=400)
    kept = save_draft(actor=account.actor, account_id=owner, save=save)
    answer = _standing(kept.draft) | {"outcome": kept.outcome.value}
    if kept.outcome is Outcome.BESIDE:
        return JsonResponse(answer, status=409)
    if finish:
        faults = _finish(account, kept.draft)
        if faults:
            return JsonResponse(answer | {"faults": faults}, status=422)
        answer = _standing(kept.draft) | {"outcome": kept.outcome.value}
    return JsonResponse(answer)


def _read(body: bytes, key: UUID) -> tuple[DraftSave, bool]:
    """The save, and whether the contact is to be finished with it. Raises what a wrong body raises."""
    told = json.loads(body)
    built_on = {str(UUID(writer)): int(revision) for writer, revision in told.get("built_on", {}).items()}
    revision = int(told["revision"])
    if not 0 < revision < 2**31:
        raise ValueError("a revision is a whole number from 1")
    save = DraftSave(
        key=key,
        writer=UUID(told["writer"]),
        revision=revision,
        begun_at=_begun(str(told["begun_at"])),
        words=dict(told["words"]),
        built_on=built_on,
        entered_later=told.get("entered_later") is True,
    )
    return save, told.get("finish") is True


def _begun(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset")
    now = clock.now()
    return moment if moment <= now + _AHEAD else now


def _finish(account: Account, draft: ContactDraft) -> dict[str, str]:
    """Finish the contact; field to sentence where it cannot be recorded as it was typed."""
    try:
        finish_draft(actor=account.actor, draft=draft)
    except ContactRefused as refused:
        return dict(refused.faults)
    return {}


def _post(request: HttpRequest, account: Account, owner: UUID, key: UUID) -> HttpResponse:
    kept = save_draft(actor=account.actor, account_id=owner, save=_save_of_form(request, key))
    if kept.outcome is Outcome.BESIDE:
        return _both_kept(request, account, kept)
    if "finish" in request.POST:
        faults = _finish(account, kept.draft)
        if faults:
            shown = screens.screen_of(account, key, clock.now())
            assert shown is not None
            context = page_context(account, shown, request, faults)
            return render(request, "contact/call/my_call.html", context, status=422)
        return redirect("contact:my_call")
    return redirect(f"{reverse('contact:my_call')}?{urlencode({'contact': str(key)})}")


def _save_of_form(request: HttpRequest, key: UUID) -> DraftSave:
    """A form is a window of its own that has taken up the state it was drawn with."""
    now = clock.now()
    built_on: dict[str, int] = {}
    writer, revision = request.POST.get("writer", ""), request.POST.get("revision", "")
    if writer and revision.isdecimal():
        built_on[writer] = int(revision)
    draft = ContactDraft.objects.filter(key=key).first()
    known = Contact.objects.filter(id=key).values_list("first_offered_at", flat=True).first()
    return DraftSave(
        key=key,
        writer=new_id(),
        revision=max(built_on.values(), default=0) + 1,
        begun_at=draft.begun_at if draft else known or now,
        words=words_of_form(request.POST),
        built_on=built_on,
    )


def _both_kept(request: HttpRequest, account: Account, kept: Kept) -> HttpResponse:
    shown = screens.screen_of(account, kept.draft.key, clock.now())
    assert shown is not None
    context = page_context(account, shown, request) | {"other": words_of_form(request.POST)}
    return render(request, "contact/call/my_call.html", context, status=409)
