"""Small numbers are never published."""

import pytest

from darwin.staff.disclosure import suppress
from darwin.staff.permissions import all_rules
from darwin.staff.roles import SUPPRESSED


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "fewer than 5"), (4, "fewer than 5"), (5, 5), (27000, 27000)]
)
def test_counts_below_the_threshold_are_not_told_apart(count, shown, operational_house):
    assert suppress(count) == shown


def test_a_negative_count_is_a_fault_of_the_caller(operational_house):
    with pytest.raises(ValueError, match="negative"):
        suppress(-1)


def test_the_policing_body_and_the_panel_are_in_no_rule_that_changes_anything():
    changing = {"manage", "task", "route", "open", "import", "grant", "close", "assign", "send"}
    for rule in all_rules():
        if rule.roles & SUPPRESSED:
            assert not changing & set(rule.name.split(".", 1)[1].split("_")), rule.name
