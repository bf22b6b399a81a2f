"""One result object a query, for the page, the CSV and the JSON alike."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from darwin.contact.coverage import Tells


def as_seconds(milliseconds: float | Decimal | None) -> float | None:
    """Milliseconds as seconds, to the millisecond; None stays None."""
    return None if milliseconds is None else round(float(milliseconds) / 1000, 3)


def share_pct(part: int | None, whole: int | None) -> float | None:
    """part of whole from 0 to 100, to four places; None where either is not known or there is no whole."""
    if part is None or not whole:
        return None
    return round(100 * part / whole, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """The figures of one queue in one period or group. Times in seconds; None: no record can give it.

    group: None for the whole, else a moment (hour, day, month) or a code (channel, language, …).
    unknown: how they ended is not known; still_waiting: they have not ended (both are entries).
    """

    group: Any = None
    arrived: int | None = None
    refused: int | None = None
    entries: int | None = None
    distinct_calls: int | None = None
    answered: int | None = None
    abandoned: int | None = None
    callback_requested: int | None = None
    expelled: int | None = None
    unknown: int | None = None
    still_waiting: int | None = None
    offered_including_refused: int | None = None
    answered_within_threshold: int | None = None
    answered_wait_unknown: int | None = None
    pct_within_of_offered: float | None = None
    pct_within_of_answered: float | None = None
    abandonment_pct: float | None = None
    asa_s: float | None = None
    median_wait_answered_s: float | None = None
    p90_wait_answered_s: float | None = None
    max_wait_answered_s: float | None = None
    mean_wait_abandoned_s: float | None = None
    max_wait_abandoned_s: float | None = None
    mean_talk_s: float | None = None
    blind_transfers: int | None = None
    attended_transfers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """One handler's telephone in one queue and period; `agent` as the switch names it."""

    agent: str
    answered: int
    no_answer: int | None
    talk_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch in which no record tells some facts that are told before and after it."""

    from_at: datetime
    to_at: datetime
    missing: frozenset[Tells]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the imported records tell about a queue in a period, and where they fall silent."""

    tells: frozenset[Tells]
    covered: tuple[tuple[datetime, datetime], ...]
    gaps: tuple[Gap, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not self.tells


@dataclass(frozen=True, slots=True, kw_only=True)
class EndToEnd:
    """Waits from reaching the number to the first contact handler, of contacts that joined the queue."""

    contacts: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    max_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """Everything about one queue in one period."""

    queue: str
    label: str
    from_at: datetime
    to_at: datetime
    threshold_s: float
    figures: QueueFigures
    refused_by_reason: dict[str, int] | None
    abandoned_by_point: dict[str, int] | None
    longest_queue: int | None
    by_agent: tuple[AgentFigures, ...] | None
    answered_agent_unknown: int | None
    end_to_end: EndToEnd | None
    told: Told
    note: str = ""
    definition: str = ""
    sources: tuple[str, ...] = field(default=())
