"""Comparing the entries that are there with those that the closed blocks know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection

from darwin.ledger import reading
from darwin.ledger.canonical import Leaf, StoredEntry
from darwin.ledger.verification.report import Report

# More than this many entries missing are still counted, by month, but no longer explained one by one.
EXPLAINED = 10_000


class Stream:
    """The entries of one cluster in the order in which they are closed, read once from end to end."""

    def __init__(self, cluster: int) -> None:
        self.entries: Iterator[StoredEntry] = reading.stream_entries(
            "e.system_identifier = %s", [cluster], order="e.system_identifier, e.txid, e.id"
        )
        self.ahead = next(self.entries, None)

    def take_until(self, txid: int, number: int) -> Iterator[StoredEntry]:
        while self.ahead and (self.ahead.txid, self.ahead.id) <= (txid, number):
            taken = self.ahead
            self.ahead = next(self.entries, None)
            yield taken

    def rest(self) -> int:
        """Read to the end; how many were left."""
        left = 0
        while self.ahead:
            left += 1
            self.ahead = next(self.entries, None)
        return left


@dataclass(slots=True)
class Entries:
    """Differences found so far; `finish` turns them into faults once all of them are known."""

    report: Report
    streams: dict[int, Stream] = field(default_factory=dict)
    expected: dict[str, list[int]] = field(default_factory=dict)  # month: [entries, subjects]
    missing: dict[int, tuple[Leaf, int]] = field(default_factory=dict)
    extra: dict[int, tuple[Leaf, int]] = field(default_factory=dict)
    changed: list[tuple[Leaf, int, str]] = field(default_factory=list)
    missing_unexplained: dict[str, int] = field(default_factory=dict)
    moved_behind: int = 0  # closed entries found among those not yet closed

    def stream(self, cluster: int) -> Stream:
        if cluster not in self.streams:
            self.streams[cluster] = Stream(cluster)
        return self.streams[cluster]

    def compare(self, block: int, cluster: int, recorded: Sequence[Leaf], *, after_gap: bool) -> None:
        """Compare one block's leaves with the entries that stand in its range.

        after_gap: a block before it was deleted, so entries that no block knows are those of that one.
        """
        if not recorded:
            return
        found = [entry.leaf for entry in self.stream(cluster).take_until(recorded[-1].txid, recorded[-1].id)]
        self.report.entries += len(found)
        if found == list(recorded):
            return
        there, known = {leaf.id: leaf for leaf in found}, {leaf.id: leaf for leaf in recorded}
        for leaf in recorded:
            if leaf.id not in there:
                self._miss(leaf, block)
            elif leaf != there[leaf.id]:
                self._note_change(leaf, there[leaf.id], block, recorded)
        for leaf in found:
            if leaf.id not in known and not after_gap and len(self.extra) < EXPLAINED:
                self.extra[leaf.id] = (leaf, block)

    def finish(self) -> None:
        gone = self._report_truncated()
        self._report_changed(gone.get("ledger_subject", set()))
        self._report_missing(gone.get("ledger_entry", set()))
        for leaf, block in self.extra.values():
            self.report.add("entry_inserted", entry=leaf.id, block=block)

    def _miss(self, leaf: Leaf, block: int) -> None:
        if len(self.missing) < EXPLAINED:
            self.missing[leaf.id] = (leaf, block)
        else:
            self.missing_unexplained[leaf.month] = self.missing_unexplained.get(leaf.month, 0) + 1

    def _note_change(self, was: Leaf, now: Leaf, block: int, recorded: Sequence[Leaf]) -> None:
        if was.content == now.content:
            how = "its time was changed" if was.at_us != now.at_us else "its transaction was changed"
        elif any(leaf.content == now.content for leaf in recorded if leaf.id != was.id):
            how = "it stands in the place of another"
        else:
            how = ""
        if len(self.changed) < EXPLAINED:
            self.changed.append((was, block, how))
        else:
            self.report.add(
                "entry_reordered" if how else "entry_edited",
                entry=was.id,
                block=block,
                how=how,
                month=was.month,
            )

    def _report_truncated(self) -> dict[str, set[str]]:
        """Months of which nothing is left though the closed blocks know rows, by table."""
        if not (self.missing or self.changed):
            return {}
        gone: dict[str, set[str]] = {}
        for month, totals in sorted(self.expected.items()):
            for table, count in zip(("ledger_entry", "ledger_subject"), totals, strict=True):
                if count and not _any_row(table, month):
                    gone.setdefault(table, set()).add(month)
                    self.report.add("table_truncated", table=table, month=month, count=count)
        return gone

    def _report_changed(self, subjects_gone: set[str]) -> None:
        for leaf, block, how in self.changed:
            if how:
                self.report.add("entry_reordered", entry=leaf.id, block=block, how=how)
            elif leaf.month not in subjects_gone:
                self.report.add("entry_edited", entry=leaf.id, block=block, month=leaf.month)

    def _report_missing(self, entries_gone: set[str]) -> None:
        by_content = {leaf.content: leaf for leaf, _ in self.extra.values()}
        elsewhere = {
            entry.id: entry.leaf
            for entry in reading.read_entries(
                "e.id = ANY(%s)", [list(self.missing)], order="e.id", limit=EXPLAINED
            )
        }
        for number, (leaf, block) in self.missing.items():
            if leaf.month in entries_gone:
                continue
            twin, same_number = by_content.get(leaf.content), elsewhere.get(number)
            if twin:
                self.extra.pop(twin.id, None)
                how = (
                    f"it now stands as entry {twin.id}"
                    if twin.id != number
                    else "its transaction was changed"
                )
                self.report.add("entry_reordered", entry=number, block=block, how=how)
            elif same_number and same_number.content == leaf.content:
                self.moved_behind += self.extra.pop(number, None) is None
                self.report.add(
                    "entry_reordered", entry=number, block=block, how="its transaction was changed"
                )
            elif same_number:
                self.moved_behind += self.extra.pop(number, None) is None
                self.report.add("entry_edited", entry=number, block=block, month=leaf.month)
            else:
                self.report.add("entry_deleted", entry=number, block=block, month=leaf.month)
        for month, count in self.missing_unexplained.items():
            if month not in entries_gone:
                self.report.totals["entry_deleted"] = self.report.totals.get("entry_deleted", 0) + count


def _any_row(table: str, month: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM {table} WHERE at >= %s::timestamp AT TIME ZONE 'UTC' "  # noqa: S608
            "AND at < (%s::timestamp + interval '1 month') AT TIME ZONE 'UTC')",
            [f"{month}-01", f"{month}-01"],
        )
        return bool(cursor.fetchone()[0])
