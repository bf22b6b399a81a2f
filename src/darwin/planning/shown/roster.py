"""A roster as its pages show it: the floor by week, a person's shifts, cover against what is needed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from darwin.deadlines.clock import LONDON
from darwin.planning import thresholds
from darwin.planning.models import Roster, RosterShift
from darwin.planning.shown.forecast import half_hour, weekdays
from darwin.theme import formats
from darwin.theme.charts import BandChart, Column, Result, Unit
from darwin.theme.parts import Tile

SLOTS_A_WEEK = 336


def sentence(roster: Roster) -> list[tuple[bool, str]]:
    """Whether it covers what is needed, what it costs, and what is proven of it."""
    figures = roster.run.result.figures
    missing = figures["missing_slots"]
    said = [
        (True, _("Every half-hour has the handlers it needs."))
        if not missing
        else (True, _("%(n)s half-hours of a handler are missing.") % {"n": formats.count(missing)})
    ]
    gap = roster.gap
    if gap is None:
        said.append((False, _("How near it is to the cheapest is not proven.")))
    elif gap < 0.005:
        said.append((False, _("It is proven that no lawful roster costs less.")))
    else:
        said.append(
            (
                False,
                _("It is proven that no lawful roster costs less by more than %(gap)s.")
                % {"gap": formats.percentage(gap, places=2)},
            )
        )
    return said


def tiles(roster: Roster, people: int, at: datetime) -> list[Tile]:
    """What it costs and who works it."""
    figures = roster.run.result.figures
    hours = roster.paid_minutes / 60
    return [
        Tile(formats.count(round(hours)), _("paid hours"), _("in %(n)s days") % {"n": roster.days}),
        Tile(
            f"£{round(thresholds.pounds(hours, at)):,}",
            _("what they cost"),
            _("at £%(rate)s a paid hour") % {"rate": thresholds.hour_costs(at).value},
        ),
        Tile(
            formats.count(people),
            _("people"),
            _("of %(n)s who could be rostered") % {"n": len(roster.run.inputs["people"])},
        ),
        Tile(
            "–" if roster.gap is None else formats.percentage(roster.gap, places=2),
            _("proven gap"),
            _("it may cost that much more than the cheapest"),
        ),
        Tile(
            formats.count(figures["missing_slots"]),
            _("half-hours missing"),
            _("of %(n)s needed") % {"n": formats.count(sum(roster.run.inputs["required"]))},
            state="late" if figures["missing_slots"] else "",
        ),
    ]


def cover(roster: Roster, week: int) -> Result:
    """Handlers on duty, breaks left out, beside those needed, by half-hour of a week."""
    begin = week * SLOTS_A_WEEK
    needed = roster.run.inputs["required"][begin : begin + SLOTS_A_WEEK]
    on_duty = roster.run.result.figures["on_duty"][begin : begin + SLOTS_A_WEEK]
    names = weekdays()
    labels = [f"{names[at // 48]} {half_hour(at % 48)}" for at in range(len(needed))]
    rows = [
        {"at": label, "needed": wanted, "on_duty": there, "spare": there - wanted}
        for label, wanted, there in zip(labels, needed, on_duty, strict=True)
    ]
    return Result(
        _("Handlers on duty and needed"),
        _("By half-hour; breaks are left out of those on duty"),
        [
            Column("at", _("Half-hour from")),
            Column("needed", _("Needed"), "count"),
            Column("on_duty", _("On duty"), "count", strong=True),
            Column("spare", _("More than needed"), "count"),
        ],
        rows,
        BandChart(
            labels,
            on_duty,
            Unit.COUNT,
            _("on duty"),
            beside=needed,
            beside_name=_("needed"),
            stepped=True,
            named={48 * at: names[at] for at in range(len(needed) // 48)},
        ),
    )


def floor_of(
    roster: Roster, shifts: Sequence[RosterShift], week: int
) -> tuple[list[date], list[dict[str, Any]]]:
    """The days of a week and, for each person, what they work on each of them and their hours."""
    first = roster.first_day + timedelta(days=7 * week)
    days = [first + timedelta(days=at) for at in range(7)]
    by_person: dict[Any, dict[date, list[RosterShift]]] = defaultdict(lambda: defaultdict(list))
    for shift in shifts:
        by_person[shift.person][shift.starts_at.astimezone(LONDON).date()].append(shift)
    rows = [
        {
            "person": person,
            "href": reverse("planning:person_shifts", args=[roster.id, person.id]),
            "days": [[clock_span(shift) for shift in worked.get(day, [])] for day in days],
            "hours": formats.count(
                round(sum(s.paid_minutes for day in days for s in worked.get(day, [])) / 60, 1)
            ),
        }
        for person, worked in sorted(by_person.items(), key=lambda pair: (pair[0].name, pair[0].id))
    ]
    return days, rows


def clock_span(shift: RosterShift) -> str:
    """From when to when, by the clock: “07:00–17:00”."""
    return f"{formats.clock_time(shift.starts_at)}–{formats.clock_time(shift.ends_at)}"


def breaks_of(shift: RosterShift) -> list[str]:
    """The breaks of a shift by the clock."""
    return [
        f"{formats.clock_time(datetime.fromisoformat(begin))}–{formats.clock_time(datetime.fromisoformat(end))}"
        for begin, end in shift.breaks
    ]


def shift_rows(shifts: Sequence[RosterShift]) -> Result:
    """One person's shifts as a table."""
    rows = [
        {
            "day": shift.starts_at.astimezone(LONDON).date(),
            "weekday": weekdays()[shift.starts_at.astimezone(LONDON).weekday()],
            "when": clock_span(shift),
            "breaks": ", ".join(breaks_of(shift)) or "–",
            "hours": shift.paid_minutes / 60,
        }
        for shift in shifts
    ]
    return Result(
        _("Shifts"),
        _("%(n)s shifts, %(hours)s paid hours")
        % {"n": len(rows), "hours": f"{sum(shift.paid_minutes for shift in shifts) / 60:,.1f}"},
        [
            Column("day", _("Day"), "day"),
            Column("weekday", _("Weekday")),
            Column("when", _("From, to"), strong=True),
            Column("breaks", _("Break")),
            Column("hours", _("Paid hours"), "decimal"),
        ],
        rows,
    )


def floor_result(shifts: Sequence[RosterShift]) -> Result:
    """Everybody's shifts, one row each, for the CSV."""
    rows = [
        {
            "person": shift.person.name,
            "number": shift.person.account.force_number if shift.person.account else "",
            "from": shift.starts_at,
            "to": shift.ends_at,
            "breaks": ", ".join(breaks_of(shift)),
            "hours": shift.paid_minutes / 60,
        }
        for shift in shifts
    ]
    return Result(
        _("Roster"),
        "",
        [
            Column("person", _("Person")),
            Column("number", _("Number")),
            Column("from", _("From"), "moment"),
            Column("to", _("To"), "moment"),
            Column("breaks", _("Break")),
            Column("hours", _("Paid hours"), "decimal"),
        ],
        rows,
    )


def made_with(roster: Roster) -> list[tuple[str, str]]:
    """What it rests on."""
    return [
        (_("Queue"), roster.queue),
        (_("Searched"), _("%(n)s s at most") % {"n": roster.run.inputs["seconds"]}),
        (_("Published"), formats.moment(roster.published_at) if roster.published_at else _("not yet")),
    ]
