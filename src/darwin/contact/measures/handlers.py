"""The figures of one handler, for that handler and their line manager, and for nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from darwin.contact.measures.results import as_seconds
from darwin.contact.models import SwitchMember
from darwin.contact.periods import Period
from darwin.contact.permissions import SEE_HANDLER_FIGURES
from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import least_contacts_of_a_handler
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.models import Account

NO_TELEPHONE = "No telephone is known to be this handler's."

# One handler at a time: there is no query here that could set people side by side.
_FIGURES = """
SELECT width_bucket(leg.offered_at, %(starts)s::timestamptz[]), count(*), avg(leg.talk_ms),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY leg.talk_ms),
  count(*) FILTER (WHERE leg.ended_by IN ('blind_transfer', 'attended_transfer'))
FROM contact_contactleg AS leg JOIN contact_contact AS contact ON contact.id = leg.contact_id
WHERE leg.outcome = 'answered' AND leg.offered_at >= %(from)s AND leg.offered_at < %(to)s
  AND (contact.source, coalesce(leg.agent, leg.member)) IN (
    SELECT switch, unnest(ARRAY[interface, member]) FROM contact_switchmember WHERE account_id = %(account)s)
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class HandlerFigures:
    """One handler's contacts in a period. Every figure is None below `least` contacts."""

    answered: int | None
    mean_talk_s: float | None
    median_talk_s: float | None
    transferred: int | None
    least: int
    note: str = ""


def handler_figures(
    *, viewer: Account, handler: Account, from_at: datetime, to_at: datetime
) -> HandlerFigures:
    """The figures of `handler` in [from_at, to_at), as `viewer` sees them; leaves a consultation.

    Raises PermissionDenied unless the viewer is the handler or the handler's line manager.
    """
    return handler_months(viewer=viewer, handler=handler, periods=[Period(from_at, to_at)])[0]


def handler_months(*, viewer: Account, handler: Account, periods: Sequence[Period]) -> list[HandlerFigures]:
    """The same for several periods that do not overlap, one query for all; one consultation.

    Raises PermissionDenied unless the viewer is the handler or the handler's line manager.
    """
    if not SEE_HANDLER_FIGURES.may_see(viewer, handler):
        raise PermissionDenied("The figures of one handler are for that handler and their line manager.")
    record_consultation(
        actor=viewer.actor, screen="contact.handler_figures", subjects=[Subject("account", handler.id)]
    )
    least = [least_contacts_of_a_handler(period.from_at) for period in periods]
    if not SwitchMember.objects.filter(account=handler).exists():
        return [HandlerFigures(None, None, None, None, n, NO_TELEPHONE) for n in least]
    ordered = sorted(periods, key=lambda period: period.from_at)
    parameters = {
        "starts": [period.from_at for period in ordered],
        "from": ordered[0].from_at,
        "to": ordered[-1].to_at,
        "account": handler.id,
    }
    found = {ordered[bucket - 1].from_at: figures for bucket, *figures in select_rows(_FIGURES, parameters)}
    return [
        _figures(found.get(period.from_at, [0, None, None, 0]), n)
        for period, n in zip(periods, least, strict=True)
    ]


def _figures(counted: Sequence[Any], least: int) -> HandlerFigures:
    answered, mean, median, transferred = counted
    if answered < least:
        note = f"Fewer than {least} contacts in this period: too few for a figure about one person."
        return HandlerFigures(None, None, None, None, least, note)
    return HandlerFigures(answered, as_seconds(mean), as_seconds(median), transferred, least)
