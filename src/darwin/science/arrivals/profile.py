"""The shape of a week by half-hour, each half-hour shrunk towards what days like it have in common.

The mean of a Poisson count that is itself drawn from a gamma law about an expected value, and the spread of
that law by moments (gamma-Poisson empirical Bayes: Carlin and Louis, Bayesian Methods for Data Analysis, 3rd
ed. 2009, sections 3.2 and 5.2). Two steps: Saturday, Sunday and the mean of Monday to Friday towards the
week's common shape; each day from Monday to Friday towards their common shape.
"""

import numpy as np

from darwin.science.arrivals.arrays import Floats, Whole
from darwin.science.arrivals.half_hours import SLOTS

Counts = Floats | Whole  # weighted, or as they are
_WORKING, _SATURDAY, _SUNDAY = slice(0, 5), 5, 6


def shrink(counts: Counts, recorded: Floats, expected_rate: Floats) -> Floats:
    """Rates a half-hour, of the shape of `counts`: between counts / recorded and `expected_rate`.

    Where the counts stray no further from what is expected than Poisson noise, it is `expected_rate`.
    """
    expected = recorded * expected_rate
    spread = float(((counts - expected) ** 2 - expected).sum())
    weight = float((expected**2).sum())
    if spread <= 0 or weight <= 0:
        return expected_rate
    strength = weight / spread  # 1 / variance of the gamma law
    moved: Floats = expected_rate * (strength + counts) / (strength + expected)
    return moved


def week_profile(counts: Counts, recorded: Floats) -> Floats:
    """The expected contacts of each recorded half-hour of the week, (7, 48), from sums of the same shape."""
    common = _rate(counts.sum(axis=0), recorded.sum(axis=0))
    grouped_counts = np.array([counts[_WORKING].sum(axis=0), counts[_SATURDAY], counts[_SUNDAY]])
    grouped_recorded = np.array([recorded[_WORKING].sum(axis=0), recorded[_SATURDAY], recorded[_SUNDAY]])
    groups = np.array(
        [
            shrink(*group, _level(*group, common))
            for group in zip(grouped_counts, grouped_recorded, strict=True)
        ]
    )
    parents = groups[[0, 0, 0, 0, 0, 1, 2]]
    days = [
        shrink(counts[day], recorded[day], _level(counts[day], recorded[day], parents[day]))
        for day in range(5)
    ]
    return np.array([*days, groups[1], groups[2]]).reshape(7, SLOTS)


def _rate(counts: Counts, recorded: Floats) -> Floats:
    return np.divide(counts, recorded, out=np.zeros(recorded.shape), where=recorded > 0)


def _level(counts: Counts, recorded: Floats, shape: Floats) -> Floats:
    """`shape` at the day's own level."""
    expected = float((recorded * shape).sum())
    return shape * (float(counts.sum()) / expected) if expected > 0 else shape
