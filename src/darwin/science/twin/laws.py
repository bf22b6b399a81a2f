"""The laws of times: what a scenario may say about talk, wrap, patience and delays. `draws` draws from them.

Source of the hyperexponential with balanced means: H. C. Tijms, Stochastic Models (1994), appendix B.
"""

import math
from dataclasses import dataclass

LAWS = (
    "none", "exponential", "deterministic", "lognormal", "erlang", "uniform", "weibull", "hyperexponential",
    "empirical",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Law:
    """A law of a time in seconds.

    `a`, `b`: exponential, deterministic: a the mean; lognormal: a, b mean and deviation of the logarithm;
    erlang: a the mean of one of its b phases; uniform: from a to b; weibull: a scale, b shape.
    `values` and `chances`: hyperexponential: means and their chances; empirical: values in ascending order
    and the chance of each. Where the chances add up to less than 1, the rest never ends (patience).
    """

    name: str
    a: float = 0.0
    b: float = 0.0
    values: tuple[float, ...] = ()
    chances: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """In seconds; infinite where some never end; 0 for none."""
        if self.name in ("exponential", "deterministic"):
            return self.a
        if self.name == "lognormal":
            return math.exp(self.a + self.b * self.b / 2)
        if self.name == "erlang":
            return self.a * self.b
        if self.name == "uniform":
            return (self.a + self.b) / 2
        if self.name == "weibull":
            return self.a * math.gamma(1 + 1 / self.b)
        if self.values and sum(self.chances) < 1 - 1e-9:
            return math.inf
        return sum(value * chance for value, chance in zip(self.values, self.chances, strict=True))


def lognormal(mean: float, cv: float) -> Law:
    """Lognormal of this mean (seconds) and coefficient of variation."""
    variance = math.log1p(cv * cv)
    return Law("lognormal", math.log(mean) - variance / 2, math.sqrt(variance))


def hyperexponential(mean: float, cv: float) -> Law:
    """Two exponentials with balanced means; cv above 1."""
    square = cv * cv
    chance = (1 + math.sqrt((square - 1) / (square + 1))) / 2
    return Law(
        "hyperexponential",
        values=(mean / (2 * chance), mean / (2 * (1 - chance))),
        chances=(chance, 1 - chance),
    )


def weibull(mean: float, shape: float) -> Law:
    """Weibull of this mean (seconds) and shape: below 1 the patient get more patient, above 1 less."""
    return Law("weibull", mean / math.gamma(1 + 1 / shape), shape)
