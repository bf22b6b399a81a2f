"""What files can be attached to: each room declares its kinds, and who may see a thing may see its files."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model

from darwin.staff.models import Account
from darwin.staff.permissions import Rule
from darwin.theme.formats import Words


@dataclass(frozen=True, slots=True)
class SubjectFiles:
    """A kind of thing that can have files.

    kind: as in ledger subjects ("attempt"). title: what it is called on the page. model: its table. see: who
    may see which rows, and so their files. add: who may add to those and remove from them.
    """

    kind: str
    title: Words
    model: type[Model]
    see: Rule
    add: Rule
    address: Callable[[UUID], str] | None = None

    def may_see(self, account: Account, identifier: UUID) -> bool:
        """Is there such a thing, and may this person see it? One query."""
        return self.see.visible(account, self.model._default_manager.filter(pk=identifier)).exists()

    def may_add(self, account: Account, identifier: UUID) -> bool:
        """May this person add a file to it?"""
        return self.add.visible(account, self.model._default_manager.filter(pk=identifier)).exists()


_kinds: dict[str, SubjectFiles] = {}


def declare_subject(kind: SubjectFiles) -> None:
    """Let things of a kind have files. Raises ValueError if another was declared under the name."""
    if _kinds.setdefault(kind.kind, kind) != kind:
        raise ValueError(f"the kind {kind.kind} has files already, by another declaration")


def subject_named(kind: str) -> SubjectFiles | None:
    """The declaration of this kind, if there is one."""
    return _kinds.get(kind)
