"""Contacts to come by half-hour, to 12 months, with their uncertainty; and how far off it would have been."""

from darwin.science.forecasting.backtesting import Backtest, backtest
from darwin.science.forecasting.levels import Spreads
from darwin.science.forecasting.model import LONGEST_DAYS, Forecast, Model, Range, forecast, learn
from darwin.science.forecasting.scoring import Score, poisson_floor

__all__ = [
    "LONGEST_DAYS",
    "Backtest",
    "Forecast",
    "Model",
    "Range",
    "Score",
    "Spreads",
    "backtest",
    "forecast",
    "learn",
    "poisson_floor",
]
