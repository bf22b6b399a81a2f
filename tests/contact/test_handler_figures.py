"""Figures about one handler are for that handler and their line manager, and never on a few contacts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from darwin.contact.measures.handlers import handler_figures
from darwin.contact.models import SwitchMember
from darwin.contact.records import CallRecord, LegRecord
from darwin.contact.services.calls import record_calls
from darwin.contact.telephony.events import Outcome
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry
from darwin.reference.services import open_installation
from darwin.staff.models import Account, RoleHolding

IMPORTER = Actor.system("import")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
WINDOW: dict[str, Any] = {"from_at": NOON, "to_at": NOON + timedelta(days=1)}


def person(name: str, role: str, manager: Account | None = None) -> Account:
    account = Account.objects.create(sign_in_name=name, display_name=name.title(), line_manager=manager)
    RoleHolding.objects.create(account=account, role=role, held_from=NOON - timedelta(days=9))
    return account


@pytest.fixture
def people(db: None) -> dict[str, Account]:
    open_installation("operational", "leicestershire")
    asha = person("asha", "contact_supervisor")
    tom = person("tom", "contact_handler", asha)
    SwitchMember.objects.create(switch="s", member="Operator 7", interface="PJSIP/7", account=tom)
    return {
        "asha": asha,
        "tom": tom,
        "colleague": person("lee", "contact_handler", asha),
        "other_supervisor": person("rob", "contact_supervisor"),
        "analyst": person("ana", "analyst"),
        "administrator": person("adm", "administrator"),
    }


def answer(count: int) -> None:
    def leg(number: int) -> LegRecord:
        return LegRecord(
            queue="101",
            entry_no=1,
            outcome=Outcome.ANSWERED,
            offered_at=NOON + timedelta(minutes=number),
            wait_ms=0,
            talk_ms=1000 * number,
            agent="PJSIP/7" if number % 2 else None,
            member="Operator 7",
        )

    rows = [
        CallRecord(source_key=f"{n}", channel="PHONE_101", first_offered_at=NOON, legs=(leg(n),))
        for n in range(count)
    ]
    record_calls(actor=IMPORTER, source="s", rows=rows)


@pytest.mark.parametrize("viewer", ["tom", "asha"])
def test_the_handler_and_their_line_manager_see_them_and_it_is_a_consultation(
    people: dict[str, Account], viewer: str
) -> None:
    answer(31)
    before = Entry.objects.count()
    figures = handler_figures(viewer=people[viewer], handler=people["tom"], **WINDOW)
    assert (figures.answered, figures.mean_talk_s, figures.median_talk_s) == (31, 15.0, 15.0)
    assert Entry.objects.count() == before + 1
    assert Entry.objects.order_by("id").last().event == "contact.handler_figures"


@pytest.mark.parametrize("viewer", ["colleague", "other_supervisor", "analyst", "administrator"])
def test_nobody_else_sees_them(people: dict[str, Account], viewer: str) -> None:
    answer(31)
    with pytest.raises(PermissionDenied):
        handler_figures(viewer=people[viewer], handler=people["tom"], **WINDOW)


def test_below_the_least_number_of_contacts_there_is_no_figure(people: dict[str, Account]) -> None:
    answer(29)
    figures = handler_figures(viewer=people["asha"], handler=people["tom"], **WINDOW)
    assert (figures.answered, figures.mean_talk_s, figures.transferred) == (None, None, None)
    assert "30" in figures.note
