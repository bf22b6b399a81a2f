"""A forecast as its page shows it: the month, a day by half-hour, last month's error, the handlers needed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from darwin.planning import thresholds
from darwin.planning.models import Run
from darwin.theme import formats
from darwin.theme.charts import BandChart, Column, ColumnChart, Result, Unit
from darwin.theme.parts import Tile

HALF_HOURS = 48


@dataclass(frozen=True, slots=True)
class ForecastShown:
    """One forecast. `at`: when it is read, for what an hour costs."""

    run: Run
    label: str
    at: datetime

    @property
    def figures(self) -> dict[str, Any]:
        figures: dict[str, Any] = self.run.result.figures
        return figures

    @property
    def days(self) -> list[dict[str, Any]]:
        """Each day with its `day`, `mean`, `low`, `high` (the whole day) and `half_hours`."""
        days: list[dict[str, Any]] = self.figures["days"]
        return days

    @property
    def first(self) -> date:
        return date.fromisoformat(self.days[0]["day"])

    @property
    def last(self) -> date:
        return date.fromisoformat(self.days[-1]["day"])

    def hours_at_work(self) -> float:
        """Hours that handlers take contacts, over all days."""
        return sum(sum(day["half_hours"]["needed"]) for day in self.days) / 2


def sentence(shown: ForecastShown) -> list[tuple[bool, str]]:
    """What the forecast says, the parts that stand out marked."""
    total = shown.figures["total"]
    words = {
        "n": formats.count(round(total["mean"])),
        "first": formats.day(shown.first),
        "last": formats.day(shown.last),
    }
    said = [(True, _("%(n)s contacts are expected from %(first)s to %(last)s.") % words)]
    if total.get("low") is not None:
        level = formats.percentage(100 * shown.figures["level"], places=0)
        words = {
            "level": level,
            "low": formats.count(round(total["low"])),
            "high": formats.count(round(total["high"])),
        }
        said.append((False, _("With %(level)s certainty between %(low)s and %(high)s.") % words))
    error = shown.figures.get("error")
    if error is None:
        said.append(
            (True, _("How far off last month’s would have been is not known: too little is recorded."))
        )
        return said
    words = {key: formats.percentage(100 * error[key]) for key in ("error", "floor", "naive")}
    said.append((True, _("By half-hour, the last four weeks would have been %(error)s off;") % words))
    said.append(
        (
            False,
            _("chance alone makes it %(floor)s, and the same half-hour of the week before is %(naive)s off.")
            % words,
        )
    )
    return said


def tiles(shown: ForecastShown) -> list[Tile]:
    """The figures beside the sentence."""
    busiest = max(shown.days, key=lambda day: day["mean"])
    most, day, at = max(
        (
            (needed, one["day"], at)
            for one in shown.days
            for at, needed in enumerate(one["half_hours"]["needed"])
        ),
        key=lambda found: int(found[0]),
    )
    when = f"{formats.day(date.fromisoformat(day))} {half_hour(at)}"
    target = shown.figures["target"]
    hours = shown.hours_at_work()
    paid = thresholds.paid_hours(hours, shown.at)
    share = formats.percentage(100 * target["share"], places=0)
    return [
        Tile(
            formats.count(round(busiest["mean"])),
            _("contacts on the busiest day"),
            formats.day(date.fromisoformat(busiest["day"])),
        ),
        Tile(
            formats.count(most),
            _("handlers needed at most"),
            _("%(when)s, for %(share)s in %(within)s s")
            % {"when": when, "share": share, "within": f"{target['within_s']:g}"},
        ),
        Tile(
            formats.count(round(hours)),
            _("hours of taking contacts"),
            _("%(n)s a day on average") % {"n": formats.count(round(hours / len(shown.days)))},
        ),
        Tile(
            formats.count(round(paid)),
            _("paid hours"),
            _("%(share)s of paid time is leave, sickness, training and breaks")
            % {"share": str(thresholds.time_away(shown.at))},
        ),
        Tile(
            f"£{round(thresholds.pounds(paid, shown.at)):,}",
            _("what they cost"),
            _("at £%(rate)s a paid hour") % {"rate": thresholds.hour_costs(shown.at).value},
        ),
    ]


def by_day(shown: ForecastShown) -> Result:
    """Contacts each day with their interval, and the handlers' hours; each day links to its half-hours."""
    rows = [
        {
            "day": date.fromisoformat(day["day"]),
            "mean": round(day["mean"]),
            "low": round(day["low"]),
            "high": round(day["high"]),
            "most": max(day["half_hours"]["needed"]),
            "hours": round(sum(day["half_hours"]["needed"]) / 2, 1),
        }
        for day in shown.days
    ]
    level = formats.percentage(100 * shown.figures["level"], places=0)
    page = reverse("planning:forecast")
    return Result(
        _("Contacts expected each day"),
        _("%(queue)s; the band holds a day with %(level)s certainty")
        % {"queue": shown.label, "level": level},
        [
            Column("day", _("Day"), "day"),
            Column("mean", _("Contacts expected"), "count", strong=True),
            Column("low", _("at least"), "count"),
            Column("high", _("at most"), "count"),
            Column("most", _("Handlers at once, at most"), "count"),
            Column("hours", _("Handlers’ hours"), "decimal"),
        ],
        rows,
        BandChart(
            [_short(row["day"]) for row in rows],
            [row["mean"] for row in rows],
            Unit.COUNT,
            _("expected"),
            [row["low"] for row in rows],
            [row["high"] for row in rows],
        ),
        links={
            at: f"{page}?queue={shown.run.queue}&run={shown.run.id}&day={row['day']}"
            for at, row in enumerate(rows)
        },
    )


def of_day(shown: ForecastShown, day: date) -> tuple[Result, Result]:
    """One day by half-hour: the contacts with their interval, and the handlers needed."""
    found = next(one for one in shown.days if one["day"] == day.isoformat())["half_hours"]
    labels = [half_hour(at) for at in range(len(found["mean"]))]
    rows = [
        {"at": label, "mean": mean, "low": low, "high": high, "needed": needed}
        for label, mean, low, high, needed in zip(
            labels, found["mean"], found["low"], found["high"], found["needed"], strict=True
        )
    ]
    columns = [
        Column("at", _("Half-hour from")),
        Column("mean", _("Contacts expected"), "decimal", strong=True),
        Column("low", _("at least"), "decimal"),
        Column("high", _("at most"), "decimal"),
        Column("needed", _("Handlers needed"), "count", strong=True),
    ]
    target = shown.figures["target"]
    contacts = Result(
        _("Contacts by half-hour, %(day)s") % {"day": _weekday(day)},
        shown.label,
        columns,
        rows,
        BandChart(labels, found["mean"], Unit.COUNT, _("expected"), found["low"], found["high"]),
    )
    handlers = Result(
        _("Handlers needed by half-hour, %(day)s") % {"day": _weekday(day)},
        _("The fewest with whom %(share)s of those offered are answered within %(within)s s")
        % {
            "share": formats.percentage(100 * target["share"], places=0),
            "within": f"{target['within_s']:g}",
        },
        columns,
        rows,
        ColumnChart(labels, found["needed"], Unit.COUNT),
    )
    return contacts, handlers


def last_month(shown: ForecastShown) -> Result | None:
    """What a forecast made four weeks ago would have said, beside what came; None where it is not known."""
    error = shown.figures.get("error")
    if error is None:
        return None
    rows = [
        {
            "day": date.fromisoformat(day["day"]),
            "mean": round(day["mean"]),
            "low": round(day["low"]),
            "high": round(day["high"]),
            "came": day["actual"],
        }
        for day in error["days"]
    ]
    return Result(
        _("What the last four weeks’ forecast would have said"),
        _("Made of what was known before them; the dots are the contacts that came"),
        [
            Column("day", _("Day"), "day"),
            Column("mean", _("Predicted"), "count"),
            Column("low", _("at least"), "count"),
            Column("high", _("at most"), "count"),
            Column("came", _("Came"), "count", strong=True),
        ],
        rows,
        BandChart(
            [_short(row["day"]) for row in rows],
            [row["mean"] for row in rows],
            Unit.COUNT,
            _("predicted"),
            [row["low"] for row in rows],
            [row["high"] for row in rows],
            [row["came"] for row in rows],
            _("came"),
        ),
    )


def rests_on(shown: ForecastShown) -> list[tuple[str, str]]:
    """What the forecast and the handlers needed rest on."""
    figures = shown.figures
    fitted, service = figures["fitted"], figures["service"]
    patience = service.get("patience_s")
    return [
        (
            _("Contacts of"),
            " – ".join(formats.day(date.fromisoformat(fitted[edge])) for edge in ("from", "to")),
        ),
        (_("Model"), figures["model"]),
        (_("Handling time"), formats.wait_words(1000 * service["aht_s"])),
        (_("Patience"), _("nobody gives up") if patience is None else formats.wait_words(1000 * patience)),
        *made_by(shown.run),
    ]


def made_by(run: Run) -> list[tuple[str, str]]:
    """Who had a run worked out, when, from which seed and by which version."""
    return [
        (_("Made"), formats.moment(run.result.made_at)),
        (_("Asked by"), run.asked_by.display_name if run.asked_by else _("the house itself")),
        (_("Seed"), str(run.seed)),
        (_("Version"), run.result.version),
    ]


def half_hour(at: int) -> str:
    """The wall-clock time at which a half-hour of the day begins."""
    return f"{at // 2:02d}:{at % 2 * 30:02d}"


def _short(day: date) -> str:
    return f"{day.day} {formats.months()[day.month - 1]}"


def _weekday(day: date) -> str:
    return f"{weekdays()[day.weekday()]} {formats.day(day)}"


def weekdays() -> tuple[str, ...]:
    """The days of the week in the reader's language, Monday first."""
    return (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
