"""A law as a scenario writes it: { law = "lognormal", mean = 450, cv = 1.2 }."""

import math

from darwin.science.twin.laws import LAWS, Law, hyperexponential, lognormal, weibull
from darwin.science.twin.reading import Table, nearest


def read_law(holder: Table, key: str, default: Law | None = None, *, may_never_end: bool = False) -> Law:
    """The law at `key` of a table. Times in seconds. Raises ScenarioRefused."""
    if key not in holder and default is not None:
        return default
    holder.needed(key)
    table = holder.table(key, "law")
    name = table.text("law")
    if name not in LAWS:
        raise table.refused("law", f'"{name}" is not a law that Darwin knows.{nearest(name, LAWS)}')
    law = _READERS[name](table)
    used = set(USED[name])
    for given in table.values:
        if given != "law" and given not in used:
            raise table.refused(given, f'the law "{name}" has no "{given}"; it has {_listed(USED[name])}.')
    if not may_never_end and math.isinf(law.mean):
        raise table.refused(None, f'the probabilities of "{key}" add up to less than 1; only patience may.')
    return law


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(f'"{key}"' for key in keys) or "no numbers"


def _positive(table: Table, key: str) -> float:
    value = table.number(key)
    if value == 0:
        raise table.refused(key, f'"{key}" is 0; it must be above 0.')
    return value


def _exponential(table: Table) -> Law:
    mean = table.number("mean")
    return Law("exponential", mean) if mean > 0 else Law("deterministic", 0.0)


def _lognormal(table: Table) -> Law:
    mean, cv = _positive(table, "mean"), table.number("cv")
    return lognormal(mean, cv) if cv > 0 else Law("deterministic", mean)


def _erlang(table: Table) -> Law:
    phases = table.whole("k", least=1, most=10_000)
    return Law("erlang", table.number("mean") / phases, phases)


def _uniform(table: Table) -> Law:
    """From `low` to `high`, or from 0 to twice the mean."""
    if "mean" in table:
        return Law("uniform", 0.0, 2 * table.number("mean"))
    low = table.number("low", 0.0)
    high = table.number("high")
    if high < low:
        raise table.refused("high", f'"high" is {high:g}, below "low", which is {low:g}.')
    return Law("uniform", low, high)


def _weibull(table: Table) -> Law:
    shape = _positive(table, "shape")
    if "scale" in table:
        return Law("weibull", _positive(table, "scale"), shape)
    return weibull(_positive(table, "mean"), shape)


def _hyperexponential(table: Table) -> Law:
    """Means with their probabilities, or a mean and a cv above 1 (two phases with balanced means)."""
    if "means" not in table:
        mean, cv = _positive(table, "mean"), table.number("cv")
        if cv < 1:
            raise table.refused("cv", f'"cv" is {cv:g}; a hyperexponential has at least 1.')
        return hyperexponential(mean, cv) if cv > 1 else Law("exponential", mean)
    means, chances = table.numbers("means"), table.numbers("probabilities", most=1.0)
    if len(means) != len(chances):
        raise table.refused(
            "probabilities", f'"means" has {len(means)} numbers and "probabilities" {len(chances)}.'
        )
    if abs(sum(chances) - 1) > 1e-6:
        raise table.refused("probabilities", f'"probabilities" add up to {sum(chances):g}; they must to 1.')
    return Law(
        "hyperexponential", values=tuple(means), chances=tuple(each / sum(chances) for each in chances)
    )


def _empirical(table: Table) -> Law:
    """Values, each as likely as the other or with probabilities; in the text or in a file."""
    if "file" in table:
        values, chances = _of_file(table)
    else:
        values = table.numbers("values")
        chances = table.numbers("probabilities", most=1.0) if "probabilities" in table else []
    if chances and len(chances) != len(values):
        raise table.refused(
            "probabilities", f"there are {len(values)} values and {len(chances)} probabilities."
        )
    if sum(chances) > 1 + 1e-6:
        raise table.refused("probabilities", f"the probabilities add up to {sum(chances):g}, more than 1.")
    chances = chances or [1 / len(values)] * len(values)
    if sum(chances) > 1 - 1e-6:
        chances = [each / sum(chances) for each in chances]
    pairs = sorted(zip(values, chances, strict=True))
    return Law("empirical", values=tuple(v for v, _ in pairs), chances=tuple(c for _, c in pairs))


def _of_file(table: Table) -> tuple[list[float], list[float]]:
    """A file with a time in seconds a line, or a time and its probability with a comma between."""
    name = table.text("file")
    try:
        text = table.source.read_file(name)
    except (OSError, UnicodeDecodeError):
        raise table.refused("file", f'the file "{name}" is not there or cannot be read.') from None
    values, chances = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            seconds, *chance = (float(part) for part in line.split(","))
        except ValueError:
            seconds, chance = math.nan, []
        if not 0 <= seconds < math.inf or len(chance) > 1 or any(not 0 <= each <= 1 for each in chance):
            raise table.refused(
                "file", f'line {number} of "{name}" is not a time in seconds with, perhaps, its probability.'
            )
        values.append(seconds)
        chances += chance
    if not values:
        raise table.refused("file", f'the file "{name}" holds no times.')
    if chances and len(chances) != len(values):
        raise table.refused("file", f'some lines of "{name}" have a probability and some have none.')
    return values, chances


_READERS = {
    "none": lambda table: Law("none"),
    "exponential": _exponential,
    "deterministic": lambda table: Law("deterministic", table.number("mean")),
    "lognormal": _lognormal,
    "erlang": _erlang,
    "uniform": _uniform,
    "weibull": _weibull,
    "hyperexponential": _hyperexponential,
    "empirical": _empirical,
}
USED: dict[str, tuple[str, ...]] = {
    "none": (),
    "exponential": ("mean",),
    "deterministic": ("mean",),
    "lognormal": ("mean", "cv"),
    "erlang": ("k", "mean"),
    "uniform": ("low", "high", "mean"),
    "weibull": ("mean", "scale", "shape"),
    "hyperexponential": ("mean", "cv", "means", "probabilities"),
    "empirical": ("values", "probabilities", "file"),
}
