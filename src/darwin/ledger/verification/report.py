"""What a verification found: each kind of fault has its own sentence."""

from dataclasses import dataclass, field
from typing import Any

# A ledger that was rewritten as a whole would otherwise fill memory with one sentence for each entry.
LISTED_PER_KIND = 50

SENTENCES = {
    "entry_edited": "Entry {entry} of {month} was edited after block {block} was closed.",
    "entry_deleted": "Entry {entry} of {month} was deleted after block {block} was closed.",
    "entry_reordered": "Entry {entry} was moved after block {block} was closed: {how}.",
    "entry_inserted": "Entry {entry} was put in behind block {block} after it was closed.",
    "table_truncated": "{table} was truncated or its partition dropped: all {count} rows of {month} "
    "are gone.",
    "blocks_truncated": "The table of closed blocks is empty; the head outside the database knows {count}.",
    "block_edited": "Block {block} was edited: {how}.",
    "block_deleted": "Block {block} was deleted; the blocks after it are there.",
    "blocks_reordered": "Blocks were reordered: what stands as block {block} was closed as block {other}.",
    "block_rewritten": "Block {block} is not the one that the head outside the database knows: the chain was "
    "rewritten from there, or the head belongs to another database.",
    "chain_broken": "Block {block} does not follow from block {before}.",
    "tail_cut": "The tail was cut: the database ends at block {block}, the head outside it at block {head}. "
    "If you restored a backup yourself: darwin ledger adopt-restore.",
    "head_missing": "There are {count} closed blocks but no head outside the database: the file "
    "{file} is gone.",
    "head_cut": "The head outside the database was cut: it lacks blocks {first} to {last}.",
    "head_rewritten": "The head outside the database goes back to block {block} without an adopted restore.",
    "restored": "The database was restored from a backup into a new cluster. If you did it: "
    "darwin ledger adopt-restore.",
    "signature_not_ours": "The signature of block {block} is not ours: {how}.",
    "guard_missing": "{table} is not guarded: the trigger {trigger} is {how}. Someone with the "
    "owner's rights "
    "did it; until it is put back, entries not yet closed can be changed unseen.",
    "reason_edited": "The reason of entry {entry} was edited: it is not the text that was given.",
    "reason_removed": "The reason of entry {entry} was removed without a recorded erasure.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """kind: a key of SENTENCES. about: the numbers in the sentence."""

    kind: str
    about: dict[str, Any]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.kind].format(**self.about)


@dataclass(slots=True)
class Report:
    """The result. faults lists the first LISTED_PER_KIND of each kind, totals counts them all."""

    blocks: int = 0
    entries: int = 0
    not_yet_closed: int = 0
    head: int | None = None
    adoptions: list[int] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.totals

    def add(self, kind: str, **about: Any) -> None:
        self.totals[kind] = self.totals.get(kind, 0) + 1
        if self.totals[kind] <= LISTED_PER_KIND:
            self.faults.append(Fault(kind, about))

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "blocks": self.blocks,
            "entries": self.entries,
            "not_yet_closed": self.not_yet_closed,
            "head": self.head,
            "adopted_restores": self.adoptions,
            "faults": [{"kind": f.kind, "sentence": f.sentence} | f.about for f in self.faults],
            "totals": self.totals,
            "remarks": self.remarks,
        }
