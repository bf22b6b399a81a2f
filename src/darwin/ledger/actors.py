"""Who acts, how and on what. The ledger keeps no names of people."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Verb(StrEnum):
    """What was done to personal data: the six processing operations that section 62 of the Data Protection
    Act 2018 wants logged. The domain's own word for it is the entry's event (contact.imported)."""

    COLLECT = "collect"
    ALTER = "alter"
    CONSULT = "consult"
    DISCLOSE = "disclose"
    COMBINE = "combine"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a write or a read.

    kind: "staff" (id is the account's), "system" (name is the part, for example "import", id is None) or
    "integration" (another system that came through the API; id is its token's).
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

    @classmethod
    def integration(cls, token_id: UUID) -> "Actor":
        return cls("integration", token_id)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about: a kind ("contact", "account", ...) and that row's identifier. Never a value."""

    kind: str
    id: UUID
