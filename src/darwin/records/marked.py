"""The markers of a person, a place or a number, as its page shows them."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Value

from darwin.records.models import Location, Person, PhoneIdentity, VulnerabilityMarker, WarningMarker
from darwin.records.shown import labels

_FIELDS = ("id", "code", "source", "note", "since", "review_on")


def markers_of(on: Person | Location | PhoneIdentity) -> list[dict[str, Any]]:
    """Both kinds of marker that are open, warnings first. One query."""
    owner = {Person: "person", Location: "location", PhoneIdentity: "phone"}[type(on)]
    warnings = WarningMarker.objects.filter(**{owner: on}, ended_at=None).values(
        *_FIELDS, kind=Value("warning", output_field=CharField())
    )
    vulnerable = VulnerabilityMarker.objects.filter(**{owner: on}, ended_at=None).values(
        *_FIELDS, kind=Value("vulnerability", output_field=CharField())
    )
    words = {"warning": labels("warning_marker"), "vulnerability": labels("vulnerability_marker")}
    rows = warnings.union(vulnerable).order_by(F("kind").desc(), "code")
    return [{**row, "label": words[row["kind"]].get(row["code"], row["code"])} for row in rows]
