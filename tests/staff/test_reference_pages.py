"""What is set, as everyone may read it; and the clocks of the house by kind."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from darwin.deadlines import clock
from darwin.deadlines.models import Deadline, State
from darwin.deadlines.overview import oldest_over, over, overview
from darwin.ledger.actors import Actor
from darwin.ledger.ids import new_id
from darwin.reference.catalogue import lists_on, thresholds_on, versions_of_threshold
from darwin.reference.files import FORCES
from darwin.reference.presentation import UNVERIFIED
from darwin.reference.services import adopt_values

from .people import someone

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SignIn = Callable[..., Client]
pytestmark = pytest.mark.usefixtures("operational_house")


def adopt(folder: Path, value: int, since: str) -> None:
    """The force sets another answering time."""
    text = (FORCES / "leicestershire.toml").read_text("utf-8")
    first = 'value = 30\nunit = "seconds"\nvalid_from = 1990-01-01\n'
    assert text.count(first) == 1
    file = folder / "leicestershire.toml"
    file.write_text(
        text.replace(first, f"{first}valid_to = {since}\n")
        + '\n[[threshold]]\ncode = "contact.101.answer_within_s"\nunit = "seconds"\n'
        + f'value = {value}\nvalid_from = {since}\nsource = "Chief officer, minute {value}"\n',
        "utf-8",
    )
    adopt_values(actor=Actor.system("test"), file=file)


def test_a_day_shows_the_values_of_that_day(tmp_path: Path, signed_in: SignIn) -> None:
    adopt(tmp_path, 45, "2026-12-01")
    client = signed_in(someone("officer"))
    for day, shown in (("30/11/2026", "30 seconds"), ("01/12/2026", "45 seconds")):
        rows = dict(client.get("/reference/", {"on": day}).context["rooms"])["contact"]
        values = {row[0].code: str(row[0]) for row in rows}
        assert values["contact.101.answer_within_s"] == shown


def test_every_version_is_shown_with_its_last_day_and_the_withdrawn_as_withdrawn(
    tmp_path: Path, signed_in: SignIn
) -> None:
    adopt(tmp_path, 45, "2026-12-01")
    adopt(tmp_path, 40, "2026-12-01")
    shown = versions_of_threshold("contact.101.answer_within_s")
    assert [(version.shown, version.valid_to, bool(version.withdrawn_at)) for version in shown] == [
        ("40 seconds", None, False),
        ("45 seconds", None, True),
        ("30 seconds", date(2026, 12, 1), False),
    ]
    with clock.standing_at(NOON):
        page = signed_in(someone("officer")).get("/reference/thresholds/contact.101.answer_within_s/")
    text = page.content.decode()
    assert "30\N{NO-BREAK SPACE}Nov\N{NO-BREAK SPACE}2026" in text
    assert "Chief officer, minute 40" in text
    assert [row[4] for row in page.context["rows"]] == [False, False, True]


def test_what_nobody_has_confirmed_says_so(signed_in: SignIn) -> None:
    page = signed_in(someone("officer")).get("/reference/")
    found = {row[0].code for _room, rows in page.context["rooms"] for row in rows if row[2]}
    told = {value.code for value in thresholds_on(NOON.date()) if UNVERIFIED in value.source}
    assert found == told > {"contact.101.answer_within_s"}
    assert page.context["unverified"] == len(told) < page.context["number"]


def test_a_list_of_a_day_before_it_began_is_said_to_be_empty(signed_in: SignIn) -> None:
    client = signed_in(someone("officer"))
    assert lists_on(NOON.date())
    page = client.get("/reference/lists/contact_channel/", {"on": "1066-10-14"})
    assert "This list has no entry on that day." in page.content.decode()


@pytest.mark.parametrize(
    "address",
    ["lists/no_such/", "lists/contact_channel/PIGEON/", "thresholds/no.such/", "thresholds/%3Cscript%3E/"],
)
def test_what_is_not_set_is_not_found(address: str, signed_in: SignIn) -> None:
    assert signed_in(someone("officer")).get(f"/reference/{address}").status_code == 404


def test_a_day_that_does_not_exist_is_said_and_kept(signed_in: SignIn) -> None:
    page = signed_in(someone("officer")).get("/reference/", {"on": "31/11/2026"})
    assert page.status_code == 422
    assert "The 31st of November does not exist. What you typed is kept." in page.content.decode()
    assert 'value="31/11/2026"' in page.content.decode()


def deadline(kind: str, **more: Any) -> None:
    given: dict[str, Any] = {"state": State.OPEN, "due_at": NOON, "act_at": NOON} | more
    Deadline.objects.create(
        kind=kind, subject_kind="contact", subject_id=new_id(), started_at=NOON - timedelta(days=2), **given
    )


def test_clocks_are_counted_by_kind_and_state_and_the_oldest_over_is_named() -> None:
    earlier, later = NOON - timedelta(hours=3), NOON + timedelta(hours=3)
    done: dict[str, Any] = {"act_at": None, "ended_at": NOON}
    deadline("test.promise", due_at=earlier, act_at=later, attempts=2)
    deadline("test.promise", due_at=NOON, act_at=NOON)
    deadline("test.promise", due_at=later, act_at=later)
    deadline("test.promise", state=State.PAUSED, due_at=None, act_at=None, paused_at=NOON, remaining=5)
    deadline("test.promise", state=State.MET, due_at=later, met_at=NOON, **done)
    deadline("test.promise", state=State.MET, due_at=NOON, met_at=NOON, **done)
    deadline("test.promise", state=State.ACTED, **done)
    deadline("test.promise", state=State.CANCELLED, **done)
    with clock.standing_at(NOON):
        kind = next(kind for kind in overview() if kind.kind == "test.promise")
        assert (over(), oldest_over()) == (1, earlier)
    assert (kind.open, kind.over, kind.oldest, kind.paused, kind.put_off) == (3, 1, earlier, 1, 1)
    assert (kind.met, kind.met_late, kind.acted, kind.cancelled) == (2, 1, 1, 1)


def test_without_a_clock_nothing_is_over(signed_in: SignIn) -> None:
    assert (over(), oldest_over()) == (0, None)
    page = signed_in(someone("administrator")).get("/deadlines/")
    assert "No clock is over." in page.content.decode()
