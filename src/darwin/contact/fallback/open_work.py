"""The room's own open work in the printed pack: whom a call is owed."""

from datetime import datetime

from django.utils.translation import gettext as _

from darwin.contact.callbacks.listed import SUBJECT, CallBackRow, Standing, call_backs
from darwin.contact.callbacks.shown import where_words
from darwin.contact.fallback.sections import PackSection, PackTable
from darwin.ledger.actors import Subject
from darwin.outbound.wording import condition_words, kind_words
from darwin.theme import formats


def _owed_calls(at: datetime) -> PackTable:
    """Numbers that anybody may ring; the others are with supervisors and are on no paper."""
    rows = [row for row in call_backs(at).listed if row.standing in (Standing.FREE, Standing.LATER)]
    return PackTable(
        title=_("Calls owed"),
        columns=[
            _("Number"),
            _("Kind"),
            _("Tries"),
            _("Last try"),
            _("Where"),
            _("Ring by"),
            _("How"),
            _("Result"),
        ],
        rows=[_row(row) for row in rows],
        empty=_("Nobody was owed a call."),
        note=_(
            "Write your name in before you ring: nobody is rung by two. Other numbers are a supervisor’s."
        ),
        subjects=[Subject(SUBJECT, row.key) for row in rows],
    )


def _row(row: CallBackRow) -> list[str]:
    return [
        formats.telephone(row.owed.number),
        kind_words(row.decision.kind),
        formats.count(row.owed.tries),
        formats.clock_time(row.owed.last_try),
        where_words(row),
        formats.clock_time(row.owed.ring_by) + (f" ({_('promised')})" if row.owed.promised else ""),
        "; ".join([*condition_words(row.decision.conditions), row.why]).strip("; "),
        "",
    ]


OWED_CALLS = PackSection("contact.owed_calls", 10, _owed_calls)
