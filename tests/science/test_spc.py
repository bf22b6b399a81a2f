"""Control limits by Wheeler, rules by Making Data Count, and what a gap and a rebase do to both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin.science.spc import Signal, xmr

ORDINARY = st.floats(-1e6, 1e6)


def test_the_limits_are_the_mean_and_2_66_mean_moving_ranges() -> None:
    # By hand: mean 12, moving ranges 4, 2, 3, 1 with mean 2.5; 12 ± 2.66 × 2.5.
    (phase,) = xmr([10, 14, 12, 15, 14]).phases
    assert phase.mean == 13
    assert (phase.lower, phase.upper) == (pytest.approx(13 - 6.65), pytest.approx(13 + 6.65))


def test_a_moving_range_that_is_a_signal_is_left_out_of_the_limits() -> None:
    # Ranges 1 (ten times), 20, 20, 1 ...: the two of 20 are above 3.267 times the mean of all.
    values = [10.0, 11.0] * 5 + [30.0] + [10.0, 11.0] * 5
    chart = xmr(values)
    (phase,) = chart.phases
    assert phase.mean is not None and phase.upper is not None
    assert phase.upper - phase.mean == pytest.approx(2.66)
    assert chart.points[10].exceptional
    assert [point.exceptional for point in chart.points].count(True) == 1


@pytest.mark.parametrize(
    ("values", "signal", "positions"),
    [
        ([0, 1] * 4 + [0] + [5, 6, 5, 6, 5, 6, 5], Signal.RUN_ABOVE, range(9, 16)),
        ([5, 6] * 4 + [5] + [0, 1, 0, 1, 0, 1, 0], Signal.RUN_BELOW, range(9, 16)),
        ([9, 0, 9, 0, 1, 2, 3, 4, 5, 6, 0, 9, 0], Signal.RISING, range(3, 10)),
        ([0, 9, 8, 7, 6, 5, 4, 3, 9, 0, 9], Signal.FALLING, range(1, 8)),
    ],
)
def test_seven_in_a_row_are_a_signal(values: list[float], signal: Signal, positions: range) -> None:
    found = [at for at, point in enumerate(xmr(values).points) if signal in point.signals]
    assert found == list(positions)


@pytest.mark.parametrize("values", [[9, 0, 9, 0, 1, 2, 3, 4, 5, 0, 9, 0], [0, 9, 8, 7, 6, 5, 4, 9, 0, 9]])
def test_six_in_a_row_are_none(values: list[float]) -> None:
    assert not [p for p in xmr(values).points if p.signals & {Signal.RISING, Signal.FALLING}]


def test_two_of_three_near_a_limit_are_a_signal_if_all_three_are_on_that_side() -> None:
    quiet = [10.0, 12.0] * 10
    # Mean about 11, mean moving range about 2: the inner limit lies about 3.5 from the mean.
    both = xmr([*quiet, 15.6, 12.5, 15.6, *quiet])
    assert [at for at, p in enumerate(both.points) if Signal.NEAR_UPPER in p.signals] == [20, 22]
    other_side = xmr([*quiet, 15.6, 9.5, 15.6, *quiet])
    assert not [p for p in other_side.points if Signal.NEAR_UPPER in p.signals]


def test_a_gap_ends_a_run_and_has_no_moving_range_beside_it() -> None:
    low, high = [0.0, 1.0] * 4, [5.0, 6.0, 5.0, 6.0]
    chart = xmr([*low, *high, None, *high])
    assert not [p for p in chart.points if Signal.RUN_ABOVE in p.signals]
    assert chart.points[12].value is None and chart.points[12].moving_range is None
    assert chart.points[13].moving_range is None
    assert not chart.points[12].signals


def test_a_rebase_gives_limits_of_their_own_and_no_moving_range_across_it() -> None:
    chart = xmr([10.0, 12.0] * 4 + [30.0, 32.0] * 4, rebase_at=[8])
    assert [phase.mean for phase in chart.phases] == [11, 31]
    assert chart.points[8].moving_range is None
    assert not [p for p in chart.points if p.signals]
    assert chart.phase_of(7).end == 8 == chart.phase_of(8).start


def test_limits_do_not_pass_what_the_measure_cannot() -> None:
    (phase,) = xmr([0, 100, 0, 100], floor=0, ceiling=100).phases
    assert (phase.lower, phase.upper) == (0, 100)


@pytest.mark.parametrize("values", [[], [None], [5.0], [5.0, None, 6.0]])
def test_without_a_moving_range_there_are_no_limits_and_no_signals(values: list[float | None]) -> None:
    chart = xmr(values)
    assert all(phase.lower is None and phase.upper is None for phase in chart.phases)
    assert not [p for p in chart.points if p.signals]
    assert len(chart.points) == len(values)


@given(st.floats(-1e9, 1e9), st.integers(2, 40))
def test_equal_values_are_ordinary(value: float, number: int) -> None:
    assert not [p for p in xmr([value] * number).points if p.signals]


@given(st.lists(st.one_of(st.none(), ORDINARY), max_size=60))
def test_the_mean_lies_between_the_limits_and_outside_means_outside(values: list[float | None]) -> None:
    chart = xmr(values)
    for phase in chart.phases:
        if phase.lower is None or phase.upper is None:
            continue
        assert phase.mean is not None and phase.lower <= phase.mean <= phase.upper
        for value, point in zip(values, chart.points, strict=True):
            assert point.exceptional == (value is not None and not phase.lower <= value <= phase.upper)


@given(st.lists(st.integers(-1000, 1000), min_size=3, max_size=40))
def test_turned_upside_down_every_signal_turns_too(values: list[int]) -> None:
    turned = {
        Signal.ABOVE_LIMIT: Signal.BELOW_LIMIT,
        Signal.RUN_ABOVE: Signal.RUN_BELOW,
        Signal.RISING: Signal.FALLING,
        Signal.NEAR_UPPER: Signal.NEAR_LOWER,
    }
    turned |= {other: one for one, other in turned.items()}
    for point, other in zip(xmr(values).points, xmr([-value for value in values]).points, strict=True):
        assert {turned[signal] for signal in point.signals} == other.signals


@pytest.mark.parametrize("position", [-1, 3])
def test_a_rebase_outside_the_values_is_refused(position: int) -> None:
    with pytest.raises(ValueError, match="outside the 3 values"):
        xmr([1.0, 2.0, 3.0], rebase_at=[position])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        xmr([1.0, value])
