"""The forecast of a queue, and asking for another."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from darwin.deadlines import clock
from darwin.planning.forms.asking import ForecastForm
from darwin.planning.models import RunKind
from darwin.planning.permissions import MAKE_PLANS, SEE_PLANS
from darwin.planning.services.runs import ask_run
from darwin.planning.shown import forecast as shown_forecast
from darwin.planning.views import asking
from darwin.staff.gate import page
from darwin.theme.parts import Fault


@never_cache
@require_GET
@page(SEE_PLANS, personal=False)
def forecast(request: HttpRequest) -> HttpResponse:
    """The newest forecast of a queue, or the one asked for: sentence, charts, tables, what it rests on."""
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    queue, faults = asking.queue_of(request, queues)
    run = asking.run_meant(request, RunKind.FORECAST, queue.slug)
    context = {
        "queue": queue,
        "queues": queues,
        "faults": faults,
        "waiting": asking.in_hand(RunKind.FORECAST, queue.slug),
        "form": ForecastForm(queues=queues, initial={"queue": queue.slug}),
        "may_plan": MAKE_PLANS.permits(asking.asker(request)),
    }
    if run is None:
        return render(request, "planning/forecast.html", context, status=400 if faults else 200)
    shown = shown_forecast.ForecastShown(run, queue.label, clock.now())
    day, fault = _day(request, shown)
    faults += [fault] if fault else []
    result = shown_forecast.by_day(shown)
    view = request.GET.get("view", "chart")
    if view == "csv" and not faults:
        if day is not None:
            return asking.csv_answer(shown_forecast.of_day(shown, day)[0], f"forecast-{queue.slug}-{day}")
        return asking.csv_answer(result, f"forecast-{queue.slug}-{shown.first}-to-{shown.last}")
    context |= {
        "shown": shown,
        "day": day,
        "half_hours": shown_forecast.of_day(shown, day) if day else None,
        "month_address": asking.same_address(request, day=""),
        "sentence": shown_forecast.sentence(shown),
        "tiles": shown_forecast.tiles(shown),
        "result": result,
        "last_month": shown_forecast.last_month(shown),
        "rests_on": shown_forecast.rests_on(shown),
        "view": view if view in ("chart", "table") else "chart",
        "views": asking.views_of(request),
    }
    return render(request, "planning/forecast.html", context, status=400 if faults else 200)


@never_cache
@require_POST
@page(MAKE_PLANS, personal=False)
def ask_forecast(request: HttpRequest) -> HttpResponse:
    """Ask for a forecast; the page of the run shows how far it is."""
    queues = asking.queues()
    form = ForecastForm(request.POST, queues=queues)
    if not form.is_valid():
        return render(request, "planning/ask_again.html", {"form": form, "title": _("Forecast")}, status=400)
    queue, weeks = form.cleaned_data["queue"], form.cleaned_data["weeks"]
    account = asking.asker(request)
    run = ask_run(
        actor=account.actor,
        kind=RunKind.FORECAST,
        title=_("Forecast of %(queue)s, %(n)s weeks") % {"queue": queue.label, "n": weeks},
        queue=queue.slug,
        inputs={"weeks": weeks},
        asked_by=account,
    )
    messages.success(request, _("It is asked. This page says how far it is."))
    return redirect(reverse("planning:run", args=[run.id]))


def _day(request: HttpRequest, shown: shown_forecast.ForecastShown) -> tuple[date | None, Fault | None]:
    """The day asked for; None, and what was wrong, where the forecast does not hold it."""
    asked = request.GET.get("day", "").strip()
    if not asked:
        return None, None
    if any(day["day"] == asked for day in shown.days):
        return date.fromisoformat(asked), None
    words = _("This forecast holds no day “%(day)s”. Choose one of its days.")
    return None, Fault(words % {"day": asked[:20]}, "result")
