"""docs/january.md, written from the figures."""

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darwin.planning.reading import QueueCalls
    from darwin.science.arrivals import Fitted
    from darwin.science.forecasting import Forecast
    from darwin.science.twin_check import Check, DayCheck, Figures
    from validation.january import Setting

MODELS = (("twin", "twin"), ("erlang_a", "Erlang A"), ("erlang_c", "Erlang C"))
MEASURES = (("service_level", 100.0), ("p_abandon", 100.0), ("mean_wait_all", 1.0))


def page(
    read: "QueueCalls",
    fitted: "Fitted",
    told: "Forecast",
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
    [only] = fitted.types
    median = only.patience.median_s
    redial = only.redial
    return [
        "## What was fitted",
        "",
        f"- {only.calls:,} calls of {fitted.recorded_days:.3g} days; the 1,198 callers of the month "
        "who hung up in "
        "the recorded announcement never waited and are neither in the prediction nor in what came.",
        f"- A mean week has {only.rates.a_week:,.0f} calls; days differ by "
        f"{100 * only.rates.day_cv:.1f}% beyond "
        "Poisson noise.",
        f"- Patience (Kaplan-Meier): half give up within {'–' if median is None else f'{median:.0f}'} "
        "s; the "
        f"exponential law most likely has a mean of {only.patience.exponential_mean_s:.0f} s. "
        f"{100 * (1 - only.patience.at(10)):.1f}% give up within 10 s.",
        "- Redials: "
        + (
            "not known."
            if redial is None
            else f"of {redial.watched:,} who gave up and whose customer number is known "
            f"{100 * redial.seen:.1f}% rang again within the hour, {100 * redial.by_chance:.1f}% would "
            "have anyway: "
            f"{100 * redial.probability:.1f}% come back, after {redial.mean_delay_s / 60:.0f} minutes "
            "on average. The log has no number of those who were answered without waiting, so that "
            "some who came back are missed."
        ),
        f"- Talk: {only.talk.mean_s:.0f} s on average, spread {only.talk.cv:.2f}, law "
        f"{only.talk.law}. Wrap-up, from the talks alone: {fitted.wrap_mean_s:.0f} s.",
        "- Handlers are not in the log. Who was there follows from who talked: a handler is there "
        "between two talks "
        "unless callers were left waiting meanwhile.",
        "- One number is fitted by playing the three weeks again: the handlers counted do as much as "
        f"{factor:.2f} "
        f"times as many that work as the twin has them work ({factor_a:.2f} times for Erlang A, "
        "fitted likewise).",
    ]


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


def _contacts(read: "QueueCalls", told: "Forecast") -> list[str]:
    came = read.half_hours.counts[-10:-3].sum(axis=1)
    lines = [
        "## The forecast itself",
        "",
        "| day | calls foretold | 95% interval | came |",
        "|---|---|---|---|",
    ]
    for row, day in enumerate(told.by_day()):
        lines.append(
            f"| {told.day(row):%a} {told.day(row).day} | {day.mean:,.0f} | "
            f"{day.lower:,.0f}–{day.upper:,.0f} "
            f"| {came[row]:,} |"
        )
    total = told.total()
    lines.append(f"| all | {total.mean:,.0f} | {total.lower:,.0f}–{total.upper:,.0f} | {int(came.sum()):,} |")
    return lines


def _honest(settings: "list[Setting]", factor: float) -> list[str]:
    _, staffed, known = settings
    foretold = sum(day.twin.contacts for day in staffed.tuned.days)
    came = sum(day.actual.contacts for day in staffed.tuned.days)
    return [
        "## Where it misses, and why",
        "",
        f"- **The calls.** {foretold / came - 1:+.0%} calls were foretold: demand fell from week to "
        "week through "
        "January, and three weeks cannot show whether a fall goes on. Most of the miss of the first "
        "two tables is "
        "this; the third, which knows the calls, is what is left.",
        f"- **The handlers.** They are inferred. As counted they do too little (twin: "
        f"{_misses(known.plain, 'twin')} with everything known); the factor {factor:.2f} mends that on the "
        "weeks it was fitted to. People step in when the line grows and slip away when it is quiet; "
        "the twin "
        "keeps to a plan.",
        "- **Priorities.** Customers of high priority were moved forward in the line by 90 seconds, "
        "and some "
        "handlers took some kinds of call only (internet support, the stock exchange). The import "
        "keeps neither, so "
        "the twin has one line, first come, first served. It moves waits between callers more than "
        "their mean.",
        "- **What never queued.** Who hung up in the announcement, and the calls of the automatic "
        "voice service, "
        "are not the twin's.",
        "- **Days without a cause in the record.** An outage, a campaign or a rumour on the market "
        "is in no column.",
        "- **Erlang A is near, and Erlang C is not.** Erlang A has the same handlers and the same "
        "patience, and "
        "no redial, day effect or change within the hour. Erlang C keeps everybody until answered, "
        "so it is "
        "without end in the half-hours in which handlers had less time than the calls needed.",
    ]
