"""How many clocks there are of each kind, and where they stand."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q

from darwin.deadlines import clock
from darwin.deadlines.kinds import declared_kinds
from darwin.deadlines.models import Deadline, State


@dataclass(frozen=True, slots=True)
class KindOverview:
    """The clocks of one kind. over: open ones whose time has passed; oldest: the first of their due times.

    put_off: open ones whose handler failed. acted: acted on when due and not met since. met_late: after their
    time. when_due: what happens then; empty for a kind that no room of this version declares.
    """

    kind: str
    when_due: str
    open: int
    over: int
    oldest: datetime | None
    paused: int
    met: int
    met_late: int
    acted: int
    cancelled: int
    put_off: int


def over() -> int:
    """How many open clocks are over. One query."""
    return Deadline.objects.filter(state=State.OPEN, due_at__lt=clock.now()).count()


def oldest_over() -> datetime | None:
    """The due time of the one that has been over longest; None if none is. One query."""
    past = Deadline.objects.filter(state=State.OPEN, due_at__lt=clock.now())
    return past.order_by("due_at").values_list("due_at", flat=True).first()


def overview() -> list[KindOverview]:
    """Every declared kind and every kind that has clocks, by name. One query."""
    now = clock.now()
    past = Q(state=State.OPEN, due_at__lt=now)
    late = Q(state=State.MET, due_at__isnull=False, met_at__gte=F("due_at"))
    rows = Deadline.objects.values("kind").annotate(
        n_open=Count("pk", filter=Q(state=State.OPEN)),
        n_over=Count("pk", filter=past),
        first=Min("due_at", filter=past),
        n_paused=Count("pk", filter=Q(state=State.PAUSED)),
        n_met=Count("pk", filter=Q(state=State.MET)),
        n_late=Count("pk", filter=late),
        n_acted=Count("pk", filter=Q(state=State.ACTED)),
        n_cancelled=Count("pk", filter=Q(state=State.CANCELLED)),
        n_put_off=Count("pk", filter=Q(state=State.OPEN, attempts__gt=0)),
    )
    found: dict[str, dict[str, object]] = {row["kind"]: {**row} for row in rows}
    words = {kind.name: kind.when_due for kind in declared_kinds()}
    return [_of(kind, words.get(kind, ""), found.get(kind, {})) for kind in sorted(found.keys() | words)]


def _of(kind: str, when_due: str, row: dict[str, object]) -> KindOverview:
    def n(name: str) -> int:
        return int(str(row.get(f"n_{name}", 0)))

    first = row.get("first")
    return KindOverview(
        kind=kind,
        when_due=when_due,
        open=n("open"),
        over=n("over"),
        oldest=first if isinstance(first, datetime) else None,
        paused=n("paused"),
        met=n("met"),
        met_late=n("late"),
        acted=n("acted"),
        cancelled=n("cancelled"),
        put_off=n("put_off"),
    )
