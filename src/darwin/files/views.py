"""Files of one thing: listed, added, downloaded, removed. Nothing is ever shown inside a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.files import sniffing, store, thresholds
from darwin.files.models import Attachment, Verdict
from darwin.files.permissions import USE_FILES
from darwin.files.services.attachments import attach_file, remove_attachment
from darwin.files.subjects import SubjectFiles, subject_named
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.gate import page
from darwin.staff.models import Account

# What a browser adds around a file that it sends.
_WRAPPING = 100_000
SHOWN = 200


def _me(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _subject(request: HttpRequest, kind: str, identifier: UUID) -> SubjectFiles:
    """The kind, if this person may see the thing; who may not is told what somebody who mistyped is told."""
    declared = subject_named(kind)
    if declared is None or not declared.may_see(_me(request), identifier):
        raise Http404
    return declared


@never_cache
@require_http_methods(["GET", "POST"])
@page(USE_FILES, personal=True)
def files(request: HttpRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """The files of one thing; add one."""
    declared = _subject(request, kind, subject_id)
    if request.method == "POST":
        fault = _add(request, declared, subject_id)
        if not fault:
            return redirect("files:files", kind, subject_id)
        return _listed(request, declared, subject_id, fault)
    return _listed(request, declared, subject_id)


def _add(request: HttpRequest, declared: SubjectFiles, subject_id: UUID) -> str:
    """Why the file that was sent is not kept; "" if it is."""
    if not declared.may_add(_me(request), subject_id):
        return _("You may see these files and not add to them. Nothing was kept.")
    largest = thresholds.largest_bytes(clock.now())
    if int(request.META.get("CONTENT_LENGTH") or 0) > largest + _WRAPPING:
        return _(
            "The file is larger than %(mb)s MB. Nothing was kept. Make it smaller, or hand it over on a disk."
        ) % {"mb": store.megabytes(largest)}
    sent = request.FILES.get("file")
    if sent is None:
        return _("Choose a file first. Nothing was kept.")
    try:
        kept = attach_file(
            actor=_me(request).actor,
            subject=Subject(declared.kind, subject_id),
            name=sent.name or "",
            chunks=sent.chunks(),
        )
    except DarwinError as refusal:
        return str(refusal)
    if kept.file.verdict == Verdict.FOUND:
        return _("A virus was found in “%(name)s”. It lies in quarantine and nobody can open it.") % {
            "name": kept.name
        }
    return ""


def _listed(request: HttpRequest, declared: SubjectFiles, subject_id: UUID, fault: str = "") -> HttpResponse:
    rows = (
        Attachment.objects.filter(subject_kind=declared.kind, subject_id=subject_id)
        .select_related("file", "added_by", "removed_by")
        .order_by("-added_at", "-id")[:SHOWN]
    )
    record_consultation(
        actor=_me(request).actor, screen="files.files", subjects=[Subject(declared.kind, subject_id)]
    )
    context = {
        "kind": declared.kind,
        "title": declared.title,
        "subject_id": subject_id,
        "back": declared.address(subject_id) if declared.address else "",
        "fault": fault,
        "rows": rows,
        "may_add": declared.may_add(_me(request), subject_id),
        "largest": store.megabytes(thresholds.largest_bytes(clock.now())),
    }
    return render(request, "files/files.html", context, status=422 if fault else 200)


def _attachment(request: HttpRequest, attachment_id: UUID) -> tuple[Attachment, SubjectFiles]:
    found = get_object_or_404(Attachment.objects.select_related("file"), pk=attachment_id)
    return found, _subject(request, found.subject_kind, found.subject_id)


@never_cache
@require_GET
@page(USE_FILES, personal=True)
def download(request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
    """A file, to be saved and not shown: with the type its bytes say, or as bytes."""
    found, declared = _attachment(request, attachment_id)
    place = store.place_of(found.file.sha256)
    if found.removed_at is not None or found.file.quarantined_at is not None or not place.is_file():
        fault = _("“%(name)s” cannot be opened: %(why)s.") % {"name": found.name, "why": _why(found)}
        return _listed(request, declared, found.subject_id, fault)
    record_consultation(
        actor=_me(request).actor,
        screen="files.download",
        subjects=[Subject("attachment", found.id), Subject(found.subject_kind, found.subject_id)],
    )
    chunks = store.chunks_of(found.file.sha256)
    body = _in_turn(found.file.sha256) if isinstance(request, ASGIRequest) else chunks
    return StreamingHttpResponse(
        body,
        headers={
            "Content-Type": sniffing.served_type(found.file.content_type),
            "Content-Length": str(found.file.size),
            "Content-Disposition": content_disposition_header(True, found.name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


async def _in_turn(sha256: str) -> AsyncIterator[bytes]:
    """The same for a server that serves many at once: the disk is read beside the loop, never in it."""
    chunks = store.chunks_of(sha256)
    read = sync_to_async(lambda: next(chunks, b""), thread_sensitive=False)
    while chunk := await read():
        yield chunk


def _why(found: Attachment) -> str:
    if found.removed_at is not None:
        return _("it was removed")
    if found.file.quarantined_at is not None:
        return _("a virus was found in it")
    return _("its content is missing; tell the administrator")


@require_POST
@page(USE_FILES, personal=True)
def remove(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Offer a file no more."""
    found, declared = _attachment(request, attachment_id)
    if not declared.may_add(_me(request), found.subject_id):
        fault = _("You may see these files and not remove them. Nothing was changed.")
        return _listed(request, declared, found.subject_id, fault)
    try:
        remove_attachment(actor=_me(request).actor, attachment=found, reason=request.POST.get("reason", ""))
    except DarwinError as refusal:
        return _listed(request, declared, found.subject_id, str(refusal))
    return redirect("files:files", found.subject_kind, found.subject_id)
