"""The page of roles says what the house enforces."""

from pathlib import Path

from darwin.staff.matrix import matrix_page
from darwin.staff.permissions import all_rules
from darwin.staff.roles import ROLES, Group
from darwin.staff.scopes import all_scopes

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"


def test_the_page_of_roles_is_current():
    assert PAGE.read_text(encoding="utf-8") == matrix_page(), "run: darwin staff matrix > docs/roles.md"


def test_the_page_names_every_role_and_every_rule():
    page = matrix_page()
    assert all(f"`{code}`" in page for code in ROLES)
    assert all(f"`{rule.name}`" in page for rule in all_rules())
    assert all(f"`{scope.name}`" in page for scope in all_scopes())


def test_each_group_has_its_roles_and_each_key_is_one_roles():
    assert len(ROLES) == 24
    assert {role.group for role in ROLES.values()} == set(Group)
    assert sorted(role.key for role in ROLES.values() if role.key) == list("123456789")
