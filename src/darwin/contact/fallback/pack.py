"""Making the printed pack: what is collected, how it is typeset, where it lies."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from darwin.contact.fallback.sections import PackTable, sections
from darwin.contact.fallback.words import questions, steps, words
from darwin.contact.models import FallbackPack
from darwin.contact.thresholds import forms_in_pack, pack_renewed_after
from darwin.deadlines.clock import LONDON
from darwin.ledger.actors import Subject
from darwin.reference.queries import codes, force
from darwin.theme import formats
from darwin.theme.documents import typeset

TEMPLATE = Path(__file__).with_name("pack.typ")
FOLDER = "fallback"
NEWEST = "pack.pdf"
KEPT = 4
"""Packs that stay on the disk: an hour's. An older one would send somebody to a caller long since served."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack ready to be printed. subjects: whom its rows are about, for the ledger."""

    code: str
    made_at: datetime
    forms: tuple[str, ...]
    rows: int
    subjects: tuple[Subject, ...]
    document: bytes


def make_pack(at: datetime, *, practice: bool) -> Pack:
    """Collect and typeset the pack of this moment. Reads only; a section costs a few queries."""
    tables = [section.collect(at) for section in sections()]
    here = force(at=at)
    code = f"{here.attributes['reference_prefix']}-{at.astimezone(LONDON):%d%b-%H%M}".upper()
    forms = tuple(f"{code}-{serial:02}" for serial in range(1, forms_in_pack(at) + 1))
    document = typeset(
        TEMPLATE, _data(at, code, forms, tables, str(here), practice), title=f"{words()['title']} {code}"
    )
    return Pack(
        code=code,
        made_at=at,
        forms=forms,
        rows=sum(len(table.rows) for table in tables),
        subjects=tuple(dict.fromkeys(subject for table in tables for subject in table.subjects)),
        document=document,
    )


def _data(
    at: datetime, code: str, forms: Sequence[str], tables: Sequence[PackTable], label: str, practice: bool
) -> dict[str, Any]:
    return {
        "words": words(),
        "marking": "OFFICIAL-SENSITIVE",
        "practice": practice,
        "force": label,
        "code": code,
        "made_at": formats.moment(at),
        "old_after": formats.clock_time(at + 2 * pack_renewed_after(at)),
        "steps": steps(),
        "numbers": [
            {
                "label": str(entry),
                "number": formats.telephone(entry.attributes["number"]),
                "when": entry.attributes["when"],
            }
            for entry in codes("fallback_number", at=at)
        ],
        "tables": [_table(table) for table in tables],
        "forms": list(forms),
        "roles": [str(entry) for entry in codes("caller_role", at=at) if entry.code != "SYSTEM"],
        "dispositions": [str(entry) for entry in codes("contact_disposition", at=at)],
        "questions": questions(),
    }


def _table(table: PackTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "empty": table.empty,
    }


def put_on_disk(pack: Pack, folder: Path) -> Path:
    """Write the pack where it can be printed with everything else down; the newest is always `pack.pdf`.

    Written beside and renamed, so that a printer never meets half a pack; readable by its owner only. Older
    ones than the last few are taken away. Raises OSError if the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    named = folder / f"pack-{pack.made_at:%Y%m%dT%H%M%SZ}.pdf"
    for path in (named, folder / NEWEST):
        unfinished = path.with_suffix(".part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pack.document)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    for old in sorted(folder.glob("pack-*.pdf"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return named


def newest_pack() -> FallbackPack | None:
    """The pack that was made last."""
    return FallbackPack.objects.order_by("-made_at").first()


def is_stale(pack: FallbackPack | None, at: datetime) -> bool:
    """Whether whoever prints it now prints something too old: two turns were missed."""
    return pack is None or at - pack.made_at > 2 * pack_renewed_after(at) + timedelta(minutes=1)
