"""Scenarios that the tests of the twin share: TOML from a few numbers."""

from darwin.science.twin.run import Result, simulate
from darwin.science.twin.scenario import read_scenario

MINUTE = 60.0


def one_type(
    *,
    rate: object = 60,
    talk: str = '{ law = "exponential", mean = 450 }',
    patience: str = '{ law = "exponential", mean = 300 }',
    handlers: object = 8,
    days: int = 60,
    top: str = "",
    of_type: str = "",
    of_group: str = "",
) -> str:
    """One type in one group."""
    return f"""days = {days}
{top}
[[types]]
name = "101"
rate_per_hour = {rate}
talk = {talk}
patience = {patience}
{of_type}
[[groups]]
name = "handlers"
skills = ["101"]
{of_group or f"handlers = {handlers}"}
"""


def run(text: str, *, replications: int = 10, seed: int = 7) -> Result:
    return simulate(read_scenario(text), replications=replications, seed=seed)


def mean(result: Result, measure: str, name: str = "101") -> float:
    found = result.of_type(name)[measure].mean
    assert found is not None
    return found


def off_by(result: Result, measure: str, exact: float, name: str = "101") -> float:
    """How many standard errors a measure lies from the exact value."""
    figure = result.of_type(name)[measure]
    assert figure.mean is not None and figure.half_width is not None
    # The half-width of 95% over ten replications is 2.262 standard errors (Student, 9 degrees of freedom).
    assert len(result.replications) == 10
    return abs(figure.mean - exact) / (figure.half_width / 2.262157)
