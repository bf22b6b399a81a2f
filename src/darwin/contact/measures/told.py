"""What the imported records can tell about a queue in a period, and where they fall silent."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Q

from darwin.contact.coverage import Tells, joined_spans
from darwin.contact.measures.results import Gap, Told
from darwin.contact.models import ContactQueue, Coverage

# A log in whole seconds begins and ends up to a second wide of a stream of the same calls.
_ROUNDING = timedelta(seconds=1)

Covered = tuple[datetime, datetime, frozenset[Tells]]


def what_is_told(queue: ContactQueue, from_at: datetime, to_at: datetime) -> Told:
    """The facts told for any part of [from_at, to_at), the time covered, and the gaps.

    Two queries at most.
    """
    rows = Coverage.objects.filter(
        Q(queue=queue) | Q(queue__isnull=True, switch=queue.switch),
        from_at__lt=to_at,
        to_at__gt=from_at,
    ).values_list("from_at", "to_at", "tells", "source")
    return told_of(list(rows), from_at, to_at)


def told_of(
    rows: Iterable[tuple[datetime, datetime, Iterable[str], str]], from_at: datetime, to_at: datetime
) -> Told:
    """The same from rows of coverage that were read already: (from, to, facts told, source)."""
    found = list(rows)
    covered = [
        (max(start, from_at), min(end, to_at), frozenset(map(Tells, tells))) for start, end, tells, _ in found
    ]
    return Told(
        tells=frozenset().union(*(tells for _, _, tells in covered)),
        covered=tuple(joined_spans((start, end) for start, end, _ in covered)),
        gaps=tuple(_gaps(covered)),
        sources=tuple(sorted({source for *_, source in found})),
    )


def _gaps(covered: list[Covered]) -> Iterable[Gap]:
    """Stretches between the first and the last covered moment where a fact told elsewhere is not told."""
    found = list(_silences(covered))
    if not found:
        return
    first, last = min(start for start, _, _ in covered), max(end for _, end, _ in covered)
    for gap in found:
        at_an_end = gap.from_at == first or gap.to_at == last
        if not at_an_end or gap.to_at - gap.from_at >= _ROUNDING:
            yield gap


def _silences(covered: list[Covered]) -> Iterable[Gap]:
    told = frozenset().union(*(tells for _, _, tells in covered))
    moments = sorted({moment for start, end, _ in covered for moment in (start, end)})
    open_gap: Gap | None = None
    for start, end in pairwise(moments):
        here = frozenset().union(*(tells for f, t, tells in covered if f <= start and end <= t))
        missing = told - here
        if open_gap and open_gap.missing == missing:
            open_gap = Gap(from_at=open_gap.from_at, to_at=end, missing=missing)
            continue
        if open_gap and open_gap.missing:
            yield open_gap
        open_gap = Gap(from_at=start, to_at=end, missing=missing)
    if open_gap and open_gap.missing:
        yield open_gap
