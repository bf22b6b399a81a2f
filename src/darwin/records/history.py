"""What was recorded earlier of a person or a vehicle, as their page shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from darwin.records.models import ValueChange
from darwin.records.shown import field_words, value_words
from darwin.staff.models import Account

MOST_EARLIER = 8


def earlier_values(kind: str) -> ArraySubquery:
    """For a query over records of that kind: the latest values that no longer hold, with who changed each, as
    one value that `earlier_words` reads, so that the page asks no second question."""
    by = Account.objects.filter(pk=OuterRef("changed_by")).values("display_name")[:1]
    rows = ValueChange.objects.filter(subject_kind=kind, subject_id=OuterRef("pk"))
    told = JSONObject(field="field", before="before", at="changed_at", by=Subquery(by))
    return ArraySubquery(rows.order_by("-changed_at", "id").values(told=told)[:MOST_EARLIER])


def earlier_words(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What earlier_values found, in words, the latest first; a value that was not known is left out."""
    return [
        {
            "field": field_words(row["field"]),
            "before": value_words(row["field"], row["before"]),
            "at": datetime.fromisoformat(row["at"]),
            "by": row["by"] or "Darwin",
        }
        for row in told
        if row["before"] not in ("", None)
    ]
