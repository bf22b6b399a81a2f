"""What was imported, and which rows were left out and why. Files come in on the command line only."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.models import ImportRun
from darwin.contact.permissions import SEE_IMPORTS
from darwin.contact.views import asking
from darwin.contact.views.paging import page_of
from darwin.staff.gate import page
from darwin.theme.parts import Crumb

A_PAGE = 50


@never_cache
@require_GET
@page(SEE_IMPORTS, personal=False)
def imports(request: HttpRequest) -> HttpResponse:
    """The imports, the newest first, with their counts."""
    seen = SEE_IMPORTS.visible(asking.asker(request), ImportRun.objects.order_by("-started_at", "-id"))
    part, fault = page_of(Paginator(seen, A_PAGE), request.GET.get("page", "1"))
    context = {"part": part, "faults": [fault] if fault else []}
    return render(request, "contact/imports.html", context, status=400 if fault else 200)


@never_cache
@require_GET
@page(SEE_IMPORTS, personal=False)
def import_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One import: its counts, what was odd, and each row that was left out, with its line and the reason."""
    seen = SEE_IMPORTS.visible(asking.asker(request), ImportRun.objects.all())
    run = get_object_or_404(seen, pk=run_id)
    part, fault = page_of(Paginator(run.rejects.all(), A_PAGE), request.GET.get("page", "1"))
    context: dict[str, Any] = {
        "run": run,
        "part": part,
        "flags": sorted(run.flags.items()),
        "faults": [fault] if fault else [],
        "trail": [Crumb(_("Imports"), ".."), Crumb(run.file_name)],
    }
    return render(request, "contact/import.html", context, status=400 if fault else 200)
