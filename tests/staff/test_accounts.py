"""What becomes of accounts, roles and postings, and what the ledger keeps of it."""

from datetime import UTC, datetime, timedelta

import pytest

from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.ledger.models import Entry, EntrySubject
from darwin.staff.models import Account, Posting, RoleHolding, Team
from darwin.staff.roles import ROLES, UnknownRole
from darwin.staff.services import (
    StaffFault,
    change_team,
    choose_language,
    choose_theme,
    close_account,
    end_role,
    grant_role,
    open_account,
    open_practice_accounts,
    open_team,
    set_line_manager,
)

from .people import someone

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def last_entry() -> Entry:
    entry = Entry.objects.order_by("-id").first()
    assert entry is not None
    return entry


def test_each_write_leaves_one_entry_that_names_no_value():
    ruth = open_account(
        actor=SYSTEM, sign_in_name="Ruth.Adeyemi", display_name="Ruth Adeyemi", force_number="P214"
    )
    team = open_team(actor=SYSTEM, name="Contact team A")
    sam = open_account(actor=SYSTEM, sign_in_name="sam", display_name="Sam Okoro")
    holding = grant_role(actor=ruth.actor, account=sam, role="contact_handler")
    set_line_manager(actor=SYSTEM, account=sam, line_manager=ruth)
    change_team(actor=SYSTEM, account=sam, team=team)
    choose_theme(actor=sam.actor, account=sam, theme="low-light")
    choose_language(actor=sam.actor, account=sam, language="cy")
    end_role(actor=ruth.actor, holding=holding)
    close_account(actor=ruth.actor, account=sam)
    entries = list(Entry.objects.order_by("id"))
    assert [entry.event for entry in entries] == [
        "staff.opened_account",
        "staff.opened_team",
        "staff.opened_account",
        "staff.granted_role",
        "staff.set_line_manager",
        "staff.changed_team",
        "staff.chose_theme",
        "staff.chose_language",
        "staff.ended_role",
        "staff.closed_account",
    ]
    told = " ".join(str(entry.__dict__) for entry in entries)
    for value in ("Ruth", "ruth", "Sam", "P214", "Contact team", "low-light"):
        assert value not in told
    assert EntrySubject.objects.filter(kind="account", id=sam.id).count() == 8


def test_an_account_is_found_by_its_name_in_lower_case():
    ruth = open_account(actor=SYSTEM, sign_in_name=" Ruth.A ", display_name=" Ruth A ")
    assert (ruth.sign_in_name, ruth.display_name) == ("ruth.a", "Ruth A")


@pytest.mark.parametrize(
    ("sign_in_name", "display_name", "number", "words"),
    [
        ("", "A B", "", "cannot be a sign-in name"),
        ("a b", "A B", "", "cannot be a sign-in name"),
        (".a", "A B", "", "cannot be a sign-in name"),
        ("new", " ", "", "has no name"),
        ("TAKEN", "A B", "", "somebody's already"),
        ("new", "A B", "N1", "belongs to another account"),
    ],
)
def test_what_cannot_be_an_account_is_said_and_nothing_is_stored(sign_in_name, display_name, number, words):
    open_account(actor=SYSTEM, sign_in_name="taken", display_name="T", force_number="N1")
    with pytest.raises(StaffFault, match=words):
        open_account(actor=SYSTEM, sign_in_name=sign_in_name, display_name=display_name, force_number=number)
    assert Account.objects.count() == 1


def test_a_closed_account_keeps_its_history_and_loses_its_roles_and_sessions():
    admin, sam = someone("administrator"), someone("contact_handler")
    stamp = sam.session_stamp
    close_account(actor=admin.actor, account=sam)
    sam.refresh_from_db()
    assert not sam.is_active
    assert sam.roles_now() == frozenset()
    assert sam.session_stamp != stamp
    assert RoleHolding.objects.get(account=sam).ended_by_id == admin.id
    with pytest.raises(StaffFault, match="closed already"):
        close_account(actor=admin.actor, account=sam)


def test_an_administrator_closes_and_grants_nothing_for_themselves():
    admin = someone("administrator")
    with pytest.raises(StaffFault, match="another administrator"):
        grant_role(actor=admin.actor, account=admin, role="auditor")
    with pytest.raises(StaffFault, match="another administrator"):
        close_account(actor=admin.actor, account=admin)
    assert admin.roles_now() == {"administrator"}


def test_a_role_for_a_shift_ends_by_itself_and_its_row_stays():
    admin, sam = someone("administrator"), someone()
    with clock.standing_at(NOON):
        grant_role(
            actor=admin.actor,
            account=sam,
            role="duty_inspector",
            held_from=NOON + timedelta(hours=2),
            held_to=NOON + timedelta(hours=10),
        )
    for hours, held in [(0, False), (2, True), (9, True), (10, False)]:
        with clock.standing_at(NOON + timedelta(hours=hours)):
            sam.forget_roles()
            assert ("duty_inspector" in sam.roles_now()) is held, hours
    assert RoleHolding.objects.filter(account=sam).count() == 1


def test_a_role_ended_early_keeps_the_end_it_was_granted_with():
    admin, sam = someone("administrator"), someone()
    with clock.standing_at(NOON):
        holding = grant_role(
            actor=admin.actor, account=sam, role="dispatcher", held_to=NOON + timedelta(hours=8)
        )
    with clock.standing_at(NOON + timedelta(hours=3)):
        end_role(actor=admin.actor, holding=holding, reason="relieved early")
        assert sam.roles_now() == frozenset()
        with pytest.raises(StaffFault, match="ended already"):
            end_role(actor=admin.actor, holding=holding)
    assert holding.held_to == NOON + timedelta(hours=8)
    assert holding.ended_at == NOON + timedelta(hours=3)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(4, 2, "ends before it begins"), (-4, -2, "is over already"), (1, 3, "in part of that time already")],
)
def test_odd_shifts_are_refused_with_a_sentence(start, end, words):
    admin, sam = someone("administrator"), someone()
    hour = timedelta(hours=1)
    with clock.standing_at(NOON):
        grant_role(actor=admin.actor, account=sam, role="officer", held_from=NOON, held_to=NOON + 2 * hour)
        with pytest.raises(StaffFault, match=words):
            grant_role(
                actor=admin.actor,
                account=sam,
                role="officer",
                held_from=NOON + start * hour,
                held_to=NOON + end * hour,
            )
    assert RoleHolding.objects.filter(account=sam).count() == 1


def test_two_shifts_that_touch_do_not_overlap():
    admin, sam = someone("administrator"), someone()
    with clock.standing_at(NOON):
        first = NOON + timedelta(hours=8)
        grant_role(actor=admin.actor, account=sam, role="officer", held_to=first)
        grant_role(
            actor=admin.actor,
            account=sam,
            role="officer",
            held_from=first,
            held_to=first + timedelta(hours=8),
        )
    assert RoleHolding.objects.filter(account=sam).count() == 2


def test_a_role_that_is_not_declared_is_refused_before_anything_is_stored():
    with pytest.raises(UnknownRole, match="contact_handler"):
        grant_role(actor=SYSTEM, account=someone(), role="sheriff")
    assert RoleHolding.objects.count() == 0


def test_every_posting_stays_and_one_is_open():
    ruth, paul, sam = someone("contact_supervisor"), someone("duty_inspector"), None
    with clock.standing_at(NOON):
        sam = open_account(actor=SYSTEM, sign_in_name="sam", display_name="Sam", line_manager=ruth)
    with clock.standing_at(NOON + timedelta(days=1)):
        set_line_manager(actor=SYSTEM, account=sam, line_manager=paul)
    with clock.standing_at(NOON + timedelta(days=2)):
        change_team(actor=SYSTEM, account=sam, team=Team.objects.create(name="B"))
    rows = list(Posting.objects.filter(account=sam).order_by("held_from"))
    assert [row.line_manager for row in rows] == [ruth, paul, paul]
    assert [row.held_to for row in rows] == [NOON + timedelta(days=1), NOON + timedelta(days=2), None]


def test_nobody_answers_to_somebody_who_answers_to_them():
    paul = someone()
    ruth = someone(line_manager=paul)
    sam = someone(line_manager=ruth)
    for manager in (sam, paul):
        with pytest.raises(StaffFault, match="answers to"):
            set_line_manager(actor=SYSTEM, account=paul, line_manager=manager)


def test_practice_has_one_invented_person_for_each_role_and_opens_them_once(practice_house):
    assert open_practice_accounts(actor=SYSTEM) == len(ROLES) == 24
    assert open_practice_accounts(actor=SYSTEM) == 0
    held = {account.sign_in_name: account.roles_now() for account in Account.objects.all()}
    assert sorted(role for roles in held.values() for role in roles) == sorted(ROLES)
    sam = Account.objects.select_related("line_manager").get(display_name="Sam Okoro")
    assert sam.line_manager is not None
    assert sam.line_manager.display_name == "Ruth Adeyemi"


def test_invented_people_never_enter_a_house_that_is_not_for_practice(operational_house):
    with pytest.raises(StaffFault, match="practice"):
        open_practice_accounts(actor=SYSTEM)
    assert Account.objects.count() == 0
