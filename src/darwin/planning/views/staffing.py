"""How many people a stretch of steady traffic needs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from darwin.contact.thresholds import answer_target, answer_within
from darwin.deadlines import clock
from darwin.planning.forms.asking import StaffingForm
from darwin.planning.models import Run, RunKind
from darwin.planning.permissions import MAKE_PLANS, SEE_PLANS
from darwin.planning.services.runs import ask_run
from darwin.planning.views import asking
from darwin.staff.gate import page, refuse


@never_cache
@require_http_methods(["GET", "POST"])
@page(SEE_PLANS, personal=False)
def staffing(request: HttpRequest) -> HttpResponse:
    """Ask how many people it takes; what was asked before stands beside it."""
    account = asking.asker(request)
    if request.method == "POST" and not MAKE_PLANS.permits(account):
        return refuse(request, MAKE_PLANS)
    form = StaffingForm(request.POST if request.method == "POST" else None, initial=_usual())
    if request.method == "POST" and form.is_valid():
        asked = form.asked()
        run = ask_run(
            actor=account.actor,
            kind=RunKind.STAFFING,
            title=_("Staffing: %(n)s contacts an hour, %(aht)s s each")
            % {"n": f"{asked['calls_per_hour']:g}", "aht": f"{asked['aht']:g}"},
            queue="",
            inputs=asked,
            asked_by=account,
        )
        return redirect("planning:run", run.id)
    context = {
        "form": form,
        "may_plan": MAKE_PLANS.permits(account),
        "earlier": Run.objects.filter(kind=RunKind.STAFFING).order_by("-asked_at", "-id")[:10],
    }
    return render(request, "planning/staffing.html", context, status=asking.status_of(form))


def _usual() -> dict[str, Any]:
    """What stands in the form at first: the force's target, the newest forecast's handling and patience."""
    now = clock.now()
    usual: dict[str, Any] = {
        "target": f"{float(answer_target('PHONE_101', now).value):g}",
        "within": f"{float(answer_within('PHONE_101', now).value):g}",
    }
    queues = asking.queues()
    forecast = asking.newest(RunKind.FORECAST, queues[0].slug) if queues else None
    if forecast is not None:
        service = forecast.result.figures["service"]
        usual["aht"] = f"{service['aht_s']:.0f}"
        if service.get("patience_s") is not None:
            usual["patience"] = f"{service['patience_s']:.0f}"
    return usual
