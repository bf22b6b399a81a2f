"""The thresholds of reference data that this room reads, beside those of the contact room."""

from datetime import datetime, timedelta
from decimal import Decimal

from darwin.reference.queries import threshold
from darwin.reference.required import require_threshold
from darwin.reference.units import Unit
from darwin.reference.values import ThresholdValue

_ROOM = "planning"
_HOUR_COSTS = "planning.handler_hour_pounds"
_AWAY = "planning.paid_time_away_percent"
_RENEWED = "planning.forecast_renewed_after"


def declare() -> None:
    """Tell the reference room what this room cannot work without."""
    require_threshold(
        _HOUR_COSTS, Unit.NUMBER, _ROOM, "to know what a paid hour of a handler costs, in pounds"
    )
    require_threshold(
        _AWAY, Unit.PERCENT, _ROOM, "to know what share of paid time is leave, sickness, training and breaks"
    )
    require_threshold(
        _RENEWED, Unit.CLOCK_HOURS, _ROOM, "to know how old a forecast may be before it is made anew"
    )


def hour_costs(at: datetime) -> ThresholdValue:
    """What a paid hour of a handler costs the force, in pounds."""
    return threshold(_HOUR_COSTS, at=at)


def time_away(at: datetime) -> ThresholdValue:
    """What share of paid time, in per cent, a handler does not take contacts."""
    return threshold(_AWAY, at=at)


def forecast_renewed_after(at: datetime) -> timedelta:
    """How old the newest forecast of a queue may be before the house makes another."""
    return timedelta(hours=float(threshold(_RENEWED, at=at).value))


def paid_hours(hours_at_work: float, at: datetime) -> float:
    """The paid hours behind so many hours of taking contacts."""
    return hours_at_work / (1 - float(time_away(at).value) / 100)


def pounds(paid: float, at: datetime) -> float:
    """What so many paid hours cost."""
    return float(Decimal(str(paid)) * Decimal(str(hour_costs(at).value)))
