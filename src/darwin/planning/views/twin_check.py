"""The twin check: predicted against actual on weeks that the twin was not fitted to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from darwin.planning.forms.asking import TwinCheckForm
from darwin.planning.models import RunKind
from darwin.planning.permissions import MAKE_PLANS, SEE_PLANS
from darwin.planning.services.runs import ask_run
from darwin.planning.views import asking
from darwin.planning.views.runs import part_of
from darwin.staff.gate import page, refuse


@never_cache
@require_http_methods(["GET", "POST"])
@page(SEE_PLANS, personal=False)
def twin_check(request: HttpRequest) -> HttpResponse:
    """The newest check of a queue, and asking for another."""
    account = asking.asker(request)
    if request.method == "POST" and not MAKE_PLANS.permits(account):
        return refuse(request, MAKE_PLANS)
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    queue, faults = asking.queue_of(request, queues)
    form = TwinCheckForm(
        request.POST if request.method == "POST" else None, queues=queues, initial={"queue": queue.slug}
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["queue"]
        run = ask_run(
            actor=account.actor,
            kind=RunKind.TWIN_CHECK,
            title=_("Twin check of %(queue)s") % {"queue": chosen.label},
            queue=chosen.slug,
            inputs={key: form.cleaned_data[key] for key in ("fitted_weeks", "predicted_weeks")},
            asked_by=account,
        )
        return redirect("planning:run", run.id)
    newest = asking.newest(RunKind.TWIN_CHECK, queue.slug)
    context = {
        "queue": queue,
        "queues": queues,
        "faults": faults,
        "form": form,
        "waiting": asking.in_hand(RunKind.TWIN_CHECK, queue.slug),
        "may_plan": MAKE_PLANS.permits(account),
    }
    if newest is not None:
        context |= part_of(request, newest)
    return render(request, "planning/twin_check.html", context, status=400 if faults or form.errors else 200)
