"""What-ifs: those that were asked, and the form with the levers."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from darwin.contact.models import ContactQueue
from darwin.planning.forms.what_if import MOST_SCENARIOS, ScenarioForm, WhatIfForm
from darwin.planning.models import Run, RunKind
from darwin.planning.permissions import MAKE_PLANS, SEE_PLANS
from darwin.planning.services.runs import ask_run
from darwin.planning.views import asking
from darwin.staff.gate import page


@never_cache
@require_GET
@page(SEE_PLANS, personal=False)
def what_if(request: HttpRequest) -> HttpResponse:
    """The what-ifs that were asked, the newest first, each with its scenarios' names."""
    runs = (
        Run.objects.filter(kind=RunKind.WHAT_IF).select_related("asked_by").order_by("-asked_at", "-id")[:50]
    )
    context = {
        "runs": [(run, [one["name"] for one in run.inputs["scenarios"]]) for run in runs],
        "may_plan": MAKE_PLANS.permits(asking.asker(request)),
    }
    return render(request, "planning/what_if.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@page(MAKE_PLANS, personal=False)
def new_what_if(request: HttpRequest) -> HttpResponse:
    """The form: up to six scenarios, each a set of levers. Adding or taking one away loses nothing typed."""
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    typed = request.POST if request.method == "POST" else None
    if typed is not None and ("add" in typed or "take_away" in typed):
        return _with_another_count(request, queues, typed)
    form = WhatIfForm(typed, queues=queues, initial=_initial(request))
    scenarios = [
        ScenarioForm(typed, number=number, queues=queues, initial=initial)
        for number, initial in enumerate(_initial_scenarios(request, typed), start=1)
    ]
    # Each form is asked, so that every fault is told at once.
    valid = [one.is_valid() for one in (form, *scenarios)] if typed is not None else [False]
    if all(valid):
        return redirect("planning:run", _ask(request, form, scenarios).id)
    return _form_page(request, form, scenarios, status=400 if typed is not None else 200)


def _ask(request: HttpRequest, form: WhatIfForm, scenarios: list[ScenarioForm]) -> Run:
    account = asking.asker(request)
    return ask_run(
        actor=account.actor,
        kind=RunKind.WHAT_IF,
        title=form.cleaned_data["title"],
        queue=form.cleaned_data["queue"].slug,
        inputs={
            "weeks": form.cleaned_data["weeks"],
            "scenarios": [scenario.asked() for scenario in scenarios],
        },
        asked_by=account,
    )


def _count(typed: QueryDict) -> int:
    asked = typed.get("count", "1")
    return max(1, min(MOST_SCENARIOS, int(asked) if asked.isdigit() else 1))


def _with_another_count(request: HttpRequest, queues: list[ContactQueue], typed: QueryDict) -> HttpResponse:
    """The form with a scenario more or fewer: what was typed stands in it, and nothing is judged yet."""
    count = max(1, min(MOST_SCENARIOS, _count(typed) + (1 if "add" in typed else -1)))
    form = WhatIfForm(queues=queues, initial=typed.dict())
    scenarios = []
    for number in range(1, count + 1):
        start = f"s{number}-"
        kept = {key.removeprefix(start): value for key, value in typed.items() if key.startswith(start)}
        scenarios.append(ScenarioForm(number=number, queues=queues, initial=kept))
    return _form_page(request, form, scenarios)


def _form_page(
    request: HttpRequest, form: WhatIfForm, scenarios: list[ScenarioForm], status: int = 200
) -> HttpResponse:
    faults = [fault for scenario in scenarios if scenario.is_bound for fault in scenario.faults()]
    context = {
        "form": form,
        "scenarios": scenarios,
        "faults": faults,
        "may_add": len(scenarios) < MOST_SCENARIOS,
        "may_take_away": len(scenarios) > 1,
    }
    return render(request, "planning/new_what_if.html", context, status=status)


def _from(request: HttpRequest) -> Run | None:
    """The what-if to go on from, where the address names one."""
    try:
        wanted = UUID(request.GET.get("from", ""))
    except ValueError:
        return None
    return Run.objects.filter(pk=wanted, kind=RunKind.WHAT_IF).first()


def _initial(request: HttpRequest) -> dict[str, Any]:
    earlier = _from(request) if request.method == "GET" else None
    if earlier is None:
        return {}
    return {
        "title": _("%(title)s, changed") % {"title": earlier.title[:80]},
        "queue": earlier.queue,
        "weeks": earlier.inputs["weeks"],
    }


def _initial_scenarios(request: HttpRequest, typed: QueryDict | None) -> list[dict[str, Any]]:
    """What stands in each scenario before anybody types: nothing, or what an earlier what-if asked."""
    if typed is not None:
        return [{} for _number in range(_count(typed))]
    earlier = _from(request)
    if earlier is None:
        return [{}]
    return [{"name": one["name"], **_typed_again(one["levers"])} for one in earlier.inputs["scenarios"]]


def _typed_again(levers: dict[str, Any]) -> dict[str, Any]:
    """Levers as they are typed into the form."""
    found: dict[str, Any] = {"shifts": levers.get("shifts", ""), "priority": levers.get("priority", "")}
    if people := levers.get("people"):
        found |= {"people": people["more"], "people_from": people["from"], "people_to": people["to"]}
    if call_back := levers.get("call_back"):
        found |= {
            "call_back_after": f"{call_back['after_s']:g}",
            "call_back_taken": f"{100 * call_back['taken']:g}",
        }
    if online := levers.get("online"):
        found |= {"online": f"{100 * online['share']:g}", "online_minutes": f"{online['minutes']:g}"}
    if skill := levers.get("skill"):
        found |= {"skilled": f"{100 * skill['share']:g}", "skilled_queue": skill["queue"]}
    return found
