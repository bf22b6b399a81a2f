"""The law of a length of talk or wrap-up: lognormal, or as it was seen; whichever foretells unseen calls
better.

That talk in call centres is near lognormal: L. Brown et al., JASA 100 (2005) 36-50, section 4. The choice is
by the likelihood of held-out days: laws fitted to every second day judge the others, and the other way
round. Lengths are kept in whole seconds somewhere in most records, so a length of x seconds is judged by the
chance of [x - 1/2, x + 1/2).
"""

from dataclasses import dataclass

import numpy as np

from darwin.science.arrivals.arrays import Floats, Whole

EMPIRICAL_POINTS = 200
_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LengthLaw:
    """law: "lognormal" or "empirical". mean_s and cv: of the law itself. seen: lengths it was fitted to.

    values_s: for an empirical law, its quantiles at (i + 1/2) / EMPIRICAL_POINTS, ascending; else empty.
    gain: by how much a held-out length was more likely under this law than under the other, in nats each.
    """

    law: str
    mean_s: float
    cv: float
    seen: int
    values_s: tuple[float, ...]
    gain: float


def fit_length(seconds: Floats, day: Whole) -> LengthLaw:
    """The law of `seconds` (n,), the days they fell on beside them. A length of 0 counts as half a second.

    Raises ValueError below two lengths or where one is negative or not known.
    """
    if len(seconds) < 2 or not np.isfinite(seconds).all() or (seconds < 0).any():
        raise ValueError("a law needs at least two lengths, each known and not negative")
    lengths = np.maximum(seconds, 0.5)
    odd = day % 2 == 1
    gain = 0.0
    if odd.sum() > 1 and (~odd).sum() > 1:
        scores = [
            _empirical_score(lengths[seen], lengths[~seen]) - _lognormal_score(lengths[seen], lengths[~seen])
            for seen in (odd, ~odd)
        ]
        gain = sum(scores) / len(lengths)
    if gain > 0:
        values = _quantiles(lengths)
        return LengthLaw(
            "empirical",
            float(values.mean()),
            float(values.std() / values.mean()),
            len(lengths),
            tuple(values.tolist()),
            gain,
        )
    # The mean as it was seen, so that the work is right; the spread of the logarithms for the shape.
    spread = float(np.log(lengths).std())
    return LengthLaw(
        "lognormal", float(lengths.mean()), float(np.sqrt(np.expm1(spread**2))), len(lengths), (), -gain
    )


def _quantiles(lengths: Floats) -> Floats:
    """Means of the sorted lengths in equal parts, so that the mean stays what it was seen to be."""
    edges = np.linspace(0, len(lengths), EMPIRICAL_POINTS + 1)
    sums = np.concatenate(([0.0], np.cumsum(np.sort(lengths))))
    cumulated = np.interp(edges, np.arange(len(lengths) + 1), sums)
    found: Floats = np.diff(cumulated) / np.diff(edges)
    return found


def _lognormal_score(seen: Floats, judged: Floats) -> float:
    from scipy.special import ndtr

    logs = np.log(seen)
    spread = max(float(logs.std()), 1e-3)
    upper = (np.log(judged + 0.5) - logs.mean()) / spread
    lower = (np.log(np.maximum(judged - 0.5, 1e-3)) - logs.mean()) / spread
    return float(np.log(np.maximum(ndtr(upper) - ndtr(lower), _SMALLEST)).sum())


def _empirical_score(seen: Floats, judged: Floats) -> float:
    """A law even between the quantiles seen; what lies outside has the chance of one length in n + 1."""
    values = np.unique(_quantiles(seen))
    if len(values) < 2:
        return float(np.log(np.where(np.abs(judged - values[0]) <= 0.5, 1.0, _SMALLEST)).sum())
    ranks = np.searchsorted(np.sort(_quantiles(seen)), values, side="right") / EMPIRICAL_POINTS
    knots = np.concatenate(([values[0] - 1.0], values))
    shares = np.concatenate(([0.0], ranks))
    chance = np.interp(judged + 0.5, knots, shares) - np.interp(judged - 0.5, knots, shares)
    outside = 1 / (len(seen) + 1)
    return float(np.log(np.maximum((1 - outside) * chance, outside * _SMALLEST)).sum())
