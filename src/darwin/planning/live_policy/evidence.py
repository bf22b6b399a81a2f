"""The what-ifs that a proposal can rest on, and what is kept of the one it does.

Softly: the identifier of the run, and its figures as the proposer saw them. The run keeps the rest.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from darwin.planning.models import Run, RunKind, RunResult, RunState
from darwin.theme import formats

MOST = 20


def what_ifs() -> list[Run]:
    """The finished what-ifs, the newest first."""
    return list(Run.objects.filter(kind=RunKind.WHAT_IF, state=RunState.DONE).order_by("-asked_at")[:MOST])


def evidence_of(run_id: str) -> dict[str, Any]:
    """{kind, id, label, lines: [[scenario, figures]]} of a what-if; nothing where there is none."""
    if not run_id:
        return {}
    result = RunResult.objects.select_related("run").filter(run_id=UUID(run_id)).first()
    if result is None:
        return {}
    lines = [
        [scenario["name"], _measures(scenario["measures"])]
        for scenario in result.figures.get("scenarios", [])
        if not scenario.get("refused")
    ]
    return {"kind": "planning_run", "id": run_id, "label": result.run.title, "lines": lines}


def _measures(measures: Mapping[str, Mapping[str, float]]) -> str:
    words = {
        "in_time": formats.percentage(100 * measures["service_level"]["mean"]),
        "gave_up": formats.percentage(100 * measures["p_abandon"]["mean"]),
        "wait": formats.wait_words(1000 * measures["mean_wait_all"]["mean"]),
    }
    return _("%(in_time)s in time, %(gave_up)s gave up, mean wait %(wait)s") % words
