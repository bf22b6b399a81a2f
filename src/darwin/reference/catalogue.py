"""Everything that is set, as it stood on a day, and every version that one value has had."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from darwin.reference.models import Code, DatedValue, Threshold
from darwin.reference.presentation import UNVERIFIED
from darwin.reference.queries import threshold_value
from darwin.reference.values import ThresholdValue


@dataclass(frozen=True, slots=True)
class ListSummary:
    """A code list on a day: how many entries it has, and how many of them nobody has confirmed."""

    code: str
    entries: int
    unverified: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a value, withdrawn ones included. shown: its value or label."""

    shown: str
    valid_from: date
    valid_to: date | None
    source: str
    adopted_at: datetime
    withdrawn_at: datetime | None


def thresholds_on(day: date) -> list[ThresholdValue]:
    """Every threshold that holds on a day (London), by code. One query."""
    return [threshold_value(row) for row in _holding(Threshold.objects.all(), day).order_by("code")]


def lists_on(day: date) -> list[ListSummary]:
    """Every code list that has an entry on a day, by code. One query."""
    unconfirmed = Count("pk", filter=Q(source__contains=UNVERIFIED))
    rows = _holding(Code.objects.all(), day).values("list").annotate(n=Count("pk"), u=unconfirmed)
    return [ListSummary(row["list"], row["n"], row["u"]) for row in rows.order_by("list")]


def versions_of_threshold(code: str) -> list[Version]:
    """Every version a threshold has had, the newest first; none if it is not known. One query."""
    return _versions((row, str(threshold_value(row))) for row in _dated(Threshold.objects.filter(code=code)))


def versions_of_entry(list_code: str, code: str) -> list[Version]:
    """Every version an entry of a list has had, the newest first; none if it is not known. One query."""
    return _versions((row, row.label) for row in _dated(Code.objects.filter(list=list_code, code=code)))


def _holding(rows: QuerySet, day: date) -> QuerySet:  # type: ignore[type-arg]
    ends_later = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    return rows.filter(ends_later, valid_from__lte=day, withdrawn_in=None)


def _dated(rows: QuerySet) -> QuerySet:  # type: ignore[type-arg]
    return rows.select_related("adopted_in", "withdrawn_in").order_by("-valid_from", "-adopted_in__number")


def _versions(rows: Iterable[tuple[DatedValue, str]]) -> list[Version]:
    return [
        Version(
            shown=shown,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source=row.source,
            adopted_at=row.adopted_in.at,
            withdrawn_at=row.withdrawn_in.at if row.withdrawn_in else None,
        )
        for row, shown in rows
    ]
