"""How many people a stretch of steady traffic needs, as its page shows it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from darwin.planning import thresholds
from darwin.planning.models import Run
from darwin.theme import formats
from darwin.theme.charts import BandChart, Column, Result, Unit


def sentence(run: Run, at: datetime) -> list[tuple[bool, str]]:
    """How many people it takes, and what an hour of them costs."""
    figures: dict[str, Any] = run.result.figures
    asked, servers = figures["asked"], figures["servers"]
    row = next(one for one in figures["rows"] if one["servers"] == servers)
    words = {
        "n": formats.count(servers),
        "share": formats.percentage(100 * row["service_level"], asked["target"]),
        "within": f"{asked['within']:g}",
        "fewer": formats.count(servers - 1),
        "pounds": f"{thresholds.pounds(thresholds.paid_hours(servers, at), at):,.0f}",
    }
    said = [
        (True, _("%(n)s handlers are needed:") % words),
        (
            False,
            _("with them %(share)s of those offered are answered within %(within)s s; %(fewer)s are too few.")
            % words,
        ),
        (False, _("An hour of %(n)s handlers at work costs £%(pounds)s of paid time.") % words),
    ]
    if twin := figures.get("twin"):
        level = {
            "mean": formats.percentage(100 * twin["service_level"]["mean"]),
            "half": f"{100 * twin['service_level']['half_width']:.1f}",
        }
        said.append(
            (False, _("The twin, asked the same, finds %(mean)s, give or take %(half)s points.") % level)
        )
    return said


def result(run: Run, at: datetime) -> Result:
    """What each number of handlers around it would bring, and what it costs."""
    figures: dict[str, Any] = run.result.figures
    asked = figures["asked"]
    rows = [
        {
            "servers": row["servers"],
            "level": 100 * row["service_level"],
            "gave_up": 100 * row["p_abandon"],
            "asa": _milliseconds(row["asa_answered"]),
            "wait": _milliseconds(row["mean_wait_all"]),
            "occupancy": 100 * row["occupancy"],
            "pounds": round(thresholds.pounds(thresholds.paid_hours(row["servers"], at), at)),
        }
        for row in figures["rows"]
    ]
    words = {
        "n": f"{asked['calls_per_hour']:g}",
        "aht": formats.wait_words(1000 * asked["aht"]),
    }
    return Result(
        _("What each number of handlers brings"),
        _("%(n)s contacts an hour, %(aht)s each; shares of those offered") % words,
        [
            Column("servers", _("Handlers"), "count"),
            Column("level", _("Answered in time"), "percentage", target=asked["target"], strong=True),
            Column("gave_up", _("Gave up"), "percentage"),
            Column("asa", _("Mean wait of the answered"), "wait"),
            Column("wait", _("Mean wait of all"), "wait"),
            Column("occupancy", _("Busy"), "percentage"),
            Column("pounds", _("Pounds an hour"), "count"),
        ],
        rows,
        BandChart(
            [str(row["servers"]) for row in rows],
            [row["level"] for row in rows],
            Unit.PERCENTAGE,
            _("in time"),
            target=asked["target"],
        ),
    )


def asked_rows(run: Run) -> list[tuple[str, str]]:
    """What was asked."""
    asked = run.inputs
    patience = asked.get("patience")
    return [
        (_("Contacts an hour"), f"{asked['calls_per_hour']:g}"),
        (_("Handling time"), formats.wait_words(1000 * asked["aht"])),
        (_("Patience"), _("nobody gives up") if patience is None else formats.wait_words(1000 * patience)),
        (
            _("Target"),
            _("%(share)s within %(s)s s") % {"share": f"{asked['target']:g}%", "s": f"{asked['within']:g}"},
        ),
    ]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else 1000 * seconds
