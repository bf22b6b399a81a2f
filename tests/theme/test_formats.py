"""Numbers as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.theme import formats

NBSP = formats.NO_SPACE_BREAK
S, M, H, D = 1000, 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "0:00"),
        (999, "0:00"),
        (108 * S, "1:48"),
        (59 * M + 59 * S + 999, "59:59"),
        (H, "1 h 00"),
        (88 * M, "1 h 28"),
        (10 * H - 1, "9 h 59"),
        (10 * H, "10 h"),
        (19 * H + 59 * M, "19 h"),
        (2 * D - 1, "47 h"),
        (2 * D, "2 days"),
        (3 * D + 5 * H, "3 days"),
        (None, "not known"),
    ],
)
def test_a_wait_is_written_by_its_length_and_rounded_down(milliseconds: int | None, shown: str) -> None:
    assert formats.wait(milliseconds).replace(NBSP, " ") == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(48_900, "48 s"), (108 * S, "1 min 48 s"), (H, "1 h 00"), (0, "0 s"), (None, "not known")],
)
def test_a_wait_in_prose_has_its_units(milliseconds: int | None, shown: str) -> None:
    assert formats.wait_words(milliseconds).replace(NBSP, " ") == shown


def test_a_negative_wait_is_a_fault_of_the_caller() -> None:
    for write in (formats.wait, formats.wait_words):
        with pytest.raises(ValueError, match="-1"):
            write(-1)


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        (79.96, 80, "79.9%"),
        (79.96, None, "80.0%"),
        (80.0, 80, "80.0%"),
        (80.04, 80, "80.0%"),
        (Fraction(7996, 100), 80, "79.9%"),
        (99.99, 100, "99.9%"),
        (0.0, 80, "0.0%"),
        (88.05, None, "88.1%"),
    ],
)
def test_a_percentage_that_misses_its_target_is_not_rounded_to_meet_it(
    value: float, target: float | None, shown: str
) -> None:
    assert formats.percentage(value, target) == shown


@given(st.integers(0, 10**7), st.integers(20, 10**7), st.integers(1, 1000))
def test_what_is_shown_is_below_the_target_exactly_when_the_share_is(
    part: int, whole: int, tenths: int
) -> None:
    part = min(part, whole)
    target = Decimal(tenths) / 10
    shown = Decimal(formats.share(part, whole, target).removesuffix("%"))
    exact = Fraction(100 * part, whole)
    assert (shown < target) == (exact < Fraction(target))
    assert abs(Fraction(shown) - exact) <= Fraction(1, 10)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(7, 12, "7 of 12"), (19, 19, "19 of 19"), (16, 20, "80.0%"), (20393, 26012, "78.4%"), (0, 0, "0 of 0")],
)
def test_below_twenty_in_the_denominator_the_counts_stand_alone(part: int, whole: int, shown: str) -> None:
    assert formats.share(part, whole).replace(NBSP, " ") == shown


def test_more_than_the_whole_is_no_share() -> None:
    with pytest.raises(ValueError, match="13 of 12"):
        formats.share(13, 12)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5"), (20888, "20,888")],
)
def test_a_small_published_count_is_suppressed_and_never_blank(value: int, shown: str) -> None:
    assert formats.few(value) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("07700900142", "07700 900142"),
        ("+447700900142", "07700 900142"),
        ("00447700900142", "07700 900142"),
        ("+44 (0)116 496 0173", "0116 496 0173"),
        ("0116 4960173", "0116 496 0173"),
        ("02079460123", "020 7946 0123"),
        ("01632960123", "01632 960123"),
        ("01214960123", "0121 496 0123"),
        ("08081570123", "0808 157 0123"),
        ("101", "101"),
        ("+33 1 23 45 67 89", "+33 1 23 45 67 89"),
        ("anonymous", "anonymous"),
        ("", "withheld"),
        (None, "withheld"),
    ],
)
def test_a_telephone_number_stands_in_its_groups(number: str | None, shown: str) -> None:
    assert formats.telephone(number).replace(NBSP, " ") == shown


def test_a_telephone_number_is_not_broken_and_is_heard_digit_by_digit() -> None:
    assert " " not in formats.telephone("07700900142")
    assert formats.spoken("01164960173") == "0 1 1 6, 4 9 6, 0 1 7 3"


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 7, 1, 13, 24, 16, tzinfo=UTC), "1 Jul 2026 14:24"),
        (datetime(2026, 11, 22, 14, 24, 16, tzinfo=UTC), "22 Nov 2026 14:24"),
        # After midnight in London, still the day before in UTC.
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 Jul 2026 00:30"),
    ],
)
def test_moments_are_shown_in_london(moment: datetime, shown: str) -> None:
    assert formats.moment(moment).replace(NBSP, " ") == shown
    assert formats.record_time(moment)[:5] == shown[-5:]


def test_a_moment_without_a_zone_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.clock_time(datetime(2026, 7, 1, 13, 24))  # noqa: DTZ001 - what it refuses


def test_a_month_and_a_day_have_their_year() -> None:
    assert formats.month(date(2026, 10, 1)) == f"Oct{NBSP}2026"
    assert formats.day(date(2026, 11, 2)) == f"2{NBSP}Nov{NBSP}2026"
