"""Charts of the few shapes we need. One `Result` gives chart, table and CSV of the same figures."""

from darwin.theme.charts.band import BandChart
from darwin.theme.charts.columns import ColumnChart
from darwin.theme.charts.control import ControlChart, Rebase
from darwin.theme.charts.intervals import Interval, IntervalChart
from darwin.theme.charts.line import LineChart
from darwin.theme.charts.marks import Mark
from darwin.theme.charts.result import Column, Result
from darwin.theme.charts.units import Unit

__all__ = [
    "BandChart",
    "Column",
    "ColumnChart",
    "ControlChart",
    "Interval",
    "IntervalChart",
    "LineChart",
    "Mark",
    "Rebase",
    "Result",
    "Unit",
]
