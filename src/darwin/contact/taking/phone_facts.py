"""What the records room knows of a number, as counts and flags."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """kind: personal, shared, care_home, prison, switchboard or not_known. people: how many recorded people
    used the number. links: kinds of links (domestic, stalking, child, weapon, …). No name, ever."""

    kind: str
    people: int
    links: frozenset[str]

    @classmethod
    def nothing(cls) -> "PhoneFacts":
        return cls("not_known", 0, frozenset())


def facts_of(number: str, at: datetime) -> PhoneFacts:
    """What is recorded of the number at `at`."""
    return PhoneFacts.nothing()
