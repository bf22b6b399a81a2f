"""What was fitted, written as a scenario that the digital twin reads (docs/reference/scenario.md)."""

import json
from collections.abc import Iterable

import numpy as np

from darwin.science.arrivals.arrays import Floats, Whole
from darwin.science.arrivals.fitting import Fitted, FittedType
from darwin.science.arrivals.half_hours import DAYS, SLOTS
from darwin.science.arrivals.lengths import LengthLaw
from darwin.science.arrivals.survival import Survival

PATIENCE_POINTS = 100
# Below this many on average nobody is counted on in a half-hour.
NOBODY = 0.25


def scenario_text(
    fitted: Fitted,
    *,
    days: int = 365,
    warm_up_days: int = 1,
    threshold_s: float = 30.0,
    handlers: Floats | None = None,
    first_calls: Floats | None = None,
    day_cv: float | None = None,
) -> str:
    """TOML of what was fitted. days, warm_up_days: how long the twin is to play it.

    handlers: (7, 48) at work in each half-hour of the week instead of those fitted. first_calls: (types, 7,
    48) contacts in each half-hour instead of the fitted rates. day_cv: of every type instead of those fitted.
    """
    staff = whole_handlers(fitted.handlers if handlers is None else handlers)
    rates = np.array([each.first_calls for each in fitted.types]) if first_calls is None else first_calls
    lines = [
        *_comments(fitted),
        f"days = {days}",
        f"warm_up_days = {warm_up_days}",
        # What the caller hears before anybody is rung is over when the twin's waiting begins.
        f"threshold_s = {_number(max(0.0, threshold_s - fitted.greeting_s))}",
    ]
    for one, rate in zip(fitted.types, rates, strict=True):
        lines += ["", *_type(fitted, one, rate, bool((staff == 0).any()), day_cv)]
    names = ", ".join(json.dumps(each.name, ensure_ascii=False) for each in fitted.types)
    lines += [
        "",
        "[[groups]]",
        'name = "handlers"',
        f"skills = [{names}]",
        "handlers = [",
        *_week(staff.reshape(7, SLOTS)),
        "]",
    ]
    if len(fitted.types) > 1:
        # One line for all of them: who has waited longest is next, whatever the type.
        lines += ["", "[policy]", "own_list_first = false"]
    return "\n".join(lines) + "\n"


def whole_handlers(mean: Floats) -> Whole:
    """(7, 48) whole handlers with the hours of `mean`: what is left over of one half-hour goes to the next.

    A half-hour below NOBODY is empty, and nothing is carried across it.
    """
    found = np.zeros(mean.size, np.int64)
    owed = 0.0
    for place, there in enumerate(mean.ravel()):
        if there < NOBODY:
            owed = 0.0
            continue
        owed += float(there)
        found[place] = max(0, round(owed))
        owed -= found[place]
    return found.reshape(mean.shape)


def patience_law(patience: Survival) -> tuple[Floats, Floats]:
    """Values in seconds and their chances: as it was seen, and beyond the longest wait exponential.

    Beyond it nothing was seen: there callers go on giving up as often as they did in all the time seen.
    """
    ended = 1 - patience.share
    seen = float(ended[-1])
    points = max(1, round(PATIENCE_POINTS * seen))
    parts = (np.arange(points) + 0.5) / points * seen
    values = patience.time_s[np.minimum(np.searchsorted(ended, parts), len(ended) - 1)]
    chances = np.full(points, seen / points)
    left = 1 - seen
    if left <= 1e-9:
        return values, chances
    tail = max(1, round(PATIENCE_POINTS * left))
    quantiles = -np.log1p(-(np.arange(tail) + 0.5) / tail) * patience.exponential_mean_s
    return (
        np.concatenate((values, patience.longest_s + quantiles)),
        np.concatenate((chances, np.full(tail, left / tail))),
    )


def _comments(fitted: Fitted) -> list[str]:
    last = fitted.first_day.fromordinal(fitted.first_day.toordinal() + fitted.days - 1)
    lines = [
        f"# Fitted to {sum(each.calls for each in fitted.types):,} contacts of {fitted.recorded_days:.4g} "
        f"recorded days from {fitted.first_day} to {last}.",
    ]
    if fitted.greeting_s > 0:
        share = max(each.in_greeting for each in fitted.types)
        lines.append(
            f"# Every caller hears {fitted.greeting_s:.3g} s before anybody is rung; {100 * share:.3g}% hang "
            "up in it and are not in here. Waits and the threshold begin after it."
        )
    for each in fitted.types:
        rates = each.rates
        growth = (
            "not known, the period is too short"
            if rates.growth is None
            else f"{100 * rates.growth:+.3g}% a year, give or take {196 * (rates.growth_error or 0):.2g}"
        )
        lines.append(f"# {each.name}: growth {growth}.")
        if each.redial:
            lines.append(
                f"# {each.name}: of {each.redial.watched} who gave up, {100 * each.redial.seen:.3g}% rang "
                f"again within {each.redial.window_s / 60:.3g} minutes; {100 * each.redial.by_chance:.3g}% "
                "would have anyway."
            )
    return [*lines, *(f"# {note}" for note in fitted.notes), ""]


def _type(fitted: Fitted, one: FittedType, rate: Floats, unstaffed: bool, day_cv: float | None) -> list[str]:
    values, chances = patience_law(one.patience)
    lines = [
        "[[types]]",
        f"name = {json.dumps(one.name, ensure_ascii=False)}",
        f"# Contacts an hour in each half-hour of the week, from {DAYS[0]} 00:00; redials are not in it.",
        "rate_per_hour = [",
        *_week(2 * rate),
        "]",
        f"day_effect_cv = {_number(one.rates.day_cv if day_cv is None else day_cv)}",
        f"talk = {_length(one.talk)}",
        f"wrap = {_empirical(fitted.wrap_s) if len(fitted.wrap_s) else _NONE}",
        f"patience = {_empirical(values, chances)}",
    ]
    if one.redial and one.redial.probability > 0:
        lines.append(
            f"redial = {{ probability = {_number(one.redial.probability)}, delay = {{ "
            f'law = "exponential", mean = {_number(one.redial.mean_delay_s)} }} }}'
        )
    if unstaffed:
        lines.append("may_be_unstaffed = true")
    return lines


_NONE = '{ law = "none" }'


def _length(law: LengthLaw) -> str:
    if law.law == "empirical":
        return _empirical(law.values_s)
    return f'{{ law = "lognormal", mean = {_number(law.mean_s)}, cv = {_number(law.cv)} }}'


def _empirical(values: Iterable[float], chances: Iterable[float] | None = None) -> str:
    listed = ", ".join(_number(value) for value in values)
    if chances is None:
        return f'{{ law = "empirical", values = [{listed}] }}'
    shares = ", ".join(f"{chance:.8g}" for chance in chances)
    return f'{{ law = "empirical", values = [{listed}], probabilities = [{shares}] }}'


def _week(table: Floats | Whole) -> list[str]:
    return [
        f"    {', '.join(_number(float(value)) for value in row)},  # {day}"
        for day, row in zip(DAYS, table, strict=True)
    ]


def _number(value: float) -> str:
    return f"{value:.6g}"
