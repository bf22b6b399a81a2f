"""Who acts: a person with an account, or a named part of the system. The ledger keeps no names of people."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a write or a read.

    kind: "staff" (id is the account's) or "system" (name is the part, for example "import", id is None).
    """

    kind: str
    id: UUID | None
    name: str = ""

    @classmethod
    def staff(cls, account_id: UUID) -> "Actor":
        return cls("staff", account_id)

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls("system", None, name)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about: a kind ("contact", "account", ...) and that row's identifier. Never a value."""

    kind: str
    id: UUID
