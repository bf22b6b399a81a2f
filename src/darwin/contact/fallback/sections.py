"""What stands in the printed pack besides the forms. A room above adds its own open work when it starts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from darwin.ledger.actors import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class PackTable:
    """A table of open work. columns: heads; rows: texts of as many cells; empty: the sentence where there is
    no row. note: what a reader of the table must know. subjects: whom or what the rows are about."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str
    note: str = ""
    subjects: Sequence[Subject] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class PackSection:
    """order: where it stands. collect: the table as it is at a moment, in a few queries."""

    name: str
    order: int
    collect: Callable[[datetime], PackTable]


_sections: dict[str, PackSection] = {}


def register_section(section: PackSection) -> None:
    """Add a table to the pack. Raises ValueError if its name is taken."""
    if section.name in _sections:
        raise ValueError(f"the pack has two sections named {section.name}")
    _sections[section.name] = section


def sections() -> list[PackSection]:
    """Every section, in the order of the pack."""
    return sorted(_sections.values(), key=lambda section: (section.order, section.name))
