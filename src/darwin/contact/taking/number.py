"""What a number may tell before anybody is identified: counts, times and flags. Never a name, never a word.

A number is not a person: it can be lent, shared or taken. Nothing here reads the text of any record.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from darwin.contact.forms import OUTCOMES
from darwin.contact.models import Contact
from darwin.contact.periods import midnight
from darwin.contact.services.bulk import select_rows
from darwin.contact.thresholds import shared_number
from darwin.deadlines.clock import LONDON
from darwin.records.phones import NOTHING_KNOWN, PhoneFacts, identity_of

SHORT_DAYS, LONG_DAYS = 28, 365
MOST_TRIES = 8
_OUTCOME_WORDS = dict(OUTCOMES)
# Links for which whoever rings may be the one that somebody else fears.
_MAY_NOT_BE_THE_VICTIM = frozenset(
    {"domestic", "stalking", "honour_based", "sexual", "exploitation", "sealed_report"}
)
_AT_HOME = frozenset({"domestic", "stalking", "honour_based"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One earlier call of the number today. waited_ms: None if not known. ended: in words."""

    rang_at: datetime
    waited_ms: int | None
    ended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberShown:
    """What the pop shows of a number. Counts are without the call itself.

    number: as it is kept; None where it is withheld or not told. kind: personal, shared, care_home, prison,
    switchboard or not_known. people: how many recorded people used it. looks_shared: nobody has marked it,
    but so many contacts come from it that several people must use it.
    """

    number: str | None
    withheld: bool
    facts: PhoneFacts
    tries: tuple[Try, ...] = ()
    in_days: int = 0
    in_year: int = 0
    promises: int = 0
    promises_late: int = 0
    looks_shared: bool = False

    @property
    def may_not_be_the_victim(self) -> bool:
        return bool(self.facts.links & _MAY_NOT_BE_THE_VICTIM)

    @property
    def domestic_or_stalking(self) -> bool:
        return bool(self.facts.links & _AT_HOME)

    @property
    def child(self) -> bool:
        return "child" in self.facts.links

    @property
    def weapon(self) -> bool:
        return "weapon" in self.facts.links

    @property
    def people_words(self) -> str:
        """How many people used it, no more finely than the decision needs."""
        return _("2 or more") if self.facts.people > 1 else str(self.facts.people)


_COUNTS = """
SELECT count(*) FILTER (WHERE first_offered_at >= %(short)s), count(*),
  (SELECT count(*) FROM contact_callbackpromise AS promise JOIN contact_contact AS promised
   ON promised.id = promise.contact_id
   WHERE promised.caller_number = %(number)s AND promise.kept_at IS NULL),
  (SELECT count(*) FROM contact_callbackpromise AS promise JOIN contact_contact AS promised
   ON promised.id = promise.contact_id
   WHERE promised.caller_number = %(number)s AND promise.kept_at IS NULL AND promise.promised_by < %(at)s),
  ARRAY(SELECT jsonb_build_array(contact.first_offered_at, sum(leg.wait_ms),
                                 (array_agg(leg.outcome ORDER BY leg.offered_at DESC))[1])::text
   FROM contact_contact AS contact LEFT JOIN contact_contactleg AS leg ON leg.contact_id = contact.id
   WHERE contact.caller_number = %(number)s AND contact.first_offered_at >= %(day)s
     AND contact.first_offered_at <= %(at)s AND contact.id <> %(but)s
   GROUP BY contact.id, contact.first_offered_at ORDER BY contact.first_offered_at DESC LIMIT %(most)s)
FROM contact_contact
WHERE caller_number = %(number)s AND first_offered_at >= %(long)s AND first_offered_at <= %(at)s
  AND id <> %(but)s
"""


def number_shown(contact: Contact, at: datetime) -> NumberShown:
    """What may be told of the number of a contact at `at`. Two queries; none for a withheld number."""
    number = contact.caller_number
    if contact.withheld or number is None:
        return NumberShown(number=None, withheld=contact.withheld, facts=NOTHING_KNOWN)
    day = at.astimezone(LONDON).date()
    asked = {
        "number": number,
        "at": at,
        "but": contact.id,
        "short": at - timedelta(days=SHORT_DAYS),
        "long": at - timedelta(days=LONG_DAYS),
        "day": midnight(day),
        "most": MOST_TRIES,
    }
    in_days, in_year, promises, late, tries = select_rows(_COUNTS, asked)[0]
    facts = identity_of(number, at)
    most, _days = shared_number(at)
    return NumberShown(
        number=number,
        withheld=False,
        facts=facts,
        tries=tuple(
            Try(
                rang_at=datetime.fromisoformat(rang),
                waited_ms=None if waited is None else int(waited),
                ended=str(_OUTCOME_WORDS.get(outcome, _("not known"))),
            )
            for rang, waited, outcome in map(json.loads, tries)
        ),
        in_days=in_days,
        in_year=in_year,
        promises=promises,
        promises_late=late,
        looks_shared=facts.kind == "not_known" and in_days >= most,
    )
