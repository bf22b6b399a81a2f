"""Scenario files written from values, as the twin reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

Law = dict[str, Any]
NONE: Law = {"law": "none"}


def exponential(mean: float) -> Law:
    """A time with this mean, in seconds."""
    return {"law": "exponential", "mean": mean}


def call(
    name: str, rate_per_hour: float | Sequence[float], talk: Law, patience: Law, **more: Any
) -> dict[str, Any]:
    """A type of contact."""
    return {"name": name, "rate_per_hour": rate_per_hour, "talk": talk, "patience": patience, **more}


def group(name: str, skills: Sequence[Any], handlers: int | Sequence[int], **more: Any) -> dict[str, Any]:
    """A group of handlers."""
    return {"name": name, "skills": skills, "handlers": handlers, **more}


def scenario(
    types: Sequence[Mapping[str, Any]],
    groups: Sequence[Mapping[str, Any]],
    *,
    days: int,
    warm_up_days: int,
    **top: Any,
) -> str:
    """The text of a scenario; `top` are further keys of the whole scenario."""
    lines = [f"days = {days}", f"warm_up_days = {warm_up_days}"]
    tables = {key: value for key, value in top.items() if isinstance(value, dict)}
    lines += [f"{key} = {_value(value)}" for key, value in top.items() if key not in tables]
    for key, table in tables.items():
        lines += ["", f"[{key}]", *(f"{name} = {_value(value)}" for name, value in table.items())]
    for heading, rows in (("types", types), ("groups", groups)):
        for row in rows:
            lines += ["", f"[[{heading}]]", *(f"{name} = {_value(value)}" for name, value in row.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return repr(value)
