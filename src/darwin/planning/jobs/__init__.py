"""What the worker works out. A job is declared once for its kind; the worker alone runs it.

A job's module is imported when its turn comes: what it needs (numba, OR-Tools) never enters a web process.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

from darwin.planning.models import Run, RunKind

# tell(doing, steps, steps_all): how far it is, as a sentence and two numbers.
Tell = Callable[[str, int, int], None]
Figures = Mapping[str, Any]


class Job(Protocol):
    """The module of a job."""

    def work_out(self, run: Run, tell: Tell) -> Figures:
        """The figures of a run, as plain JSON. Raises DarwinError with a sentence for who asked."""

    def keep(self, run: Run, figures: Figures) -> None:
        """What else follows, in the transaction that keeps the figures."""


def job_of(run: Run) -> Job:
    """The job that works this run out: the module that has the name of its kind."""
    job: Job = import_module(f"darwin.planning.jobs.{RunKind(run.kind).value}")
    return job
