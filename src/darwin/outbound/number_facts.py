"""What the records say of telephone numbers: counts and flags, no names. The records room gives a reader."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Facts(Protocol):
    """Of one number: kind ("personal", "shared", …, "not_known") and the kinds of its links."""

    @property
    def kind(self) -> str: ...

    @property
    def links(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class NothingRecorded:
    """A number of which the records know nothing."""

    kind: str = "not_known"
    links: frozenset[str] = frozenset()


Reader = Callable[[Iterable[str], datetime], Mapping[str, Facts]]
_readers: list[Reader] = []


def give_facts(reader: Reader) -> None:
    """Let the records room say how it is asked; the last reader given counts."""
    _readers[:] = [reader]


def facts_of(numbers: Iterable[str], at: datetime) -> Mapping[str, Facts]:
    """The facts of normalised numbers, each of them; a house without records has none recorded."""
    wanted = list(numbers)
    found = _readers[0](wanted, at) if _readers else {}
    return {number: found.get(number, NothingRecorded()) for number in wanted}
