"""People as they are handed to this room before they are recorded. Plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

from darwin.records.births import NOT_KNOWN, Birth


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasGiven:
    """Another name as it was given. kind: a code of the list alias_kind."""

    kind: str = "ALIAS"
    given_name: str = ""
    middle_names: str = ""
    family_name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGiven:
    """A person as given. sex: a value of Sex. numbers: telephone numbers that they use."""

    given_name: str = ""
    middle_names: str = ""
    family_name: str = ""
    birth: Birth = NOT_KNOWN
    sex: str = ""
    language: str = ""
    aliases: Sequence[AliasGiven] = ()
    numbers: Sequence[str] = ()
