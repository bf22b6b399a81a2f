"""Fitting callers and handlers to a queue's calls: arrivals, patience, redials, lengths, who was there."""

from darwin.science.arrivals.calls import UNKNOWN, Calls, Ending
from darwin.science.arrivals.fitting import Fitted, FittedType, fit
from darwin.science.arrivals.half_hours import DAYS, SLOTS, HalfHours
from darwin.science.arrivals.rates import Rates, fit_rates
from darwin.science.arrivals.redial import Redial, redials
from darwin.science.arrivals.refused import TooLittle
from darwin.science.arrivals.scenario_text import scenario_text, whole_handlers
from darwin.science.arrivals.survival import Survival, kaplan_meier

__all__ = [
    "DAYS",
    "SLOTS",
    "UNKNOWN",
    "Calls",
    "Ending",
    "Fitted",
    "FittedType",
    "HalfHours",
    "Rates",
    "Redial",
    "Survival",
    "TooLittle",
    "fit",
    "fit_rates",
    "kaplan_meier",
    "redials",
    "scenario_text",
    "whole_handlers",
]
