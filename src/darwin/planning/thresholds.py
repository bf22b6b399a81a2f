"""The thresholds of reference data that this room reads, beside those of the contact room."""

from datetime import datetime, timedelta
from decimal import Decimal

from darwin.reference.lists import ListKind, declare_list
from darwin.reference.queries import threshold
from darwin.reference.required import require_threshold
from darwin.reference.units import Unit
from darwin.reference.values import ThresholdValue

_ROOM = "planning"
SHIFTS, RULES = "roster_shift", "roster_rules"
_HOUR_COSTS = "planning.handler_hour_pounds"
_AWAY = "planning.paid_time_away_percent"
_RENEWED = "planning.forecast_renewed_after"


def declare() -> None:
    """Tell the reference room what this room cannot work without."""
    require_threshold(
        _HOUR_COSTS, Unit.NUMBER, _ROOM, "to know what a paid hour of a handler costs, in pounds"
    )
    declare_list(
        ListKind(
            SHIFTS,
            "A shift that rosters may give: when it may begin, how long it is, and what of it is paid",
            {"earliest": str, "latest": str, "minutes": int, "paid_minutes": int, "break_minutes": int},
        )
    )
    declare_list(
        ListKind(
            RULES,
            "The rules by which somebody's hours are set: police staff by contract, officers by regulations",
            {
                "rest_hours": int,
                "weekly_rest_hours": int,
                "average_hours": int,
                "average_weeks": int,
                "most_days": int,
                "most_nights": int,
                "rest_days_together": int,
                "forward_rotation": bool,
            },
            required_codes=frozenset({"STAFF", "OFFICER"}),
        )
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
