"""Whom rosters may give shifts to, and when they are away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.planning.models import Absence, AbsenceKind, PlannedPerson, RuleSet
from darwin.staff.models import Account

FULL_WEEK = Decimal("40")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to be rostered: the name, the account where there is one, and the contract."""

    name: str
    account: Account | None = None
    hours_a_week: Decimal = FULL_WEEK
    rule_set: RuleSet = RuleSet.STAFF
    nights: bool = True


class AbsenceRefused(DarwinError):
    """An absence that cannot be kept; the sentence says why."""


@transaction.atomic
def take_in_people(*, actor: Actor, queue: str, people: Iterable[NewPerson]) -> int:
    """Let rosters of a queue give shifts to these people; those known by name are left as they are.

    How many were new.
    """
    known = set(PlannedPerson.objects.filter(queue=queue, ended_at=None).values_list("name", flat=True))
    now = clock.now()
    made = PlannedPerson.objects.bulk_create(
        PlannedPerson(
            queue=queue,
            name=person.name,
            account=person.account,
            hours_a_week=person.hours_a_week,
            rule_set=person.rule_set,
            nights=person.nights,
            skills=[queue],
            added_at=now,
        )
        for person in people
        if person.name not in known
    )
    if made:
        record_entry(
            actor=actor,
            verb=Verb.COLLECT,
            event="planning.people_taken_in",
            subjects=[Subject("planned_person", person.id) for person in made],
            counts={"people": len(made)},
        )
    return len(made)


@transaction.atomic
def change_person(
    *,
    actor: Actor,
    person: PlannedPerson,
    hours_a_week: Decimal,
    rule_set: RuleSet,
    nights: bool,
    ended: bool,
) -> None:
    """Set a person's contract; `ended`: no roster gives them shifts from now on."""
    changed = {
        "hours_a_week": hours_a_week,
        "rule_set": rule_set,
        "nights": nights,
        "ended_at": (person.ended_at or clock.now()) if ended else None,
    }
    fields = [name for name, value in changed.items() if getattr(person, name) != value]
    if not fields:
        return
    for name, value in changed.items():
        setattr(person, name, value)
    person.save(update_fields=fields)
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="planning.person_changed",
        subjects=[Subject("planned_person", person.id)],
        fields=fields,
    )


@transaction.atomic
def tell_absence(
    *,
    actor: Actor,
    person: PlannedPerson,
    kind: AbsenceKind,
    first_day: date,
    last_day: date,
    by: Account | None,
) -> Absence:
    """Keep that a person is away. Raises AbsenceRefused for one that is known already, or ends too soon."""
    if last_day < first_day:
        raise AbsenceRefused(_("The last day is before the first. Turn them round. What you typed is kept."))
    already = Absence.objects.filter(person=person, first_day__lte=last_day, last_day__gte=first_day).first()
    if already is not None:
        raise AbsenceRefused(
            _("%(name)s is down as away on some of these days already. Choose days beside them. What you "
              "typed is kept.") % {"name": person.name}
        )  # fmt: skip
    absence = Absence.objects.create(
        person=person, kind=kind, first_day=first_day, last_day=last_day, told_at=clock.now(), told_by=by
    )
    record_entry(
        actor=actor,
        verb=Verb.COLLECT,
        event="planning.absence_told",
        subjects=[Subject("planned_person", person.id)],
        fields=["kind", "first_day", "last_day"],
    )
    return absence
