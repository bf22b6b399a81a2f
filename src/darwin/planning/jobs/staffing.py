"""How many handlers a stretch of steady traffic needs, by Erlang A and by the twin."""

import math
from typing import Any

from darwin.planning.jobs import Figures, Tell
from darwin.planning.models import Run
from darwin.science.queueing import Performance, erlang_a, erlang_c, required_servers

# So many handlers fewer and more are shown beside those needed.
FEWER, MORE = 4, 4


def work_out(run: Run, tell: Tell) -> Figures:
    """See `darwin.planning.shown.staffing` for what each figure is. Raises DarwinError."""
    asked = run.inputs
    rate, patience = asked["calls_per_hour"] / 3600, asked["patience"]
    tell("Working out how many handlers it takes", 0, 1)
    servers = required_servers(rate, asked["aht"], asked["target"] / 100, asked["within"], patience)
    rows = []
    for number in range(max(1, servers - FEWER), servers + MORE + 1):
        found = (
            erlang_c(rate, asked["aht"], number, asked["within"])
            if patience is None
            else erlang_a(rate, asked["aht"], patience, number, asked["within"])
        )
        rows.append(_row(number, found))
    return {"asked": asked, "servers": servers, "rows": rows}


def keep(run: Run, figures: Figures) -> None:
    """Nothing else follows."""


def _row(servers: int, found: Performance) -> dict[str, Any]:
    return {
        "servers": servers,
        "service_level": found.service_level,
        "p_abandon": found.p_abandon,
        "asa_answered": _finite(found.asa_answered),
        "mean_wait_all": _finite(found.mean_wait_all),
        "occupancy": min(1.0, found.occupancy),
    }


def _finite(seconds: float) -> float | None:
    """None for a wait that grows without end."""
    return seconds if math.isfinite(seconds) else None
