"""Cases of several types, groups, redials, chats, and of days that change."""

from collections.abc import Mapping, Sequence
from typing import Any

from darwin.science.queueing import erlang_a, erlang_c
from validation import formulas
from validation.cases import HOUR_S, WARM_UP_DAYS, checks_of, days_for, one_line
from validation.days import Spell, repeated_day
from validation.judging import Case, Check
from validation.models import Kind, beside_chats, kept_back, redialling, skilled
from validation.scenarios import NONE, Law, call, exponential, group, scenario

FIGURES = ("p_wait", "p_abandon", "mean_wait_all")


def several(
    types: Sequence[Mapping[str, Any]], groups: Sequence[Mapping[str, Any]], per_hour: float, **top: Any
) -> str:
    """A scenario of several types with so many calls an hour together."""
    top = {"warm_up_days": WARM_UP_DAYS, **top}
    return scenario(types, groups, days=days_for(per_hour), **top)


def priority_cases() -> list[Case]:
    """Nobody gives up and nobody is interrupted (Cobham)."""
    found = []
    emergency, other = 10 / HOUR_S, 20 / HOUR_S
    one = formulas.waits_by_priority(
        (emergency, other), (90, 60), (formulas.square_of(90, 1), formulas.square_of(60, 0.5))
    )
    talks: tuple[Law, Law] = (exponential(90), {"law": "erlang", "k": 4, "mean": 60})
    listed = [call("999", 10, talks[0], NONE), call("101", 20, talks[1], NONE)]
    found.append(
        Case(
            "priorities",
            "one handler, 999 first in the list; 10 an hour of 90 s and 20 an hour of Erlang 60 s",
            several(listed, [group("all", ["999", "101"], 1)], 30, warm_up_days=3),
            (Check("mean_wait_all", one[1], kind=1), Check("mean_wait_all", one[0], kind=0)),
        )
    )
    for handlers, rates, talk in ((6, (20, 50), 270), (15, (60, 120), 270)):
        exact = formulas.waits_by_priority_of_many([rate / HOUR_S for rate in rates], talk, handlers)
        together = sum(rates) / HOUR_S
        types = [
            call(name, rate, exponential(talk), NONE, priority=priority)
            for name, rate, priority in zip(("999", "101"), rates, (1, 2), strict=True)
        ]
        same_place = [{"type": "101", "level": 1}, {"type": "999", "level": 1}]
        found.append(
            Case(
                "priorities",
                f"{handlers} handlers who hold both alike, by priority; {rates[0]} and {rates[1]} an hour",
                several(types, [group("all", same_place, handlers)], sum(rates), warm_up_days=3),
                (
                    Check("mean_wait_all", exact[0], kind=0),
                    Check("mean_wait_all", exact[1], kind=1),
                    Check("p_wait", erlang_c(together, talk, handlers).p_wait),
                ),
            )
        )
    rates3 = [12 / HOUR_S, 24 / HOUR_S, 24 / HOUR_S]
    exact3 = formulas.waits_by_priority_of_many(rates3, 300, 6)
    names = ("999", "101", "online")
    types = [
        call(name, rate * HOUR_S, exponential(300), NONE) for name, rate in zip(names, rates3, strict=True)
    ]
    found.append(
        Case(
            "priorities",
            "6 handlers, three types in the order of the list, talk 300 s",
            several(types, [group("all", list(names), 6)], 60, warm_up_days=3),
            tuple(Check("mean_wait_all", exact3[kind], kind=kind) for kind in (2, 0, 1)),
        )
    )
    return found


def moved_ahead_cases() -> list[Case]:
    """Priorities that a marker moves ahead, and those that age."""
    found = []
    ahead = formulas.waits_by_priority_of_many([0.3 * 50 / HOUR_S, 0.7 * 50 / HOUR_S], 300, 5)
    found.append(
        Case(
            "priorities",
            "5 handlers, 50 an hour of 300 s, three in ten of them vulnerable and therefore first",
            one_line(
                50, exponential(300), NONE, 5,
                vulnerable=0.3, warm_up_days=3, policy={"vulnerable_ahead": 1},
            ),
            (
                Check("mean_wait_all", ahead[0], kind=0, vulnerable=True),
                Check("mean_wait_all", ahead[1], kind=0, vulnerable=False),
            ),
        )
    )  # fmt: skip
    total = erlang_c(60 / HOUR_S, 300, 6)
    types = [
        call("999", 20, exponential(300), NONE, priority=1, ages_every_s=120),
        call("101", 40, exponential(300), NONE, priority=3, ages_every_s=120),
    ]
    alike = [{"type": "101", "level": 1}, {"type": "999", "level": 1}]
    found.append(
        Case(
            "priorities",
            "6 handlers, priorities that age: the order cannot change the mean wait of all",
            several(types, [group("all", alike, 6)], 60, warm_up_days=3),
            checks_of(total, "mean_wait_all", "p_wait"),
        )
    )
    return found


def skill_cases() -> list[Case]:
    """N, M and X shapes with patience, and handlers kept back for a better priority."""
    found = []
    rows: Sequence[tuple[str, Sequence[Kind], Sequence[tuple[int, Sequence[int]]], int]] = (
        (
            "N: 2 handlers for type 1 alone, 3 who take type 2 first and help",
            (Kind(30 / HOUR_S, 300, 120), Kind(24 / HOUR_S, 300, 240)),
            ((2, (0,)), (3, (1, 0))),
            26,
        ),
        (
            "N: other talk for each type, the helpers overrun",
            (Kind(24 / HOUR_S, 420, 90), Kind(40 / HOUR_S, 240, 60)),
            ((3, (0,)), (2, (1, 0))),
            20,
        ),
        (
            "X: 2 and 2 handlers, each helps the other's type",
            (Kind(24 / HOUR_S, 300, 120), Kind(30 / HOUR_S, 240, 90)),
            ((2, (0, 1)), (2, (1, 0))),
            20,
        ),
        (
            "W: type 2 has nobody of its own, two groups take it second",
            (Kind(20 / HOUR_S, 240, 90), Kind(16 / HOUR_S, 300, 120), Kind(14 / HOUR_S, 360, 60)),
            ((2, (0, 1)), (2, (2, 0, 1))),
            9,
        ),
    )
    for name, kinds, groups, cut in rows:
        exact = skilled(kinds, groups, cut)
        names = [f"type {at + 1}" for at in range(len(kinds))]
        per_hour = [kind.rate * HOUR_S for kind in kinds]
        types = [
            call(each, rate, exponential(kind.service), exponential(kind.patience))
            for each, rate, kind in zip(names, per_hour, kinds, strict=True)
        ]
        teams = [
            group(f"group {at + 1}", [names[kind] for kind in skills], number)
            for at, (number, skills) in enumerate(groups)
        ]
        checks = [
            Check(figure, exact[kind][figure], kind=kind) for kind in range(len(kinds)) for figure in FIGURES
        ]
        checks += [Check("occupancy", exact[0][f"occupancy_{at}"], group=at) for at in range(len(groups))]
        found.append(Case("skills", name, several(types, teams, sum(per_hour)), tuple(checks)))
    for keeps, handlers in ((1, 5), (2, 8)):
        kinds = (Kind(20 / HOUR_S, 300, 60), Kind(36 / HOUR_S, 300, 180))
        both = kept_back(kinds, handlers, keeps, 30)
        types = [
            call("999", 20, exponential(300), exponential(60), priority=1, reserve=keeps),
            call("101", 36, exponential(300), exponential(180), priority=2),
        ]
        found.append(
            Case(
                "skills",
                f"{keeps} of {handlers} handlers kept free for 999",
                several(types, [group("all", ["999", "101"], handlers)], 56),
                (
                    *(Check(figure, both[1][figure], kind=1) for figure in FIGURES),
                    *(Check(figure, both[0][figure], kind=0) for figure in FIGURES),
                    Check("occupancy", both[0]["occupancy"]),
                ),
            )
        )
    return found


def redial_cases() -> list[Case]:
    """Callers who try again, after giving up or after the engaged tone."""
    found = []
    for per_hour, handlers, patience, probability, delay, lines in (
        (40, 4, 120, 0.6, 600, None), (60, 8, 300, 0.8, 300, None), (50, 3, 60, 0.5, 1200, None),
        (50, 4, 90, 0.7, 300, 6), (40, 3, 120, 0.9, 120, 4),
    ):  # fmt: skip
        exact = redialling(
            per_hour / HOUR_S, 300, handlers, patience, probability, delay, lines=lines, cut=(45, 70)
        )
        names = ["p_abandon", "p_lost", "attempts_each", "p_wait", "mean_wait_all", "occupancy"]
        if lines:
            names.insert(0, "p_block")
        found.append(
            Case(
                "redial",
                f"{per_hour} an hour, talk 300 s, {handlers} handlers, patience {patience} s,"
                f" {probability:.0%} try again after {delay} s{f', {lines} lines' if lines else ''}",
                one_line(
                    per_hour, exponential(300), exponential(patience), handlers,
                    redial={"probability": probability, "delay": exponential(delay)},
                    **({"lines": lines} if lines else {}),
                ),
                tuple(Check(name, exact[name]) for name in names),
            )
        )  # fmt: skip
    return found


def chat_cases() -> list[Case]:
    """Several chats at once are so many servers; a call needs a handler with nothing in hand."""
    found = []
    for per_hour, handlers, at_once in ((40, 2, 3), (90, 5, 2)):
        exact = erlang_a(per_hour / HOUR_S, 480, 240, handlers * at_once, 60)
        found.append(
            Case(
                "chats",
                f"{per_hour} chats an hour of 480 s, patience 240 s, {handlers} handlers, {at_once} at once",
                one_line(
                    per_hour, exponential(480), exponential(240), handlers,
                    channel="chat", chats=at_once, threshold_s=60,
                ),
                checks_of(exact, "p_abandon", "service_level", "p_wait", "asa_answered", "mean_wait_all"),
            )
        )  # fmt: skip
    calls, chats = Kind(6 / HOUR_S, 240, 200), Kind(12 / HOUR_S, 400, 300)
    both = beside_chats(calls, chats, 3, 25)
    types = [
        call("call", 6, exponential(240), exponential(200)),
        call("chat", 12, exponential(400), exponential(300), channel="chat"),
    ]
    found.append(
        Case(
            "chats",
            "one handler for calls and up to 3 chats, calls first",
            several(types, [group("all", ["call", "chat"], 1, chats=3)], 18),
            (
                *(Check(figure, both[kind][figure], kind=kind) for kind in (0, 1) for figure in FIGURES),
                Check("occupancy", both[0]["occupancy"]),
            ),
        )
    )
    return found


def transfer_cases() -> list[Case]:
    """Who is transferred comes as a Poisson stream again (P. J. Burke 1956; J. R. Jackson 1957)."""
    first, second = erlang_c(50 / HOUR_S, 240, 5), erlang_c(0.4 * 50 / HOUR_S, 480, 4)
    types = [
        call("switchboard", 50, exponential(240), NONE, transfer={"probability": 0.4, "to": "desk"}),
        call("desk", 0, exponential(480), NONE),
    ]
    teams = [group("switchboard", ["switchboard"], 5), group("desk", ["desk"], 4)]
    return [
        Case(
            "transfers",
            "50 an hour through a switchboard of 5, four in ten on to a desk of 4",
            several(types, teams, 50, warm_up_days=3),
            (
                Check("mean_wait_all", second.mean_wait_all, kind=1),
                Check("service_level", second.service_level, kind=1),
                Check("service_level", first.service_level, kind=0),
                Check("occupancy", second.occupancy, group=1),
            ),
        )
    ]


_RATES = [10, 6, 4, 3, 3, 5, 10, 22, 38, 46, 48, 46, 44, 42, 42, 44, 48, 50, 44, 36, 30, 24, 18, 14]
_STAFF = [2, 2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 4, 4, 5, 5, 5, 5, 4, 3, 3, 2, 2]


def day_cases() -> list[Case]:
    """Rates and handlers by the hour: the free go home first, who talks finishes the call and then goes."""
    found = []
    cliff = [7 if hour in range(6, 14) else 2 for hour in range(24)]
    see_saw = [6 if hour % 2 else 1 for hour in range(24)]
    rows: Sequence[tuple[str, Sequence[float], Sequence[int], float, float, int | None, tuple[int, ...]]] = (
        ("rates change, 4 handlers all day", _RATES, [4] * 24, 300, 180, None, (9, 10)),
        ("handlers change, 24 an hour all day", [24] * 24, _STAFF, 300, 180, None, (3, 4)),
        ("rates and handlers change", _RATES, _STAFF, 300, 120, None, (19, 20)),
        ("from 7 handlers to 2 at 14:00, 40 an hour", [40] * 24, cliff, 360, 90, None, (14,)),
        ("1 and 6 handlers hour by hour, talk 900 s", [16] * 24, see_saw, 900, 300, None, (0,)),
        ("rates and handlers change, 6 lines", _RATES, _STAFF, 360, 240, 6, (17, 18)),
    )
    for name, rates, staff, talk, patience, lines, hours in rows:
        spells = [Spell(HOUR_S, rate / HOUR_S, number) for rate, number in zip(rates, staff, strict=True)]
        exact = repeated_day(spells, talk, patience, lines=lines)
        offered = [rate * HOUR_S for rate in rates]
        if lines is None:
            there = sum(exact.p_wait[hour] * offered[hour] for hour in hours) / sum(
                offered[hour] for hour in hours
            )
            of_hours = [Check("p_wait", there, hours=hours)]
        else:
            of_hours = []
        checks = [
            *of_hours,
            *(Check(figure, value) for figure, value in exact.figures.items() if value > 0),
        ]
        found.append(
            Case(
                "days that change",
                f"{name}, talk {talk} s, patience {patience} s"
                if "talk" not in name
                else f"{name}, patience {patience} s",
                one_line_by_hour(rates, talk, patience, staff, lines),
                tuple(checks),
            )
        )
    found.append(_relief_case())
    found.append(_day_effect_case())
    return found


def one_line_by_hour(
    rates: Sequence[float], talk: float, patience: float, staff: Sequence[int], lines: int | None
) -> str:
    """A scenario of one type and one group with lists of 24."""
    return scenario(
        [call("101", list(rates), exponential(talk), exponential(patience))],
        [group("handlers", ["101"], list(staff))],
        # Whole weeks are not needed: every day is the same.
        days=days_for(sum(rates) / 24),
        warm_up_days=WARM_UP_DAYS,
        **({"lines": lines} if lines else {}),
    )


def _relief_case() -> Case:
    """Three shifts that relieve each other: who is talking at the change finishes, beside those who came."""
    numbers = (2, 4, 3)
    spells = [Spell(8 * HOUR_S, 26 / HOUR_S, number, relief=True) for number in numbers]
    exact = repeated_day(spells, 600, 200)
    shifts = [
        {"start": start, "hours": 8, "handlers": number}
        for start, number in zip(("00:00", "08:00", "16:00"), numbers, strict=True)
    ]
    team = {"name": "handlers", "skills": ["101"], "shifts": shifts}
    return Case(
        "days that change",
        "three shifts of 8 hours, 2, 4 and 3 handlers, 26 an hour, talk 600 s, patience 200 s",
        several([call("101", 26, exponential(600), exponential(200))], [team], 26),
        tuple(
            Check(figure, exact.figures[figure])
            for figure in ("p_abandon", "p_wait", "mean_wait_all", "occupancy")
        ),
    )


def _day_effect_case() -> Case:
    """Days that are busier by lot: the mean square of a replication's contacts, days independent."""
    days, per_day, cv = 3, 480.0, 0.25
    mean = days * per_day
    square = mean + mean**2 + days * (per_day * cv) ** 2
    return Case(
        "days that change",
        "20 an hour, busier and quieter days with cv 0.25: the mean square of the contacts of 3 days",
        scenario(
            [call("101", 20, exponential(60), NONE)],
            [group("handlers", ["101"], 12)],
            days=days,
            warm_up_days=1,
            day_effect_cv=cv,
        ),
        (Check("offered_squared", square),),
    )
