"""Counting past months and keeping what was counted, so that a page of two years opens at once.

What is kept can be counted again from the rows, holds counts and waits only, and is nobody's decision: it
leaves no entry in the ledger.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction

from darwin.contact.measures.families import Family, Figures
from darwin.contact.models import ContactQueue, KeptMonth
from darwin.contact.periods import add_months
from darwin.contact.services.bulk import change_rows, select_rows

NO_QUEUE = UUID(int=0)

# Kept figures hold while every change of a month they look at was visible when they were counted.
_HOLDS = """
NOT EXISTS (
  SELECT FROM contact_monthchange AS change
  WHERE change.month >= kept.month - make_interval(months => %(before)s)
    AND change.month <= kept.month + make_interval(months => %(after)s)
    AND NOT pg_visible_in_snapshot(change.txid, kept.snapshot::pg_snapshot))
"""
_KEPT = f"""
SELECT kept.month, kept.parameters, kept.figures FROM contact_keptmonth AS kept
WHERE kept.family = %(family)s AND kept.version = %(version)s AND kept.queue_id = %(queue)s AND {_HOLDS}
"""  # noqa: S608 - constants of this module
_FORGET = f"""
DELETE FROM contact_keptmonth AS kept WHERE kept.family = %(family)s AND NOT ({_HOLDS})
"""  # noqa: S608


def kept_months(family: Family, queue: ContactQueue) -> dict[tuple[date, str], Figures]:
    """What is kept and still holds, by month and parameters; one query."""
    import json

    rows = select_rows(_KEPT, _parameters(family, queue))
    return {
        (month, parameters): figures if isinstance(figures, dict) else json.loads(figures)
        for month, parameters, figures in rows
    }


@transaction.atomic
def count_months(
    *, family: Family, queue: ContactQueue, wanted: Sequence[tuple[date, float]]
) -> dict[date, Figures]:
    """Count these months, (month, threshold in seconds) each, and keep what was found.

    A month without a row has figures of nought: whether anything was recorded is the caller's to say.
    """
    # One at a time: what another has counted meanwhile with an older view must not outlive our forgetting.
    change_rows("SELECT pg_advisory_xact_lock(hashtext('contact.kept_months'))")
    snapshot = select_rows("SELECT pg_current_snapshot()::text", ())[0][0]
    change_rows(_FORGET, _parameters(family, queue))
    found: dict[date, Figures] = {}
    for first, last, threshold_s in _stretches(family, wanted):
        counted = family.count(queue, first, last, threshold_s)
        month = first
        while month <= last:
            found[month] = counted.get(month, _nought(family))
            month = add_months(month, 1)
    KeptMonth.objects.bulk_create(
        [
            KeptMonth(
                family=family.name,
                version=family.version,
                queue_id=_key(family, queue),
                month=month,
                parameters=family.parameters(month, threshold_s),
                figures=found[month],
                snapshot=snapshot,
            )
            for month, threshold_s in wanted
        ],
        update_conflicts=True,
        unique_fields=["family", "version", "queue_id", "month", "parameters"],
        update_fields=["figures", "snapshot"],
    )
    return {month: found[month] for month, _threshold in wanted}


def forget_old_changes() -> int:
    """Drop the notes of changes that no kept figure needs; how many were dropped."""
    with transaction.atomic():
        change_rows("SELECT pg_advisory_xact_lock(hashtext('contact.kept_months'))")
        snapshot = select_rows("SELECT pg_current_snapshot()::text", ())[0][0]
        # With the widest reach of all, so that no family keeps what a dropped note would have told it.
        change_rows(
            f"DELETE FROM contact_keptmonth AS kept WHERE NOT ({_HOLDS})",  # noqa: S608
            {"before": 1, "after": 1},
        )
        return change_rows(
            "DELETE FROM contact_monthchange WHERE pg_visible_in_snapshot(txid, %s::pg_snapshot)", (snapshot,)
        )


def _stretches(family: Family, wanted: Sequence[tuple[date, float]]) -> Iterable[tuple[date, date, float]]:
    """Neighbouring months with the same parameters, as (first, last, threshold)."""

    def place(item: tuple[int, tuple[date, float]]) -> tuple[int, str]:
        position, (month, threshold_s) = item
        return month.year * 12 + month.month - position, family.parameters(month, threshold_s)

    for _, group in groupby(enumerate(sorted(wanted)), key=place):
        months = [pair for _, pair in group]
        yield months[0][0], months[-1][0], months[0][1]


def _nought(family: Family) -> Figures:
    return {name: None if name.endswith("_ms") else 0 for name in family.names}


def _key(family: Family, queue: ContactQueue) -> UUID:
    return queue.id if family.of_queue else NO_QUEUE


def _parameters(family: Family, queue: ContactQueue) -> dict[str, Any]:
    before, after = family.reaches
    return {
        "family": family.name,
        "version": family.version,
        "queue": _key(family, queue),
        "before": before,
        "after": after,
    }
