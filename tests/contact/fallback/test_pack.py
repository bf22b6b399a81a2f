"""The printed pack must be there when nothing else is: whole, recent, and safe to lie on a desk."""

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from darwin.contact.fallback import turns
from darwin.contact.fallback.pack import KEPT, NEWEST, is_stale, make_pack, newest_pack
from darwin.contact.services.fallback import renew_pack
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry

ACTOR = Actor.system("fallback")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(opened_installation: Callable[[str], None]) -> None:
    opened_installation("operational")


def test_a_pack_is_a_whole_tagged_pdf_that_only_its_owner_can_read(tmp_path: Path) -> None:
    renew_pack(actor=ACTOR, folder=tmp_path / "fallback")
    newest = tmp_path / "fallback" / NEWEST
    document = newest.read_bytes()
    assert document.startswith(b"%PDF-1.")
    assert document.rstrip().endswith(b"%%EOF")
    assert b"/MarkInfo" in document
    assert stat.S_IMODE(newest.stat().st_mode) == 0o600
    assert stat.S_IMODE(newest.parent.stat().st_mode) == 0o700


def test_every_form_of_every_pack_has_a_number_of_its_own() -> None:
    now = clock.now()
    packs = [make_pack(now + timedelta(minutes=15 * turn), practice=False) for turn in range(3)]
    numbers = [number for pack in packs for number in pack.forms]
    assert len(numbers) == len(set(numbers)) == 3 * 12
    assert all(number.startswith("LEI-") for number in numbers)


def test_a_pack_that_left_the_database_is_in_the_ledger(tmp_path: Path) -> None:
    row = renew_pack(actor=ACTOR, folder=tmp_path)
    entry = Entry.objects.filter(event="contact.fallback_pack_made").latest("at")
    assert entry.verb == "disclose"
    assert entry.counts == {"rows": 0, "forms": row.forms}


def test_only_the_packs_of_the_last_hour_stay_on_the_disk(tmp_path: Path) -> None:
    start = clock.now()
    for turn in range(KEPT + 3):
        with clock.standing_at(start + timedelta(minutes=15 * turn)):
            renew_pack(actor=ACTOR, folder=tmp_path)
    assert len(list(tmp_path.glob("pack-*.pdf"))) == KEPT
    assert not list(tmp_path.glob("*.part"))
    newest = max(tmp_path.glob("pack-*.pdf"))
    assert newest.read_bytes() == (tmp_path / NEWEST).read_bytes()


def test_a_pack_is_due_after_a_quarter_of_an_hour_and_stale_after_two(tmp_path: Path) -> None:
    start = clock.now()
    assert turns.is_due(start)
    with clock.standing_at(start):
        renew_pack(actor=ACTOR, folder=tmp_path)
    assert not turns.is_due(start + timedelta(minutes=14, seconds=59))
    assert turns.is_due(start + timedelta(minutes=15))
    assert not is_stale(newest_pack(), start + timedelta(minutes=31))
    assert is_stale(newest_pack(), start + timedelta(minutes=32))


def test_what_a_caller_says_can_never_become_markup(tmp_path: Path) -> None:
    from darwin.theme.documents import typeset

    template = tmp_path / "any.typ"
    template.write_text(
        "#let rows = json(bytes(sys.inputs.data))\n#set document(title: sys.inputs.title)\n"
        "= #sys.inputs.title\n#for row in rows.rows [#row \\ ]\n"
    )
    hostile = ['#panic("stop")', "$ x", "*bold* _it_ = head", "] #import", json.dumps({"a": "\\"}), "<label>"]
    assert typeset(template, {"rows": hostile}, title="Any").startswith(b"%PDF")
