"""Asking for rosters, keeping what came, publishing one, re-planning after somebody fell out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.contact.models import ContactQueue
from darwin.deadlines import clock
from darwin.deadlines.clock import LONDON
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.planning.models import Absence, PlannedPerson, Roster, RosterShift, Run, RunKind, RunState
from darwin.planning.services.runs import ask_run
from darwin.staff.models import Account
from darwin.theme import formats

SLOT_MINUTES = 30
SLOTS_A_DAY = 48
# Duties that begin so long before a roster still count for rest and for days in a row.
MEMORY_DAYS = 14


class RosterRefused(DarwinError):
    """A roster that cannot be asked for, or published; the sentence says why."""


def ask_roster(
    *,
    actor: Actor,
    queue: ContactQueue,
    first_day: date,
    weeks: int,
    seconds: int,
    asked_by: Account | None = None,
    seed: int | None = None,
) -> Run:
    """Ask for the cheapest lawful roster that covers what the newest forecast says is needed.

    first_day is a Monday. What is needed and who is there are kept with the question, as they are now, so
    that it can be asked again. Raises RosterRefused where nothing is forecast, or nobody can be rostered.
    """
    forecast = (
        Run.objects.select_related("result")
        .filter(kind=RunKind.FORECAST, queue=queue.slug, state=RunState.DONE)
        .order_by("-asked_at", "-id")
        .first()
    )
    last = first_day + timedelta(days=7 * weeks - 1)
    known = {} if forecast is None else {one["day"]: one for one in forecast.result.figures["days"]}
    days = [first_day + timedelta(days=at) for at in range(7 * weeks)]
    missing = [day for day in days if day.isoformat() not in known]
    if missing:
        raise RosterRefused(
            _("No forecast says what %(queue)s needs on %(day)s. Have one made that reaches to %(last)s.")
            % {"queue": queue.label, "day": formats.day(missing[0]), "last": formats.day(last)}
        )
    people = people_between(queue.slug, first_day, last)
    before = duties_before(queue.slug, first_day)
    if not people:
        raise RosterRefused(
            _("Nobody is down to be rostered for %(queue)s. Take people in on the page of people.")
            % {"queue": queue.label}
        )
    return ask_run(
        actor=actor,
        kind=RunKind.ROSTER,
        title=_("Roster of %(queue)s from %(day)s") % {"queue": queue.label, "day": formats.day(first_day)},
        queue=queue.slug,
        inputs={
            "first_day": first_day.isoformat(),
            "weeks": weeks,
            "seconds": seconds,
            "forecast": str(forecast.id) if forecast else "",
            "required": [needed for day in days for needed in known[day.isoformat()]["half_hours"]["needed"]],
            "people": [one | {"before": before.get(one["id"], [])} for one in people],
        },
        asked_by=asked_by,
        seed=seed,
    )


def duties_before(queue: str, first_day: date) -> dict[str, list[list[Any]]]:
    """By person the duties of the days before a roster, as [half-hour before it (negative), shift]: rest and
    days in a row do not end where a roster does."""
    found: dict[str, list[list[Any]]] = {}
    earliest = first_day - timedelta(days=MEMORY_DAYS)
    held = Roster.objects.select_related("run__result").filter(
        queue=queue, first_day__lt=first_day, replaced_by=None, published_at__isnull=False
    )
    for roster in held.order_by("first_day"):
        shift = (roster.first_day - first_day).days * SLOTS_A_DAY
        for duty in roster.run.result.figures["duties"]:
            start = duty["start"] + shift
            if (earliest - first_day).days * SLOTS_A_DAY <= start < 0:
                found.setdefault(duty["person"], []).append([start, duty["shift"]])
    return found


def people_between(queue: str, first: date, last: date) -> list[dict[str, Any]]:
    """Who can be rostered on these days, without a name: contract, and the days away as [first, last]."""
    people = list(PlannedPerson.objects.filter(queue=queue, ended_at=None))
    away: dict[UUID, list[list[str]]] = {}
    for absence in Absence.objects.filter(person__in=people, first_day__lte=last, last_day__gte=first):
        away.setdefault(absence.person_id, []).append(
            [absence.first_day.isoformat(), absence.last_day.isoformat()]
        )
    return [
        {
            "id": str(person.id),
            "rule_set": person.rule_set,
            "hours_a_week": float(person.hours_a_week),
            "nights": person.nights,
            "skills": person.skills,
            "away": away.get(person.id, []),
        }
        for person in people
    ]


def ask_replan(*, actor: Actor, roster: Roster, asked_by: Account | None, from_at: datetime) -> Run:
    """Ask for the same roster with as little changed as possible, now that somebody is away.

    from_at: nothing before it is changed. Raises RosterRefused for a roster that was replaced, or in which
    nobody is newly away.
    """
    if Roster.objects.filter(replaces=roster).exists():
        raise RosterRefused(_("This roster was replaced already. Re-plan the one that holds."))
    inputs = roster.run.inputs
    then = people_as_known(inputs)
    last = roster.first_day + timedelta(days=roster.days - 1)
    known = {person["id"]: person["away"] for person in then}
    today = from_at.astimezone(LONDON).date().isoformat()
    newly = [
        {"person": person["id"], "away": away}
        for person in people_between(roster.queue, roster.first_day, last)
        for away in person["away"]
        if person["id"] in known and away not in known[person["id"]] and away[1] >= today
    ]
    if not newly:
        raise RosterRefused(
            _("Nobody in this roster is newly away. Say first, on the page of people, who is.")
        )
    return ask_run(
        actor=actor,
        kind=RunKind.ROSTER,
        title=_("Re-planned: %(title)s") % {"title": roster.run.title[:100]},
        queue=roster.queue,
        inputs={
            **inputs,
            "people": then,
            "replaces": str(roster.id),
            "from": from_at.isoformat(),
            "absences": newly,
            "duties": roster.run.result.figures["duties"],
        },
        asked_by=asked_by,
        seed=roster.run.seed,
    )


def people_as_known(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who a roster was made of, with the absences that it was re-planned for."""
    newly: dict[str, list[list[str]]] = {}
    for absence in inputs.get("absences", ()):
        newly.setdefault(absence["person"], []).append(absence["away"])
    return [{**one, "away": [*one["away"], *newly.get(one["id"], [])]} for one in inputs["people"]]


def keep_roster(run: Run, figures: Mapping[str, Any]) -> Roster:
    """The shifts of a finished run, as rows. Part of finishing the run, whose ledger entry stands for it."""
    first_day = date.fromisoformat(run.inputs["first_day"])
    roster = Roster.objects.create(
        run=run,
        queue=run.queue,
        first_day=first_day,
        days=7 * int(run.inputs["weeks"]),
        paid_minutes=figures["paid_minutes"],
        bound_minutes=figures["bound_minutes"],
        replaces_id=run.inputs.get("replaces"),
        made_at=clock.now(),
    )
    RosterShift.objects.bulk_create(_shift(roster, duty) for duty in figures["duties"])
    return roster


def _shift(roster: Roster, duty: Mapping[str, Any]) -> RosterShift:
    def at(slot: int) -> datetime:
        return slot_moment(roster.first_day, slot)

    breaks: Sequence[Sequence[int]] = duty["breaks"]
    return RosterShift(
        roster=roster,
        person_id=duty["person"],
        starts_at=at(duty["start"]),
        ends_at=at(duty["end"]),
        paid_minutes=duty["paid_minutes"],
        breaks=[[at(begin).isoformat(), at(end).isoformat()] for begin, end in breaks],
    )


def slot_moment(first_day: date, slot: int) -> datetime:
    """The moment at which a half-hour of a roster begins: its wall-clock time in London."""
    day, at = divmod(slot, SLOTS_A_DAY)
    there = first_day + timedelta(days=day)
    return datetime(there.year, there.month, there.day, at // 2, at % 2 * SLOT_MINUTES, tzinfo=LONDON)


@transaction.atomic
def publish_roster(*, actor: Actor, roster: Roster, by: Account) -> None:
    """Let the people in a roster see their shifts. Raises RosterRefused for one that was replaced."""
    if Roster.objects.filter(replaces=roster).exists():
        raise RosterRefused(_("This roster was replaced. Publish the one that holds."))
    if not Roster.objects.filter(pk=roster.pk, published_at=None).update(
        published_at=clock.now(), published_by=by
    ):
        return
    record_entry(
        actor=actor,
        verb=Verb.DISCLOSE,
        event="planning.roster_published",
        subjects=[Subject("roster", roster.id)],
        fields=["published_at"],
    )
