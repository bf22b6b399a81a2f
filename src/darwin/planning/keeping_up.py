"""What the house asks for by itself: a forecast of each queue whenever the newest is old, or knows little.

In a practice force, where nobody planned before the first planner signs in, also one what-if, one twin check
and one roster, so that there is something to see.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from darwin.contact.forms import today
from darwin.contact.measures.told import what_is_told
from darwin.contact.models import ContactLeg, ContactQueue, LegKind
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.planning import thresholds
from darwin.planning.forms.asking import next_monday
from darwin.planning.models import PlannedPerson, Run, RunKind, RunState
from darwin.planning.services.rosters import ask_roster
from darwin.planning.services.runs import ask_run
from darwin.reference.queries import installation

# Fewer days than this make no forecast; a queue that has fewer is asked of again when it has more.
LEAST_DAYS = 42
LONGEST_HISTORY = timedelta(days=3 * 366)
WEEKS = 8
PRACTICE_QUEUE = "101"
PRACTICE_SEED = 6655
MOST_TRIES = 3


def ask_what_is_due(*, actor: Actor) -> None:
    """Ask for each queue's forecast where it is due, and for what a practice force begins with."""
    house = installation()
    if house is None or Run.objects.filter(state__in=[RunState.WAITING, RunState.WORKING]).exists():
        return
    now = clock.now()
    for queue in ContactQueue.objects.filter(leg_kind=LegKind.HANDLER_QUEUE):
        if _forecast_is_due(queue, now):
            _ask_forecast(actor, queue)
    if house.mode == "practice":
        _begin_practice(actor)


def _forecast_is_due(queue: ContactQueue, now: datetime) -> bool:
    """Is the newest forecast old, or made when less than half of what is now recorded was known?"""
    recorded = _days_recorded(queue, now)
    if recorded < LEAST_DAYS or not _is_used(queue, now):
        return False
    newest = (
        Run.objects.filter(kind=RunKind.FORECAST, queue=queue.slug)
        .order_by("-asked_at", "-id")
        .values("asked_at", "state", "result__figures__fitted")
        .first()
    )
    if newest is None:
        return True
    age = now - newest["asked_at"]
    if age > thresholds.forecast_renewed_after(now):
        return True
    if newest["state"] == RunState.FAILED:
        return False
    fitted: dict[str, Any] = newest["result__figures__fitted"]
    known = date.fromisoformat(fitted["to"]) - date.fromisoformat(fitted["from"])
    return recorded > 2 * (known.days + 1)


def _is_used(queue: ContactQueue, now: datetime) -> bool:
    """Has anybody joined it lately? A queue that nobody rings has nothing to forecast."""
    since = now - timedelta(days=LEAST_DAYS)
    return ContactLeg.objects.filter(queue=queue, offered_at__gte=since, offered_at__lt=now).exists()


def _days_recorded(queue: ContactQueue, now: datetime) -> float:
    covered = what_is_told(queue, now - LONGEST_HISTORY, now).covered
    return sum((end - start).total_seconds() for start, end in covered) / 86_400


def _ask_forecast(actor: Actor, queue: ContactQueue) -> None:
    ask_run(
        actor=actor,
        kind=RunKind.FORECAST,
        title=_("Forecast of %(queue)s, %(n)s weeks") % {"queue": queue.label, "n": WEEKS},
        queue=queue.slug,
        inputs={"weeks": WEEKS},
    )


def _begin_practice(actor: Actor) -> None:
    """One what-if, one twin check, one roster, once there is a forecast to begin from; each once only."""
    queue = ContactQueue.objects.filter(slug=PRACTICE_QUEUE).first()
    runs = Run.objects.filter(queue=PRACTICE_QUEUE)
    if queue is None or not runs.filter(kind=RunKind.FORECAST, state=RunState.DONE).exists():
        return
    # A search that found no roster while the machine was busy with loading is begun again, a few times.
    tries = Counter(runs.values_list("kind", flat=True))
    lost = Counter(runs.filter(state=RunState.FAILED).values_list("kind", flat=True))
    begun = {kind for kind in tries if tries[kind] > lost[kind] or lost[kind] >= MOST_TRIES}
    if RunKind.WHAT_IF not in begun:
        ask_run(
            actor=actor,
            kind=RunKind.WHAT_IF,
            title=_("Four ways to answer sooner"),
            queue=queue.slug,
            inputs={"weeks": 4, "scenarios": practice_scenarios()},
            seed=PRACTICE_SEED,
        )
    if RunKind.TWIN_CHECK not in begun:
        ask_run(
            actor=actor,
            kind=RunKind.TWIN_CHECK,
            title=_("Twin check of %(queue)s") % {"queue": queue.label},
            queue=queue.slug,
            inputs={"fitted_weeks": 4, "predicted_weeks": 1},
            seed=PRACTICE_SEED,
        )
    if RunKind.ROSTER not in begun and PlannedPerson.objects.filter(queue=queue.slug).exists():
        ask_roster(
            actor=actor,
            queue=queue,
            first_day=next_monday(today()),
            weeks=1,
            seconds=120,
            seed=PRACTICE_SEED,
        )


def practice_scenarios() -> list[dict[str, Any]]:
    """What the practice force asks first."""
    return [
        {"name": _("The same hours, fitted"), "levers": {"shifts": "fitted"}},
        {"name": _("Two more by day"), "levers": {"people": {"more": 2, "from": 8, "to": 20}}},
        {"name": _("A call-back offered"), "levers": {"call_back": {"after_s": 60.0, "taken": 0.4}}},
        {"name": _("A tenth moved online"), "levers": {"online": {"share": 0.1, "minutes": 6.0}}},
    ]
