"""The ledger's entries as a page shows them: people by name, records by kind, what was erased as erased."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from darwin.ledger.actors import Verb
from darwin.ledger.canonical import StoredEntry
from darwin.ledger.searching import blocks_of, reasons_of
from darwin.staff.ledger_forms import VERB_WORDS
from darwin.staff.models import Account, ApiToken
from darwin.staff.subject_pages import address_of

# A list that somebody opened can be about hundreds of records; the row names the first of them.
_SUBJECTS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody or something in a row. search: the ledger about it. page: its own page, or ""."""

    name: str
    search: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. erased: it had a reason whose text was erased. block: None while none holds it."""

    number: int
    at: datetime
    who: Shown
    verb: Any
    event: str
    subjects: Sequence[Shown]
    others: int
    fields: str
    counts: str
    reason: str
    reason_code: str
    erased: bool
    block: int | None


def rows_of(entries: Sequence[StoredEntry], reader: Account) -> list[Row]:
    """The rows of a page of entries, in their order. Four queries however many there are."""
    named = [_subjects(entry) for entry in entries]
    accounts = {entry.actor_id for entry in entries if entry.actor_id}
    accounts |= {identifier for first in named for kind, identifier in first if kind == "account"}
    people = {account.id: account for account in Account.objects.filter(pk__in=accounts)}
    tokens = {entry.actor_id for entry in entries if entry.actor_id and entry.actor_kind == "integration"}
    clients = dict(ApiToken.objects.filter(pk__in=tokens).values_list("id", "client")) if tokens else {}
    reasons, closed_in = reasons_of(entries), blocks_of(entries)
    return [
        Row(
            number=entry.id,
            at=entry.at,
            who=_who(entry, people, clients),
            verb=VERB_WORDS[Verb(entry.verb)],
            event=entry.event,
            subjects=[_subject(kind, identifier, people, reader) for kind, identifier in first],
            others=len(entry.subjects) - len(first),
            fields=", ".join(entry.fields),
            counts=_counts(entry.counts.items()),
            reason=reasons.get(entry.reason_id, "") if entry.reason_id else "",
            reason_code=entry.reason_code,
            erased=entry.reason_id is not None and entry.reason_id not in reasons,
            block=closed_in.get(entry.id),
        )
        for entry, first in zip(entries, named, strict=True)
    ]


def search_address(**asked: str) -> str:
    """The address of a search of the ledger."""
    return f"{reverse('staff:ledger')}?{urlencode(asked)}"


def name_of(kind: str, identifier: UUID, person: Account | None) -> str:
    """What a subject is called: an account by its person, anything else by its kind and identifier's end."""
    if person is not None:
        return person.display_name
    return f"{kind.replace('_', ' ')} …{str(identifier)[-8:]}"


def _subjects(entry: StoredEntry) -> list[tuple[str, UUID]]:
    return [(kind, UUID(identifier)) for kind, identifier in sorted(entry.subjects)[:_SUBJECTS_SHOWN]]


def _who(entry: StoredEntry, people: dict[UUID, Account], clients: dict[UUID, str]) -> Shown:
    if entry.actor_id is None:
        return Shown(
            _("the system: %(part)s") % {"part": entry.actor_name}, search_address(by=entry.actor_name)
        )
    client = clients.get(entry.actor_id)
    if client is not None:
        return Shown(_("another system: %(client)s") % {"client": client}, search_address(by=client))
    person = people.get(entry.actor_id)
    if person is None:
        return Shown(name_of("account", entry.actor_id, None), search_address(about=str(entry.actor_id)))
    return Shown(person.display_name, search_address(by=person.sign_in_name))


def _subject(kind: str, identifier: UUID, people: dict[UUID, Account], reader: Account) -> Shown:
    person = people.get(identifier) if kind == "account" else None
    return Shown(
        name_of(kind, identifier, person),
        search_address(about=str(identifier)),
        address_of(reader, kind, identifier),
    )


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts)
