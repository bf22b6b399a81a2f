"""When a person's record is to be looked at again: the rule of its group, and the holds that beat it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db.models import Q, QuerySet

from darwin.deadlines import clock
from darwin.deadlines.kinds import DeadlineKind, declare_kind
from darwin.records.models import LegalHold, Person, RetentionReview
from darwin.reference.queries import code
from darwin.reference.values import CodeValue

REVIEW = "records.retention_review"
REVIEW_LIST = "retention_rule"


@dataclass(frozen=True, slots=True)
class DueReview:
    """When a record falls due, under which version of which rule."""

    due_at: datetime
    rule: CodeValue


def declare_deadline() -> None:
    """Declare the one deadline of this room."""
    declare_kind(
        DeadlineKind(
            name=REVIEW,
            room="records",
            starts="a person is recorded, or a review decides to retain their record",
            acts="data_protection_officer",
            when_due="if nothing was recorded of them since, a review of their record is opened",
            handler="darwin.records.services.retention.open_review",
        )
    )


def review_due(person: Person) -> DueReview:
    """When the record of a person is to be reviewed next: counted from the last thing recorded of them, or
    from the last decision to retain it, whichever comes later.

    A group without a clear period is reviewed at its interval. Raises UnknownReference for an unknown group.
    """
    rule = code(REVIEW_LIST, person.retention_group)
    clear, every = rule.attributes.get("clear_period_years"), rule.attributes.get("review_every_years")
    due = _years_on(person.last_event_on, int(clear or every or 1))
    retained = (
        RetentionReview.objects.filter(person=person, decision="retain", closed_at__isnull=False)
        .order_by("-closed_at")
        .values_list("closed_at", flat=True)
        .first()
    )
    if retained is not None:
        due = max(due, _years_on(retained.astimezone(clock.LONDON).date(), int(every or clear or 1)))
    return DueReview(datetime.combine(due, time(), clock.LONDON).astimezone(UTC), rule)


def keeps_until(person: Person) -> int | None:
    """The age up to which the group keeps a record; None where none is named, or no year of birth known."""
    age = code(REVIEW_LIST, person.retention_group).attributes.get("keep_until_age")
    return None if age is None or person.birth_year is None else int(age)


def open_holds(person_id: UUID) -> QuerySet[LegalHold]:
    """The open holds on a person, and on records joined to theirs."""
    whose = Q(person_id=person_id) | Q(person__merged_into_id=person_id)
    return LegalHold.objects.filter(whose, released_at=None)


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)
