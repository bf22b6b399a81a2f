"""Storing in bulk what is known of calls besides a switch's words: the language, the way in, what came of it.

A switch tells none of this. Where it comes from another system, or from the practice force's colleagues, it
is filled in here once the call is over; what a person has recorded already is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from darwin.contact.services.bulk import change_rows, copy_rows
from darwin.ledger.actors import Actor, Verb
from darwin.ledger.services import record_entry

_STAGED = "source_key text, language text, access_route text, disposition text"
_FILL = """
UPDATE contact_contact AS known
SET language = coalesce(known.language, staged.language),
    access_route = coalesce(known.access_route, staged.access_route),
    disposition = coalesce(known.disposition, staged.disposition)
FROM staged_descriptions AS staged
WHERE known.source = %s AND known.source_key = staged.source_key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is known of one contact, named by its source_key; codes of reference data, None if not known."""

    source_key: str
    language: str | None = None
    access_route: str | None = None
    disposition: str | None = None


@transaction.atomic
def describe_contacts(*, actor: Actor, source: str, rows: Sequence[Description]) -> int:
    """Fill in what is known of these contacts, with one ledger entry; how many were found.

    A fact that the contact has already stays. A row whose contact is not known is left out.
    """
    if not rows:
        return 0
    change_rows("DROP TABLE IF EXISTS pg_temp.staged_descriptions")
    change_rows(f"CREATE TEMP TABLE staged_descriptions ({_STAGED}) ON COMMIT DROP")
    copy_rows(
        "staged_descriptions",
        ("source_key", "language", "access_route", "disposition"),
        [(row.source_key, row.language, row.access_route, row.disposition) for row in rows],
    )
    found = change_rows(_FILL, (source,))
    if found:
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="contact.contacts_described",
            fields=["access_route", "disposition", "language"],
            counts={"contacts": found},
        )
    return found
