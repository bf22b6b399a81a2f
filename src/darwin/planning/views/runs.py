"""What was asked of the planning engine: the list, one run with its progress and its result."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.views.paging import page_of
from darwin.deadlines import clock
from darwin.planning.models import Run, RunKind, RunState
from darwin.planning.permissions import MAKE_PLANS, SEE_PLANS, SEE_ROSTERS
from darwin.planning.shown import staffing, twin_check, what_if
from darwin.planning.shown.forecast import made_by
from darwin.planning.views import asking
from darwin.staff.gate import page
from darwin.staff.idle import in_background
from darwin.theme.parts import Crumb

A_PAGE = 50
PAGE_OF = {
    RunKind.FORECAST: "planning:forecast",
    RunKind.STAFFING: "planning:staffing",
    RunKind.WHAT_IF: "planning:what_if",
    RunKind.TWIN_CHECK: "planning:twin_check",
    RunKind.ROSTER: "planning:rosters",
}


@never_cache
@require_GET
@page(SEE_PLANS, personal=False)
def runs(request: HttpRequest) -> HttpResponse:
    """Everything that was asked, the newest first, with what became of it."""
    seen = SEE_PLANS.visible(asking.asker(request), Run.objects.select_related("asked_by"))
    part, fault = page_of(Paginator(seen, A_PAGE), request.GET.get("page", "1"))
    context = {"part": part, "faults": [fault] if fault else []}
    return render(request, "planning/runs.html", context, status=400 if fault else 200)


@never_cache
@require_GET
@page(SEE_PLANS, personal=False)
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: how far it is, or what it gave."""
    asked = _asked(run_id)
    if asked.state == RunState.DONE and asked.kind == RunKind.FORECAST:
        return redirect(f"{reverse('planning:forecast')}?queue={asked.queue}&run={asked.id}")
    if request.GET.get("view") == "csv" and asked.state == RunState.DONE:
        shown = _results(asked)
        wanted = request.GET.get("of", "0")
        position = int(wanted) if wanted.isdigit() and int(wanted) < len(shown) else 0
        if shown:
            return asking.csv_answer(shown[position], f"{asked.kind}-{asked.id}-{position + 1}")
    context = part_of(request, asked) | {
        "trail": [Crumb(_("What was asked"), reverse("planning:runs")), Crumb(asked.title)],
        "tab_path": reverse(PAGE_OF[RunKind(asked.kind)]),
    }
    return render(request, "planning/run.html", context)


@in_background
@never_cache
@require_GET
@page(SEE_PLANS, personal=False)
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The part of a run's page that changes while it is worked out; the page asks for it by itself."""
    return render(request, "planning/run_part.html", part_of(request, _asked(run_id)) | {"asked_again": True})


def _asked(run_id: UUID) -> Run:
    return get_object_or_404(Run.objects.select_related("result", "asked_by", "roster"), pk=run_id)


def part_of(request: HttpRequest, asked: Run) -> dict[str, Any]:
    """What the part of a run shows, by its state and kind."""
    account = asking.asker(request)
    view = request.GET.get("view", "chart")
    context: dict[str, Any] = {
        "run": asked,
        "may_plan": MAKE_PLANS.permits(account),
        "view": view if view in ("chart", "table") else "chart",
    }
    if asked.state != RunState.DONE:
        return context | {"before": _before(asked)}
    figures = asked.result.figures
    context["made_by"] = made_by(asked)
    context["results"] = [
        {"result": one, "views": _views(asked, at), "id": f"result-{at}"}
        for at, one in enumerate(_results(asked))
    ]
    match RunKind(asked.kind):
        case RunKind.STAFFING:
            context |= {
                "sentence": staffing.sentence(asked, clock.now()),
                "inputs": staffing.asked_rows(asked),
            }
        case RunKind.WHAT_IF:
            context |= {
                "trust": what_if.trust(figures),
                "sentence": what_if.sentence(figures),
                "scenarios": what_if.scenarios_told(figures, clock.now()),
                "inputs": what_if.made_with(asked),
            }
        case RunKind.TWIN_CHECK:
            context |= {"sentence": twin_check.sentence(figures), "misses": twin_check.misses(figures)}
        case RunKind.ROSTER:
            context |= {"roster": asked.roster if SEE_ROSTERS.permits(account) else None}
        case RunKind.FORECAST:
            context |= {"forecast": f"{reverse('planning:forecast')}?queue={asked.queue}&run={asked.id}"}
    return context


def _results(asked: Run) -> list[Any]:
    match RunKind(asked.kind):
        case RunKind.STAFFING:
            return [staffing.result(asked, clock.now())]
        case RunKind.WHAT_IF:
            return what_if.results(asked.result.figures)
        case RunKind.TWIN_CHECK:
            return twin_check.results(asked.result.figures)
        case _:
            return []


def _views(asked: Run, position: int) -> list[asking.View]:
    address = reverse("planning:run", args=[asked.id])
    return [
        asking.View(
            name,
            asking.VIEW_WORDS[name],
            f"{address}?view={name}" + (f"&of={position}" if name == "csv" else ""),
        )
        for name in ("chart", "table", "csv")
    ]


def _before(asked: Run) -> int:
    """How many runs are worked out before this one."""
    if asked.state != RunState.WAITING:
        return 0
    return Run.objects.filter(
        state__in=[RunState.WAITING, RunState.WORKING], asked_at__lt=asked.asked_at
    ).count()
