"""The pack that answers a person who asks what is held about them: every source, in JSON and as a tagged PDF.

A room that holds something of a person declares a source in its `AppConfig.ready`. What is about somebody
else is marked with `third_party` where it is read: it never reaches the pack, which says that it is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.records.models import Person
from darwin.theme import formats
from darwin.theme.documents import typeset
from darwin.theme.formats import Words

TEMPLATE = Path(__file__).with_name("documents") / "subject_access.typ"


class PackRefused(DarwinError):
    """No pack can be made. The text says why."""


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """Something about another person, left out. why: what it was, without a word of it."""

    why: Words


def third_party(why: Words) -> ThirdParty:
    """Put this where a value about somebody else would stand."""
    return ThirdParty(why)


Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """name: unique, "records.numbers". title: the chapter. rows: what is held of these records of one person
    (theirs, and those joined to it): each a mapping from a label to a text, number, date, moment, list or
    ThirdParty."""

    name: str
    title: Words
    rows: Callable[[Sequence[UUID]], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Pack:
    """The same content twice. left_out: how many values were left out for being about others."""

    json: bytes
    pdf: bytes
    chapters: int
    rows: int
    left_out: int


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Make a source known. Raises ValueError if its name is taken."""
    if source.name in _sources:
        raise ValueError(f"the source {source.name} is declared twice")
    _sources[source.name] = source


def sources() -> list[Source]:
    """Every source, this room's own first."""
    return sorted(_sources.values(), key=lambda source: (not source.name.startswith("records."), source.name))


@transaction.atomic
def make_pack(*, actor: Actor, person: Person, recipient: str, reason: str) -> Pack:
    """Everything that the house holds of a person. One entry of disclosure: to whom and why is its reason.

    Raises PackRefused without a recipient and a reason, or for a record that was disposed of.
    """
    if not recipient.strip() or not reason.strip():
        raise PackRefused(_("Say to whom the pack goes and on which request. Nothing was made."))
    if person.disposed_at is not None:
        raise PackRefused(_("This record was disposed of: nothing is held any more."))
    whole = [person.id, *Person.objects.filter(merged_into=person).values_list("id", flat=True)]
    left_out = 0
    chapters: list[dict[str, Any]] = []
    many: list[int] = []
    for source in sources():
        rows = [_plain(row) for row in source.rows(whole)]
        left_out += sum(cell["left_out"] for row in rows for cell in row)
        many.append(len(rows))
        chapters.append({"name": source.name, "title": str(source.title), "rows": rows})
    now = clock.now()
    data = {
        "made_at": formats.moment(now),
        "person": str(person.id),
        "words": _words(),
        "chapters": chapters,
        "left_out": left_out,
    }
    total = sum(many)
    language = "cy" if (get_language() or "").startswith("cy") else "en"
    pdf = typeset(TEMPLATE, data, title=str(_("What is held about you")), language=language)
    record_entry(
        actor=actor,
        verb=Verb.DISCLOSE,
        event="records.subject_access_pack_made",
        subjects=[Subject("person", identifier) for identifier in whole],
        counts={"sources": len(chapters), "rows": total, "left_out": left_out},
        reason=f"{recipient}: {reason}",
        reason_code="subject_access",
    )
    text = json.dumps({**data, "made_at": now.isoformat()}, ensure_ascii=False, indent=1)
    return Pack(text.encode(), pdf, len(chapters), total, left_out)


def _plain(row: Row) -> list[dict[str, Any]]:
    cells = []
    for label, value in row.items():
        left_out = isinstance(value, ThirdParty)
        shown = (
            _("Left out: %(why)s") % {"why": value.why} if isinstance(value, ThirdParty) else _shown(value)
        )
        if shown:
            cells.append({"label": str(label), "value": shown, "left_out": left_out})
    return cells


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return formats.moment(value)
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_shown, value)))
    return str(value)


def _words() -> dict[str, str]:
    return {
        "title": _("What is held about you"),
        "about": _(
            "This is everything that Darwin holds about you in this force. Where something is about another "
            "person it is left out, and the page says so."
        ),
        "made": _("Made"),
        "reference": _("Record"),
        "nothing": _("Nothing is held here."),
        "left_out": _("Values left out because they are about other people"),
    }
