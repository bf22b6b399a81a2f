"""Example data for every address that needs some: each room's tests fill this, or the matrix test fails.

A room adds `tests/<room>/addresses.py` that calls `example("room:name", ...)` for each of its addresses that
takes arguments or shows records; the matrix test imports every such file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from darwin.staff.models import Account


@dataclass(frozen=True, slots=True)
class Example:
    """How to visit one address.

    prepare: makes the records it shows, as many as asked for, and gives the arguments of its address; it is
    called once a visit with the visiting account (None for nobody, and for another system). method: "get" or
    "post". data: the query or the form; for an address of the API the content, sent as JSON. many_rows: the
    page lists rows, so it is visited with 10 and with 1,000 of them.
    """

    prepare: Callable[[Account | None, int], Mapping[str, Any]] = lambda account, rows: {}
    method: str = "get"
    data: Any = field(default_factory=dict)
    many_rows: bool = False


_examples: dict[str, Example] = {}


def example(name: str, **kwargs: Any) -> None:
    """Say how to visit the address `name`. Raises ValueError if somebody has said so already."""
    if name in _examples:
        raise ValueError(f"{name} has an example already")
    _examples[name] = Example(**kwargs)


def example_of(name: str) -> Example | None:
    """How to visit the address `name`, if anybody has said so."""
    return _examples.get(name)
