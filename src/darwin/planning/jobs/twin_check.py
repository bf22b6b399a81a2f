"""The twin check: fit the twin to some weeks, let it say what the weeks after them were like."""

from darwin.contact.models import ContactQueue
from darwin.planning.jobs import Figures, Tell
from darwin.planning.models import Run
from darwin.planning.reading import queue_named, read_calls, read_history
from darwin.planning.twin_checks import check_days
from darwin.science.arrivals import TooLittle
from darwin.science.twin_check import Check, as_json

REPLICATIONS = 200
WEEK = 7


def work_out(run: Run, tell: Tell) -> Figures:
    """See `darwin.planning.shown.twin_check` for what each figure is. Raises DarwinError."""
    tell("Fitting the twin and playing the weeks it has not seen", 0, 1)
    found, fitted = checked(
        queue_named(run.queue),
        int(run.inputs["fitted_weeks"]),
        int(run.inputs["predicted_weeks"]),
        REPLICATIONS,
        run.seed,
    )
    return {**as_json(found), "fitted": fitted}


def keep(run: Run, figures: Figures) -> None:
    """Nothing else follows from a check."""


def checked(
    queue: ContactQueue, fitted_weeks: int, predicted_weeks: int, replications: int, seed: int
) -> tuple[Check, dict[str, str]]:
    """The newest recorded weeks foretold from those before them, and which days the twin was fitted to.

    Contacts are those that a forecast made before the predicted weeks expected; handlers are those who were
    at work, since a what-if too says who is. Raises TooLittle.
    """
    history = read_history(queue)
    tested, learnt = WEEK * predicted_weeks, WEEK * fitted_weeks
    start = history.days - tested
    if learnt > start:
        raise TooLittle(
            f"Fitting on {fitted_weeks} weeks and predicting {predicted_weeks} needs {learnt + tested} "
            f"recorded days, and there are {history.days}. Choose fewer."
        )
    first = history.day(start - learnt)
    read = read_calls(queue, first, history.day(history.days))
    found = check_days(read, learnt, history.between(0, start), replications=replications, seed=seed)
    return found.check, {"from": first.isoformat(), "to": history.day(start - 1).isoformat()}
