"""One rule decides detail and list alike."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from darwin.deadlines import clock
from darwin.staff import permissions
from darwin.staff.gate import page
from darwin.staff.models import Account, RoleHolding
from darwin.staff.permissions import DoubleRule, Grant, Rule, of_line_reports, own
from darwin.staff.roles import ROLES, SUPPRESSED, UnknownRole

from .people import someone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules_of_this_test_only(monkeypatch):
    monkeypatch.setattr(permissions, "_rules", dict(permissions._rules))


def handler_or_line_manager() -> Rule:
    return Rule.any_of(
        "test.figures_of_one",
        "See the figures of one handler",
        Grant({"contact_handler"}, own("")),
        Grant({"contact_supervisor"}, of_line_reports("")),
    )


def test_the_handler_and_their_line_manager_see_the_row_and_nobody_else():
    rule = handler_or_line_manager()
    ruth = someone("contact_supervisor")
    other_supervisor = someone("contact_supervisor")
    sam = someone("contact_handler", line_manager=ruth)
    colleague = someone("contact_handler", line_manager=ruth)

    assert rule.may_see(sam, sam)
    assert rule.may_see(ruth, sam)
    assert not rule.may_see(colleague, sam)
    assert not rule.may_see(other_supervisor, sam)
    assert set(rule.visible(ruth, Account.objects.all())) == {sam, colleague}
    assert set(rule.visible(other_supervisor, Account.objects.all())) == set()


def test_a_line_manager_without_the_role_sees_nothing():
    rule = handler_or_line_manager()
    former = someone("analyst")
    sam = someone("contact_handler", line_manager=former)
    assert not rule.permits(former)
    assert not rule.may_see(former, sam)


def test_list_and_detail_agree_for_every_role_and_row():
    rule = handler_or_line_manager()
    ruth = someone("contact_supervisor", "contact_handler")
    people = [someone(code, line_manager=ruth) for code in ROLES]
    for person in [ruth, *people]:
        listed = set(rule.visible(person, Account.objects.all()))
        for row in [ruth, *people]:
            assert rule.may_see(person, row) == (row in listed)


def test_several_roles_give_the_rows_of_each():
    rule = handler_or_line_manager()
    ruth = someone("contact_supervisor", "contact_handler")
    sam = someone("contact_handler", line_manager=ruth)
    assert set(rule.visible(ruth, Account.objects.all())) == {ruth, sam}


@pytest.mark.parametrize("whole", [None, lambda account: None, lambda account: Q()])
def test_a_grant_of_every_row_is_not_narrowed_by_another(whole):
    rule = Rule.any_of("test.whole", "x", Grant({"analyst"}, whole), Grant({"officer"}, own("")))
    both = someone("analyst", "officer")
    someone()
    assert rule.visible(both, Account.objects.all()).count() == Account.objects.count()


def test_an_anonymous_person_and_a_closed_account_see_nothing():
    rule = Rule("test.all", "x", {"analyst"})
    closed = someone("analyst", is_active=False, closed_at=clock.now())
    for person in (AnonymousUser(), closed):
        assert not rule.permits(person)
        assert not rule.visible(person, Account.objects.all()).exists()


def test_a_role_for_a_shift_begins_and_ends_by_itself():
    rule = Rule("test.shift", "x", {"duty_inspector"})
    starts = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    account = someone()
    RoleHolding.objects.create(
        account=account, role="duty_inspector", held_from=starts, held_to=starts + timedelta(hours=8)
    )
    cases = [(-1, False), (0, True), (8 * 3600 - 1, True), (8 * 3600, False)]
    for seconds, expected in cases:
        with clock.standing_at(starts + timedelta(seconds=seconds)):
            account.forget_roles()
            assert rule.permits(account) is expected, seconds


def test_two_rules_of_one_name_are_refused():
    Rule("test.once", "x", {"analyst"})
    with pytest.raises(DoubleRule, match=r"test\.once"):
        Rule("test.once", "y", {"officer"})


def test_a_rule_for_a_role_that_does_not_exist_is_refused():
    with pytest.raises(UnknownRole, match="anlyst"):
        Rule("test.misspelt", "x", {"anlyst"})


@pytest.mark.parametrize("code", sorted(SUPPRESSED))
def test_no_page_with_personal_data_can_be_given_to_those_who_see_suppressed_counts(code):
    rule = Rule(f"contact.{code}", "x", {code, "analyst"})
    with pytest.raises(ImproperlyConfigured, match=code):
        page(rule, personal=True)
    page(rule, personal=False)


def test_no_operational_page_with_personal_data_can_be_given_to_the_administrator():
    with pytest.raises(ImproperlyConfigured, match="administrator"):
        page(Rule("contact.leak", "x", {"administrator"}), personal=True)
    page(Rule("staff.leak", "x", {"administrator"}), personal=True)
