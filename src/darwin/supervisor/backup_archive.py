"""The file of a backup: a tar archive that anybody can open, and that shows when one byte of it changed.

The last member, `sha256`, holds the SHA-256 of every byte before it. The one before, `manifest.json`, says
what the backup is and holds the digest of each part, for whoever checks a part by hand.
"""

import hashlib
import json
import os
import secrets
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BufferedRandom
from pathlib import Path
from typing import Any

from darwin.deadlines import clock
from darwin.errors import DarwinError

FORMAT = 1
MANIFEST = "manifest.json"
SUM = "sha256"
CHUNK = 1 << 20
_BLOCK = tarfile.BLOCKSIZE
_END = bytes(2 * _BLOCK)
_TAIL_BYTES = 2 * _BLOCK + len(_END)

Advance = Callable[[int], None]


class BackupTrouble(DarwinError):
    """A backup cannot be made, read or restored. The text says why and what was left as it was."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file in the archive. sha256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup is.

    darwin: the version that made it. made_at: ISO 8601, UTC. installation: the database's own id.
    postgres, pg_dump: major versions. migrations: their modules. entries, blocks: of the ledger.
    keys: whether passwords and the ledger's signing key are in it.
    """

    format: int
    darwin: str
    made_at: str
    mode: str
    force: str
    installation: str
    postgres: int
    pg_dump: int
    migrations: tuple[str, ...]
    entries: int
    blocks: int
    keys: bool
    parts: tuple[Part, ...]


class ArchiveWriter:
    """Adds parts to an archive that is being written."""

    def __init__(self, file: BufferedRandom) -> None:
        self._file = file
        self._at = int(clock.now().timestamp())
        self.parts: list[Part] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add a part whose size is not known before its last chunk."""
        header_at = self._file.tell()
        self._file.write(bytes(_BLOCK))
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            self._file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        self._file.write(bytes(-size % _BLOCK))
        end = self._file.tell()
        self._file.seek(header_at)
        self._file.write(_header(name, size, self._at))
        self._file.seek(end)
        self.parts.append(Part(name, size, digest.hexdigest()))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest and the digest of everything; on the disk on return."""
        self.add(MANIFEST, [json.dumps(asdict(manifest), indent=1).encode()])
        size = self._file.tell()
        digest = _digest(self._file, size, lambda _: None)
        self._file.seek(size)
        self._file.write(_tail(digest))
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Write `path` whole or not at all, for its owner only. Raises BackupTrouble if the file is there."""
    if path.exists():
        raise BackupTrouble(f"{path} exists already and was left as it is. Choose another name.")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            yield ArchiveWriter(file)
        beside.rename(path)
        _sync_folder(path.parent)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise BackupTrouble(
            f"The backup could not be written to {path}: {problem.strerror}. Nothing of it was kept; the "
            "database goes on as it is."
        ) from problem
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


class Archive:
    """A backup whose every byte has been checked."""

    def __init__(self, path: Path, advance: Advance) -> None:
        """Raises BackupTrouble if it cannot be read, is damaged, or is no backup of ours."""
        self.path = path
        try:
            _check(path, advance)
            with tarfile.open(path, "r:") as tar:
                self._places = {member.name: (member.offset_data, member.size) for member in tar}
        except OSError as problem:
            raise BackupTrouble(
                f"{path} cannot be read: {problem.strerror}. Nothing was restored."
            ) from problem
        self.manifest = _manifest(path, self.read(MANIFEST))

    @property
    def names(self) -> list[str]:
        return [part.name for part in self.manifest.parts]

    def size(self, name: str) -> int:
        return self._places[name][1]

    def read(self, name: str) -> bytes:
        """A small part whole."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, a megabyte at a time."""
        begin, left = self._places[name]
        with self.path.open("rb") as file:
            file.seek(begin)
            while left and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk


def _check(path: Path, advance: Advance) -> None:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END) - _TAIL_BYTES
        if size > 0:
            file.seek(size)
            tail = file.read()
            if tail[:_BLOCK] == _header(SUM, 65) and tail == _tail(_digest(file, size, advance)):
                return
            if tail[:_BLOCK] == _header(SUM, 65):
                raise BackupTrouble(
                    f"{path} is damaged: it is not what was written. Nothing was restored. Take another copy "
                    "of this backup, or an earlier one."
                )
    raise BackupTrouble(
        f"{path} is no whole backup of Darwin: it is another file, or its end is missing or damaged. Nothing "
        "was restored. Take another copy of this backup, or an earlier one."
    )


def _manifest(path: Path, content: bytes) -> Manifest:
    found: dict[str, Any] = json.loads(content)
    if found["format"] > FORMAT:
        raise BackupTrouble(
            f"{path} was made by Darwin {found['darwin']}, which writes backups in a later form than this "
            "Darwin knows. Nothing was restored. Install that version, then restore."
        )
    parts = tuple(Part(**part) for part in found.pop("parts"))
    return Manifest(**found | {"migrations": tuple(found["migrations"])}, parts=parts)


def _header(name: str, size: int, at: int = 0) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, at
    return info.tobuf(tarfile.GNU_FORMAT)


def _tail(digest: str) -> bytes:
    return _header(SUM, 65) + f"{digest}\n".encode().ljust(_BLOCK, b"\0") + _END


def _digest(file: Any, size: int, advance: Advance) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while size and (chunk := file.read(min(CHUNK, size))):
        digest.update(chunk)
        size -= len(chunk)
        advance(len(chunk))
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
