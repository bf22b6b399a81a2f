"""Whether every stored file is there, unaltered, and whether anything lies there that no record knows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from darwin.files import store
from darwin.files.models import StoredFile


@dataclass(slots=True)
class Findings:
    """files, bytes: how many were read. The rest: identifiers of stored files, and strays by their path."""

    files: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Nothing is missing and nothing altered. A stray harms nobody."""
        return not (self.missing or self.altered)


def verify(advance: Callable[[int], None] = lambda _size: None) -> Findings:
    """Read every stored file and compare it with its record."""
    found = Findings()
    known: set[Path] = set()
    rows = StoredFile.objects.order_by("id").values_list("id", "sha256", "size", "quarantined_at")
    for identifier, sha256, size, quarantined_at in rows.iterator(chunk_size=1000):
        path = store.place_of(sha256) if quarantined_at is None else store.quarantine_of(sha256)
        known.add(path)
        try:
            as_read = store.digest_of(path)
        except OSError:
            found.missing.append(str(identifier))
            continue
        found.files += 1
        found.bytes += as_read[1]
        advance(as_read[1])
        if as_read != (sha256, size):
            found.altered.append(str(identifier))
    found.strays = sorted(str(path) for path in store.stored_names() if path not in known)
    return found
