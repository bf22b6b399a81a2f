"""How long until something happens, where often it could not be seen to the end.

The product-limit estimate: E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations,
JASA 53 (1958) 457-481; its variance: M. Greenwood (1926), as there in section 5. Patience so estimated from a
call centre's waits, an answer cutting patience short: L. Brown et al., Statistical analysis of a telephone
call center, JASA 100 (2005) 36-50, section 5.
"""

from dataclasses import dataclass

import numpy as np

from darwin.science.arrivals.arrays import Flags, Floats, Whole


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """A step function: the share that has lasted longer than t. Times in seconds, ascending, one row each.

    at_risk: how many had lasted to that time. ended: how many ended just then. share: the share that lasts
    longer. std_error: Greenwood's, 0 where the share is 0 or 1.
    """

    time_s: Floats
    at_risk: Whole
    ended: Whole
    share: Floats
    std_error: Floats
    seen_s: float  # the time of all waits together
    longest_s: float

    @property
    def endings(self) -> int:
        return int(self.ended.sum())

    def at(self, time_s: float) -> float:
        """The share that lasts longer than `time_s`."""
        row = int(np.searchsorted(self.time_s, time_s, side="right")) - 1
        return 1.0 if row < 0 else float(self.share[row])

    def quantile(self, part: float) -> float | None:
        """The first time by which `part` have ended; None where so many were never seen to end."""
        reached = np.flatnonzero(self.share <= 1 - part + 1e-12)
        return float(self.time_s[reached[0]]) if len(reached) else None

    @property
    def median_s(self) -> float | None:
        return self.quantile(0.5)

    @property
    def mean_s(self) -> float | None:
        """The mean; None where the longest seen had not ended, so that no mean exists."""
        return self.mean_up_to(self.longest_s) if len(self.share) and self.share[-1] == 0 else None

    def mean_up_to(self, time_s: float) -> float:
        """The mean of the time or `time_s`, whichever comes first."""
        times = np.concatenate(([0.0], self.time_s[self.time_s < time_s], [time_s]))
        shares = np.concatenate(([1.0], self.share[self.time_s < time_s]))
        return float((np.diff(times) * shares).sum())

    @property
    def exponential_mean_s(self) -> float:
        """The mean of the exponential law most likely to show so many endings in so much time seen."""
        return self.seen_s / self.endings

    def table(self, parts: tuple[float, ...] = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)) -> dict[float, float]:
        """By part that has ended, the time; parts never reached are left out."""
        found = {part: self.quantile(part) for part in parts}
        return {part: time for part, time in found.items() if time is not None}


def kaplan_meier(lasted_s: Floats, ended: Flags) -> Survival:
    """The survival of waits that lasted `lasted_s`, of which those `ended` ended by themselves; (n,) each.

    Of an ending and a cutting short at the same second the ending comes first. Raises ValueError where there
    is none, or a time is negative or not known.
    """
    if len(lasted_s) == 0 or not np.isfinite(lasted_s).all() or (lasted_s < 0).any():
        raise ValueError("survival needs at least one time, each known and not negative")
    order = np.argsort(lasted_s, kind="stable")
    times, flags = lasted_s[order], ended[order]
    moments, first = np.unique(times[flags], return_counts=True)
    at_risk = len(times) - np.searchsorted(times, moments, side="left")
    share: Floats = np.cumprod(1 - first / at_risk).astype(np.float64)
    with np.errstate(divide="ignore"):
        greenwood = np.cumsum(first / (at_risk * np.maximum(at_risk - first, 0.0)))
    std_error = np.where(share > 0, share * np.sqrt(np.where(share > 0, greenwood, 0.0)), 0.0)
    return Survival(
        time_s=moments,
        at_risk=at_risk.astype(np.int64),
        ended=first.astype(np.int64),
        share=share,
        std_error=std_error,
        seen_s=float(times.sum()),
        longest_s=float(times[-1]),
    )
