"""docs/january.md, written from the figures."""

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darwin.planning.reading import QueueCalls
    from darwin.science.arrivals import Fitted, FittedType
    from darwin.science.forecasting import Forecast
    from darwin.science.twin_check import Check, DayCheck, Figures
    from validation.january import Setting

MODELS = (("twin", "twin"), ("erlang_a", "Erlang A"), ("erlang_c", "Erlang C"))
MEASURES = (("service_level", 100.0), ("p_abandon", 100.0), ("mean_wait_all", 1.0))


def page(
    read: "QueueCalls",
    fitted: "Fitted",
    told: "list[Forecast]",
    factor: float,
    factor_a: float,
    settings: "list[Setting]",
) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# The bank's January: does the twin foretell a week it has not seen?",
            "",
            "Written by `python -m validation.january` from `../shared/data/bank_calls` (the "
            "call-by-call log of "
            "the “Anonymous Bank”, January 1999; thanks to I. Guedj and A. Mandelbaum, Technion). "
            "Fitted to 1 to "
            "21 January (the log has no row of the 11th and 12th, so 19 days), foretold are 22 to 28 "
            "January. The "
            "interval of the twin holds 95% of the days that it played.",
            "",
            *_fitted(read, fitted, factor, factor_a),
            "",
            *_summary(settings),
            "",
            *(line for setting in settings for line in (*_table(setting), "")),
            *_contacts(read, told),
            "",
            *_honest(settings, factor),
            "",
        ]
    )


def _fitted(read: "QueueCalls", fitted: "Fitted", factor: float, factor_a: float) -> list[str]:
    calls = sum(each.calls for each in fitted.types)
    return [
        "## What was fitted",
        "",
        f"{calls:,} calls of {fitted.recorded_days:.3g} days. The 1,198 callers of the month who hung "
        "up in the "
        "recorded announcement never waited and are neither in the prediction nor in what came. New "
        "customers "
        "(the log's type NW) are a type of their own, as their calls are short and come in waves; "
        "one line for "
        "both, who has waited longest first.",
        "",
        "| | a mean week | days differ beyond Poisson noise | talk, s (spread, law) | half give up "
        "within, s "
        "| exponential patience, s | ring again after giving up |",
        "|---|---|---|---|---|---|---|",
        *(_fitted_line(each) for each in fitted.types),
        "",
        "- Patience is Kaplan-Meier's; the exponential law is the likeliest one. Who rings again is "
        "told from the "
        "same customers a week earlier and later. The log has no number of those who were answered without "
        "waiting, nor of most new customers, so that some who came back are missed.",
        f"- Wrap-up, from the talks alone: {fitted.wrap_mean_s:.0f} s on average.",
        "- Handlers are not in the log. Who was there follows from who talked: a handler is there "
        "between two "
        "talks unless callers were left waiting meanwhile.",
        "- One number is fitted by playing the three weeks again, calls and handlers as they were: "
        "the handlers "
        f"counted do as much as {factor:.2f} times as many who work as the twin has them work "
        f"({factor_a:.2f} "
        "times for Erlang A, fitted likewise).",
    ]


def _fitted_line(each: "FittedType") -> str:
    median, redial = each.patience.median_s, each.redial
    again = (
        "not known"
        if redial is None
        else f"{100 * redial.probability:.0f}% after {redial.mean_delay_s / 60:.0f} min "
        f"({100 * redial.seen:.0f}% of {redial.watched:,} seen, {100 * redial.by_chance:.0f}% by chance)"
    )
    return (
        f"| {each.name} | {each.rates.a_week:,.0f} | {100 * each.rates.day_cv:.0f}% "
        f"| {each.talk.mean_s:.0f} ({each.talk.cv:.2f}, {each.talk.law}) "
        f"| {'–' if median is None else f'{median:.0f}'} | {each.patience.exponential_mean_s:.0f} | "
        f"{again} |"
    )


def _summary(settings: "list[Setting]") -> list[str]:
    lines = [
        "## How far off each was",
        "",
        "Mean miss over the seven days, whichever way: points in 30 s / points gave up / seconds of "
        "the mean wait.",
        "",
        "| what is known | twin | twin, handlers as counted | Erlang A | Erlang A, tuned | Erlang C "
        "| days in the "
        "twin's interval |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in settings:
        inside = " / ".join(str(each.tuned.inside(name)) for name, _ in MEASURES)
        lines.append(
            f"| {each.title.lower()} | {_misses(each.tuned, 'twin')} | {_misses(each.plain, 'twin')} "
            f"| {_misses(each.plain, 'erlang_a')} | {_misses(each.tuned_a, 'erlang_a')} "
            f"| {_misses(each.plain, 'erlang_c')} | {inside} of {len(each.tuned.days)} |"
        )
    return lines


def _misses(check: "Check", model: str) -> str:
    found = check.misses(model)
    return " / ".join(
        "no end" if found[name] is None else f"{scale * (found[name] or 0):.1f}" for name, scale in MEASURES
    )


def _table(setting: "Setting") -> list[str]:
    lines = [
        f"## {setting.title}",
        "",
        f"{setting.told} Each cell: % answered within 30 s of all / % who gave up / mean wait of all "
        "in seconds. "
        "The formulas have the handlers as counted.",
        "",
        "| day | calls | came | twin | twin's interval | Erlang A | Erlang C | calls without a "
        "steady state |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for tuned, plain in zip(setting.tuned.days, setting.plain.days, strict=True):
        lines.append(
            f"| {tuned.day:%a} {tuned.day.day} | {tuned.actual.contacts:,.0f} | {_cell(tuned.actual)} "
            f"| {_cell(tuned.twin)} | {_interval(tuned)} | {_cell(plain.erlang_a)} | "
            f"{_cell(plain.erlang_c)} "
            f"| {100 * plain.endless:.0f}% |"
        )
    return lines


def _cell(found: "Figures") -> str:
    wait = f"{found.mean_wait_all:.0f}" if isfinite(found.mean_wait_all) else "no end"
    return f"{100 * found.service_level:.1f} / {100 * found.p_abandon:.1f} / {wait}"


def _interval(day: "DayCheck") -> str:
    return " / ".join(
        f"{scale * getattr(day.lower, name):.0f}–{scale * getattr(day.upper, name):.0f}"
        for name, scale in MEASURES
    )


def _contacts(read: "QueueCalls", told: "list[Forecast]") -> list[str]:
    came = [
        [int(((read.calls.kind == kind) & (read.calls.day == 21 + row)).sum()) for row in range(7)]
        for kind in range(len(told))
    ]
    lines = [
        "## The forecast itself",
        "",
        "Calls foretold, their 95% interval, and what came.",
        "",
        "| day | customers | interval | came | new customers | interval | came |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in range(7):
        cells = [
            f"{each.mean:,.0f} | {each.lower:,.0f}–{each.upper:,.0f} | {came[kind][row]:,}"
            for kind, each in enumerate(one.total(row, row + 1) for one in told)
        ]
        lines.append(f"| {told[0].day(row):%a} {told[0].day(row).day} | {' | '.join(cells)} |")
    totals = [
        f"{each.mean:,.0f} | {each.lower:,.0f}–{each.upper:,.0f} | {sum(came[kind]):,}"
        for kind, each in enumerate(one.total() for one in told)
    ]
    return [*lines, f"| all | {' | '.join(totals)} |"]


def _honest(settings: "list[Setting]", factor: float) -> list[str]:
    unknown, staffed, known = settings
    foretold = sum(day.twin.contacts for day in unknown.tuned.days)
    came = sum(day.actual.contacts for day in unknown.tuned.days)
    inside = " / ".join(str(known.tuned.inside(name)) for name, _ in MEASURES)
    return [
        "## Where it misses, and why",
        "",
        f"- **The calls.** {abs(foretold / came - 1):.0%} {'more' if foretold > came else 'fewer'} "
        "calls were "
        "foretold than came: demand fell from week to week through January, and three weeks cannot "
        "show whether "
        "a fall goes on. The interval of the forecast holds what came, and so does the twin's where "
        "nothing is "
        "known, because it is wide. Most of the miss of the first two tables is this.",
        "- **Handlers follow the calls.** In the second table the handlers are those of a quiet week "
        "and the calls "
        "those of a busy one. In the bank one went with the other, so that knowing half of it is "
        "worse than knowing "
        f"nothing ({_misses(staffed.tuned, 'twin')} against {_misses(unknown.tuned, 'twin')}).",
        f"- **The queue itself** is the third table: {_misses(known.tuned, 'twin')}, and {inside} of "
        f"{len(known.tuned.days)} days lie in the interval. What is left leans one way: more give up "
        "and wait in "
        "the twin than did. Handlers are inferred; people step in when the line grows and slip away "
        "when it is "
        f"quiet, and the twin keeps to a plan. The factor {factor:.2f} mends the mean of that and not "
        "the shape.",
        f"- **Erlang A is as near** ({_misses(known.plain, 'erlang_a')} with everything known). This "
        "line is what "
        "it was made for: one queue, one skill, callers who give up. It cannot be asked about "
        "redials, skills, "
        "shifts or call-backs, gives no interval, and its means hide how far days differ. Erlang C "
        "keeps everybody "
        "until answered: with so many who give up it has no end in the half-hours in which handlers "
        "had less time "
        "than the calls needed, and nobody in it gives up.",
        "- **Priorities.** The bank moved its priority customers forward by 90 seconds of waiting, "
        "and some "
        "handlers took some kinds of call only (internet support, the stock exchange). The twin has "
        "one line, "
        "first come, first served. That moves waits between callers more than their mean.",
        "- **What never queued.** Who hung up in the announcement, and the calls that the automatic "
        "voice service "
        "ended, are not the twin's. A half-hour without handlers is closed in every prediction: the "
        "few who then "
        "waited for the line to open are in what came only.",
        "- **Days without a cause in the record.** An outage, a campaign or a rumour on the market "
        "is in no column.",
    ]
