"""Figures as the jobs make them, small and made up, for tests of pages and services."""

from datetime import date, timedelta
from typing import Any

FIRST = date(2026, 11, 30)  # a Monday
MEASURES = ("service_level", "p_abandon", "mean_wait_all", "occupancy")


def lifelike_forecast() -> dict[str, Any]:
    """A forecast whose days and weeks look like those of a line, for pictures."""
    found = forecast_figures()
    factors = (1.1, 1.04, 1.02, 1.01, 1.04, 0.93, 0.86)
    shape = [1, 1, 1, 1, 1, 1, 2, 3, 5, 8, 12, 14, 15, 14, 13, 13, 12, 12, 12, 12, 12, 12, 11, 10]
    for at, day in enumerate(found["days"]):
        factor = 2.6 * factors[at % 7] * (0.8 if day["day"] in ("2026-12-25", "2026-12-26") else 1)
        mean = [round(factor * shape[slot // 2] * (0.95 + 0.1 * (slot % 2)), 2) for slot in range(48)]
        total = sum(mean)
        day |= {"mean": total, "low": 0.92 * total, "high": 1.08 * total}
        day["half_hours"] = {
            "mean": mean,
            "low": [max(0.0, value - 2 * value**0.5) for value in mean],
            "high": [value + 2 * value**0.5 for value in mean],
            "needed": [max(2, round(value * 412 / 1800 * 1.05 + 1.2)) for value in mean],
        }
    for at, day in enumerate(found["error"]["days"]):
        total = 800 * factors[at % 7]
        came = round(total * (1 + 0.05 * ((at * 7) % 11 - 5) / 5))
        day |= {"mean": total, "low": 0.92 * total, "high": 1.08 * total, "actual": came}
    whole = sum(day["mean"] for day in found["days"])
    found["total"] = {"mean": whole, "low": 0.965 * whole, "high": 1.035 * whole}
    return found


def forecast_figures(days: int = 28) -> dict[str, Any]:
    """`days` days from FIRST: two contacts a half-hour by night, ten by day, three and eight handlers."""
    mean = [10.0 if 16 <= at < 44 else 2.0 for at in range(48)]
    needed = [8 if 16 <= at < 44 else 3 for at in range(48)]
    shown = [
        {
            "day": (FIRST + timedelta(days=at)).isoformat(),
            "mean": sum(mean),
            "low": 0.9 * sum(mean),
            "high": 1.1 * sum(mean),
            "half_hours": {
                "mean": mean,
                "low": [0.5 * value for value in mean],
                "high": [1.6 * value for value in mean],
                "needed": needed,
            },
        }
        for at in range(days)
    ]
    past = [
        {
            "day": (FIRST - timedelta(days=at + 1)).isoformat(),
            "mean": 320.0,
            "low": 290.0,
            "high": 350.0,
            "actual": 320 + 7 * (at % 5) - 10,
        }
        for at in range(28)
    ]
    return {
        "level": 0.9,
        "model": "profile and level",
        "days": shown,
        "total": {"mean": days * sum(mean), "low": 0.97 * days * sum(mean), "high": 1.03 * days * sum(mean)},
        "fitted": {"from": "2024-11-30", "to": "2026-11-29"},
        "service": {"aht_s": 412.0, "patience_s": 260.0},
        "target": {"share": 0.8, "within_s": 30.0},
        "error": {"error": 0.26, "floor": 0.25, "naive": 0.36, "days": past[::-1]},
    }


def staffing_figures() -> dict[str, Any]:
    """Six numbers of handlers around the twelve that are needed."""
    rows = [
        {
            "servers": servers,
            "service_level": 0.55 + 0.07 * at,
            "p_abandon": 0.12 - 0.02 * at,
            "asa_answered": 50.0 - 8 * at,
            "mean_wait_all": 60.0 - 9 * at,
            "occupancy": 0.95 - 0.03 * at,
        }
        for at, servers in enumerate(range(8, 14))
    ]
    return {
        "asked": STAFFING_ASKED,
        "servers": 12,
        "rows": rows,
        "twin": {"service_level": {"mean": 0.826, "half_width": 0.004}},
    }


STAFFING_ASKED = {"calls_per_hour": 90.0, "aht": 400.0, "patience": 260.0, "target": 80.0, "within": 30.0}


def _measures(better: float) -> dict[str, Any]:
    return {
        "service_level": {"mean": 0.72 + better, "half_width": 0.012},
        "p_abandon": {"mean": 0.11 - better / 2, "half_width": 0.006},
        "mean_wait_all": {"mean": 64.0 - 200 * better, "half_width": 3.0},
        "occupancy": {"mean": 0.83 - better / 3, "half_width": 0.004},
    }


SCENARIOS: list[dict[str, Any]] = [
    {"name": "Two more by day", "levers": {"people": {"more": 2, "from": 8, "to": 20}}},
    {"name": "The same hours, fitted", "levers": {"shifts": "fitted"}},
    {"name": "Call-back after 60 s", "levers": {"call_back": {"after_s": 60.0, "taken": 0.4}}},
    {"name": "A tenth moved online", "levers": {"online": {"share": 0.1, "minutes": 6.0}}},
    {"name": "Half also take 999", "levers": {"skill": {"share": 0.5, "queue": "999"}}},
    {"name": "Who gave up before first", "levers": {"priority": "repeat"}},
]


def what_if_figures() -> dict[str, Any]:
    """Today and six scenarios, the last of them refused."""
    shown: list[dict[str, Any]] = [
        {"name": "Today", "levers": {}, "measures": _measures(0), "paid_hours_week": 1_480.0}
    ]
    for at, scenario in enumerate(SCENARIOS):
        if at == 5:
            shown.append({**scenario, "refused": "This queue has nobody who gave up before."})
            continue
        better = (0.09, 0.06, 0.04, 0.001, -0.05)[at]
        changes = {
            name: {"mean": _measures(better)[name]["mean"] - _measures(0)[name]["mean"], "half_width": 0.008}
            for name in MEASURES
        }
        changes["mean_wait_all"]["half_width"] = 2.5
        shown.append(
            {
                **scenario,
                "measures": _measures(better),
                "difference": changes,
                "paid_hours_week": 1_480.0 + 40 * at,
            }
        )
    return {
        "check": {
            "days": 14,
            "actual": {"service_level": 0.713, "p_abandon": 0.108, "mean_wait_all": 66.0},
            "twin": {"service_level": 0.721, "p_abandon": 0.104, "mean_wait_all": 63.0},
        },
        "fitted": {"from": "2026-09-28", "to": "2026-11-22"},
        "replications": 40,
        "days": 28,
        "scenarios": shown,
    }


def twin_check_figures() -> dict[str, Any]:
    """Fourteen days; the twin a point off, Erlang A three, Erlang C nine."""
    days = []
    for at in range(14):
        level = 0.68 + 0.01 * (at % 7)
        days.append(
            {
                "day": (FIRST - timedelta(days=14 - at)).isoformat(),
                "actual": {"service_level": level, "p_abandon": 0.11, "mean_wait_all": 62.0},
                "twin": {
                    "service_level": {"mean": level + 0.01, "lower": level - 0.05, "upper": level + 0.07},
                    "p_abandon": {"mean": 0.105, "lower": 0.075, "upper": 0.135},
                    "mean_wait_all": {"mean": 60.0, "lower": 46.0, "upper": 74.0},
                },
                "erlang_a": {"service_level": level - 0.03, "p_abandon": 0.14, "mean_wait_all": 51.0},
                "erlang_c": {"service_level": level - 0.09, "p_abandon": 0.0, "mean_wait_all": None},
            }
        )
    return {
        "fitted": {"from": "2026-09-21", "to": "2026-11-15"},
        "days": days,
        "misses": {
            "twin": {"service_level": 0.01, "p_abandon": 0.005, "mean_wait_all": 2.0},
            "erlang_a": {"service_level": 0.03, "p_abandon": 0.03, "mean_wait_all": 11.0},
            "erlang_c": {"service_level": 0.09, "p_abandon": 0.11, "mean_wait_all": None},
        },
        "inside": {"service_level": {"in": 14, "of": 14}},
    }


def roster_figures(people: list[str], weeks: int = 1) -> dict[str, Any]:
    """Each person works five days a week from 07:00 to 17:00, the next from 14:00 to midnight, in turn."""
    duties = [
        {
            "person": person,
            "shift": "EARLY" if at % 2 == 0 else "LATE",
            "start": (7 * week + day) * 48 + (14 if at % 2 == 0 else 28),
            "end": (7 * week + day) * 48 + (34 if at % 2 == 0 else 48),
            "paid_minutes": 540,
            "break_offset": 10,
            "breaks": [[(7 * week + day) * 48 + 24, (7 * week + day) * 48 + 26]] if at % 2 == 0 else [],
        }
        for at, person in enumerate(people)
        for week in range(weeks)
        for day in range(7)
        if (day + at) % 7 < 5
    ]
    paid = sum(duty["paid_minutes"] for duty in duties)
    return {
        "duties": duties,
        "on_duty": [2 if 14 <= at % 48 < 48 else 0 for at in range(336 * weeks)],
        "paid_minutes": paid,
        "bound_minutes": round(0.9985 * paid),
        "missing_slots": 3,
        "reasons": ["On Sunday 03:00 two handlers are needed, and the rest between shifts leaves one."],
        "proven": False,
    }
