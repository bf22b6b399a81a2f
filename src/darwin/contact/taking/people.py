"""Looking people up by what a caller says of themselves, and what the records room holds of one."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFound:
    """A person who matches. name, born: as they are shown; why: what matches, in words."""

    person_id: UUID
    name: str
    born: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown:
    """A person who has been identified. age: in whole years, None if not known. markers: in words."""

    person_id: UUID
    name: str
    age: int | None = None
    markers: tuple[str, ...] = ()


def same_person(person_id: UUID) -> list[UUID]:
    """The identifiers under which this person is recorded."""
    return [person_id]


def known_person(person_id, at):
    return None


def find_people(*, name, born, address, account, most):
    return []


def record_new(*, actor, name, born, address):
    raise NotImplementedError


def link_caller(*, actor, person_id, role, key):
    return None
