"""The printed pack, and keying in afterwards what was taken on paper."""

from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.fallback.forms import PaperFormForm
from darwin.contact.fallback.pack import FOLDER, NEWEST, is_stale, newest_pack
from darwin.contact.models import PaperForm
from darwin.contact.permissions import USE_FALLBACK
from darwin.contact.services.fallback import AlreadyKeyed, enter_paper_form
from darwin.contact.services.logging import ContactEntry, ContactRefused
from darwin.contact.taking.words import entry_of, moment_of
from darwin.contact.thresholds import pack_renewed_after
from darwin.contact.views import asking
from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.gate import page

LAST = 20


@never_cache
@require_GET
@page(USE_FALLBACK, personal=False)
def pack(request: HttpRequest) -> HttpResponse:
    """When the pack was made last, where it lies, and the forms that were keyed in last."""
    at, newest = clock.now(), newest_pack()
    context = {
        "newest": newest,
        "stale": is_stale(newest, at),
        "every": pack_renewed_after(at),
        "on_disk": _on_disk().is_file(),
        "place": f"{FOLDER}/{NEWEST}",
        "entered": PaperForm.objects.select_related("entered_by").order_by("-entered_at")[:LAST],
    }
    return render(request, "contact/fallback.html", context)


@never_cache
@require_GET
@page(USE_FALLBACK, personal=True)
def pack_file(request: HttpRequest) -> HttpResponseBase:
    """The newest pack as it lies on the disk."""
    newest = newest_pack()
    if newest is None or not _on_disk().is_file():
        raise Http404
    record_consultation(
        actor=asking.asker(request).actor,
        screen="contact.fallback_pack",
        subjects=[Subject("fallback_pack", newest.id)],
    )
    return FileResponse(_on_disk().open("rb"), filename=f"fall-back-{newest.code}.pdf")


@never_cache
@page(USE_FALLBACK, personal=True)
def enter(request: HttpRequest) -> HttpResponseBase:
    """Key in one form. Whatever is wrong with it, what was typed stays on the page."""
    form = PaperFormForm(request.POST or None)
    fault, known = "", None
    account = asking.asker(request)
    record_consultation(
        actor=account.actor, screen="contact.paper_form", subjects=[Subject("account", account.id)]
    )
    if request.method == "POST" and form.is_valid():
        try:
            kept = enter_paper_form(
                account=account,
                form_number=form.cleaned_data["form_number"],
                taken_by=form.cleaned_data["taken_by"],
                entry=_entry(form),
            )
        except AlreadyKeyed as refused:
            fault, known = str(refused), refused.contact_id
        except ContactRefused as refused:
            for name, sentence in refused.faults:
                form.add_error(name if name in form.fields else None, sentence)
        else:
            words = {"number": kept.form_number}
            messages.success(request, _("The form %(number)s is keyed in, with its true time.") % words)
            return redirect("contact:paper_form")
    status = 400 if fault or form.errors else 200
    return render(
        request, "contact/paper_form.html", {"form": form, "fault": fault, "known": known}, status=status
    )


def _entry(form: PaperFormForm) -> ContactEntry:
    """What the paper tells. Raises ContactRefused for a time that cannot be read."""
    now = clock.now()
    entry = entry_of(form.words, taken_at=now, finished_at=now, entered_later=True)
    entry = replace(entry, caller=form.caller)
    promised = str(form.cleaned_data["promise_by"]).strip()
    if not promised:
        return entry
    by = moment_of(promised, "promise_by", entry.taken_at)
    return replace(entry, promise_by=by, promised_at=entry.taken_at)


def _on_disk() -> Path:
    return Path(settings.DARWIN_DATA_DIR) / FOLDER / NEWEST
