"""The clocks of the house by kind and state."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.deadlines import clock
from darwin.deadlines.overview import overview as kinds_overview
from darwin.staff.gate import page
from darwin.staff.permissions import SEE_DEADLINES
from darwin.theme.parts import ClockFace


@never_cache
@require_GET
@page(SEE_DEADLINES, personal=False)
def overview(request: HttpRequest) -> HttpResponse:
    """How many clocks run, of which kind, and how many are over; no record is named."""
    now = clock.now()
    rows = [
        (kind, ClockFace.since(kind.oldest, now=now) if kind.oldest else None) for kind in kinds_overview()
    ]
    context = {"rows": rows, "now": now, "over": sum(kind.over for kind, _face in rows)}
    return render(request, "staff/deadlines.html", context)
