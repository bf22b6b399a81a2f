"""The measures by which what-ifs and twin checks are told: in which unit, and which way is better."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from darwin.theme.charts import Unit
from darwin.theme.formats import Words


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of a simulation. name: as the twin calls it. scale: from its figure to the unit shown.
    better: which way is better for those who ring or work ("" where neither is)."""

    name: str
    title: Words
    subtitle: Words
    unit: Unit
    scale: float
    better: Literal["up", "down", ""]


MEASURED = (
    Measured(
        "service_level",
        _("Answered in time"),
        _("Share of contacts offered"),
        Unit.PERCENTAGE,
        100,
        "up",
    ),
    Measured("p_abandon", _("Gave up"), _("Share of contacts offered"), Unit.PERCENTAGE, 100, "down"),
    Measured(
        "mean_wait_all",
        _("Mean wait"),
        _("Of everybody who waited, answered or not, min:s"),
        Unit.WAIT,
        1000,
        "down",
    ),
    Measured(
        "occupancy", _("Workload"), _("Share of their time that handlers are busy"), Unit.PERCENTAGE, 100, ""
    ),
)
