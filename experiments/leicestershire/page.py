"""docs/experiments/leicestershire.md from the results: every figure of the page is one of theirs."""

from collections.abc import Iterable, Sequence
from typing import Any

from experiments.leicestershire.centre import ASSUMED, CALLERS, LEVERS, WEEKDAYS
from experiments.leicestershire.findings import FINDINGS

Report = dict[str, Any]
LETTER = ASSUMED["letter"]
HEADLINES = {
    "A": ("in time", 1, LETTER["rise"]["value"]),
    "B": ("wait of answered", -1, LETTER["rise"]["value"]),
}
WHAT = {"in time": "101 calls answered within 30 s", "wait of answered": "average wait of the answered"}


def page(results: Report) -> str:
    """The whole page. `results` is what `Experiment.run` gave."""
    parts = [
        _opening(results),
        *(_reading(name, results["readings"][name]) for name in results["readings"]),
        _conditions(results),
        FINDINGS,
        _assumptions(),
    ]
    return "\n".join(part.strip("\n") + "\n" for part in parts if part)


OPENING = """
# Leicestershire, February 2018: how much could be had without an extra hour

In April 2018 the Police and Crime Commissioner for Leicestershire wrote to the Home Secretary of “a 40%
improvement in timeliness of 101 call answering and a 20% reduction in call abandonment rates. This translates
to 16341 101 calls answered within 30 seconds during the month of February 2018”. The 16,341 are the month
after. The letter does not give the month before, nor what was done, nor with how many hours. So this is not a
reconstruction. It takes a centre that shows the letter's figures and asks: how much of the 40% and of the 20%
do five levers reach in Darwin's digital twin, in the same paid hours?

- **Reading A**: the count of calls within 30 seconds rose by 40%; it was 11,672 before.
- **Reading B**: the average wait of the answered fell by 40%, to what it is where 16,341 are in time.

The assumptions and the guardrails were committed before the first run
(`experiments/leicestershire/assumptions.toml`); this page is published whatever it says. `make experiment`
writes it again: {replications} simulated months of 28 days for each row, seed {seed}, the same callers in all
of them; ± is half of a 95% interval. Abandonment is of all calls, repeated attempts included.

## The answer
"""


def _opening(results: Report) -> str:
    lines = [OPENING.format(**results).strip("\n"), ""]
    for name, reading in results["readings"].items():
        measure, sign, goal = HEADLINES[name]
        for levers, words in (("together", "all five levers"), ("kept", _named(reading["kept"]["levers"]))):
            change, broken = reading[levers]["change"], reading[levers]["broken"]
            lines.append(
                f"- **Reading {name}, {words}**: {WHAT[measure]} {_percent(change[measure])}, "
                f"{_of_goal(change[measure], sign * goal)} of the letter's {goal:.0%}; abandonment "
                f"{_percent(change['gave up'])}, {_of_goal(change['gave up'], -_fall())} of its "
                f"{_fall():.0%}. "
                + (f"Broken: {'; '.join(broken)}." if broken else "No guardrail is broken.")
            )
    return "\n".join(lines)


def _fall() -> float:
    return float(LETTER["abandonment_fall"]["value"])


def _named(levers: Sequence[str]) -> str:
    if not levers:
        return "no lever alone breaks no guardrail"
    return (
        "the levers that alone break no guardrail (" + ", ".join(_name(each).lower() for each in levers) + ")"
    )


def _name(lever: str) -> str:
    return str(ASSUMED["levers"][lever]["name"])


def _reading(name: str, reading: Report) -> str:
    before = reading["before"]
    measure = HEADLINES[name][0]
    unit = "s" if measure == "wait of answered" else "calls"
    months = (before, reading["together"]["month"], reading["kept"]["month"])
    rows = [
        ("before", {"month": before} | before),
        *((_name(lever), reading["alone"][lever]) for lever in LEVERS),
        ("all together", reading["together"]),
        ("those not rejected", reading["kept"]),
    ]
    return "\n".join(
        [
            f"## Reading {name}",
            "",
            f"The before: {before['target']:,.1f} {unit} wanted, {before['reached']:,.1f} reached, with "
            f"{before['person_shifts_101']} person-shifts a week on 101 and {before['person_shifts_999']} on "
            f"999, {before['paid_hours']:,} paid hours a week, {before['absence']:.1%} of shifts fallen out, "
            f"{before['first_calls']:,.0f} callers who make {before['attempts'][0]:,.0f} calls.",
            "",
            *_table(
                (
                    "", "within 30 s", "of offered", "give up", "wait of answered", "wait of all",
                    "999 in 10 s", "busiest desk", "worst half-hour", "paid hours", "people",
                ),
                (_month(words, each) for words, each in rows),
            ),
            "",
            "What each lever does by itself, and what it adds to the other four (last in, in points of the "
            "change). Changes are relative; 999 in points.",
            "",
            *_table(
                (
                    "lever", "within 30 s", "give up", "wait of answered", "999 in 10 s",
                    "last in: within 30 s", "last in: give up", "last in: wait", "guardrails",
                ),
                (_lever(lever, reading) for lever in LEVERS),
            ),
            "",
            "The groups of callers: in time, give up, wait of all.",
            "",
            *_table(
                ("callers", "before", "all together", "those not rejected"),
                (_group(group, months) for group in CALLERS),
            ),
            "",
            "Thought of after the first run, and therefore not among the levers above: skills and priorities "
            "with more than one handler kept free for 999, alone and beside the levers not rejected.",
            "",
            *_table(
                ("kept for 999", "within 30 s", "give up", "wait of answered", "999 in 10 s", "guardrails"),
                (_reserve(number, found) for number, found in reading["reserves"].items()),
            ),
        ]
    )  # fmt: skip


def _month(words: str, found: Report) -> list[str]:
    month = found["month"]
    desks = {key.removeprefix("busy "): value[0] for key, value in month.items() if key.startswith("busy ")}
    busiest = max(desks, key=lambda desk: desks[desk])
    day, half_hour = divmod(month["worst half-hour"], 48)
    return [
        words,
        f"{month['in time'][0]:,.0f} ± {month['in time'][1]:,.0f}",
        f"{month['share in time'][0]:.1%}",
        f"{month['gave up'][0]:.2%}",
        f"{month['wait of answered'][0]:.1f} s",
        f"{month['wait of all'][0]:.1f} s",
        f"{month['999 in time'][0]:.1%}",
        f"{busiest}: {desks[busiest]:.0%}",
        f"{month['worst share']:.0%}, {WEEKDAYS[day]} {half_hour // 2:02}:{half_hour % 2 * 30:02}",
        f"{found['paid_hours']:,}",
        f"{found['people']}",
    ]


def _group(group: str, months: Iterable[Report]) -> list[str]:
    """In time, give up and wait of a group of callers in each of some months."""
    return [
        group.replace("_", " "),
        *(
            f"{month[f'in time {group}'][0]:.1%}, {month[f'gave up {group}'][0]:.1%}, "
            f"{month[f'wait {group}'][0]:.0f} s"
            for month in months
        ),
    ]


def _reserve(number: str, found: Report) -> list[str]:
    change = found["change"]
    return [
        number,
        *(_percent(change[name]) for name in ("in time", "gave up", "wait of answered")),
        f"{found['points']['999 in time'][0] * 100:+.2f} ± {found['points']['999 in time'][1] * 100:.2f}",
        "; ".join(found["broken"]) or "none broken",
    ]


def _lever(lever: str, reading: Report) -> list[str]:
    alone, everything, rest = (
        reading["alone"][lever],
        reading["together"]["change"],
        reading["without"][lever]["change"],
    )
    return [
        _name(lever),
        *(_percent(alone["change"][name]) for name in ("in time", "gave up", "wait of answered")),
        f"{alone['points']['999 in time'][0] * 100:+.2f} ± {alone['points']['999 in time'][1] * 100:.2f}",
        *(
            f"{(everything[name][0] - rest[name][0]) * 100:+.1f}"
            for name in ("in time", "gave up", "wait of answered")
        ),
        "kept" if not alone["broken"] else "**rejected**: " + "; ".join(alone["broken"]),
    ]


def _conditions(results: Report) -> str:
    if "conditions" not in results:
        return ""
    head = ("condition", "A: within 30 s", "A: give up", "A", "B: wait", "B: give up", "B")
    lines = [
        "## When it fails",
        "",
        "A reading holds where both of the letter's figures are reached and no guardrail is broken.",
    ]
    for levers, words in (("together", "All five levers"), ("kept", "Those not rejected")):
        lines += [
            "",
            f"**{words}**, if something that nobody knows was otherwise and the before, sized anew, showed "
            "its figure all the same:",
            "",
            *_table(
                (*head, "paid hours A / B"),
                ([*_both(each, levers), _hours(each)] for each in results["conditions"]),
            ),
            "",
            f"**{words}**, if the month after turned out otherwise than planned, against the same before:",
            "",
            *_table(head, (_both(each, levers) for each in results["shocks"])),
        ]
    return "\n".join(lines)


def _hours(each: Report) -> str:
    return " / ".join(f"{each[name]['paid_hours']:,}" for name in HEADLINES)


def _both(each: Report, levers: str) -> list[str]:
    return [each["name"], *(cell for name in HEADLINES for cell in _condition(name, each[name][levers]))]


def _condition(name: str, found: Report) -> list[str]:
    measure, sign, goal = HEADLINES[name]
    change = found["change"]
    missed = []
    if sign * change[measure][0] < goal:
        missed.append(f"{goal:.0%}")
    if -change["gave up"][0] < _fall():
        missed.append(f"{_fall():.0%}")
    verdict = "holds" if not missed else "misses the " + " and the ".join(missed)
    if found["broken"]:
        verdict += "; " + "; ".join(found["broken"])
    return [_percent(change[measure]), _percent(change["gave up"]), verdict]


def _assumptions() -> str:
    """Every source of the assumptions, with its place in the file."""
    rows = [(place, value, source) for place, value, source in _sources(ASSUMED, ())]
    return "\n".join(
        ["## What is taken for granted", "", *_table(("what", "value", "where it comes from"), rows)]
    )


def _sources(values: Report, place: tuple[str, ...]) -> Iterable[tuple[str, str, str]]:
    if "source" in values:
        told = {
            key: value
            for key, value in values.items()
            if key != "source" and not isinstance(value, list | dict)
        }
        words = ", ".join(f"{value}" if key == "value" else f"{key} {value}" for key, value in told.items())
        yield ".".join(place), words, values["source"]
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _sources(value, (*place, key))


def _percent(pair: Sequence[float]) -> str:
    return f"{pair[0] * 100:+.1f}% ± {pair[1] * 100:.1f}"


def _of_goal(pair: Sequence[float], goal: float) -> str:
    share, width = pair[0] / goal, abs(pair[1] / goal)
    return f"{share:.0%} ({share - width:.0%} to {share + width:.0%})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
    ]
