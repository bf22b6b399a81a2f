"""A version of a reference value as readers get it: plain, frozen, and carrying its dates and source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from darwin.reference.units import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdValue:
    """One version of a threshold.

    value: int where it is whole, Decimal otherwise, str where the unit is text. valid_to: the first day on
    which it no longer holds, None while it is open. id: the version, for a row that must say which it used.
    """

    id: UUID
    code: str
    value: Any
    unit: str
    valid_from: date
    valid_to: date | None
    source: str
    attributes: Mapping[str, Any]

    def __str__(self) -> str:
        return shown(self.value, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeValue:
    """One version of one entry of a code list. str() gives the label in the reader's language."""

    id: UUID
    list: str
    code: str
    label: str
    label_cy: str
    position: int
    valid_from: date
    valid_to: date | None
    source: str
    attributes: Mapping[str, Any]

    def __str__(self) -> str:
        welsh = (get_language() or "").startswith("cy")
        return self.label_cy if welsh and self.label_cy else self.label
