"""The folder of stored files: what comes in is written aside, and takes its place whole or not at all."""

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedWriter
from pathlib import Path

from django.conf import settings

from darwin.errors import DarwinError

FOLDER = "files"
INCOMING, QUARANTINE = "incoming", "quarantine"
CHUNK = 1 << 20


class FileRefused(DarwinError):
    """A file that is not kept. The sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in. path: where it lies meanwhile. size in bytes."""

    path: Path
    sha256: str
    size: int


def root() -> Path:
    """The folder of all stored files, in the data folder."""
    return Path(settings.DARWIN_DATA_DIR) / FOLDER


def place_of(sha256: str) -> Path:
    """Where the file with this content lies."""
    return root() / sha256[:2] / sha256[2:4] / sha256


def quarantine_of(sha256: str) -> Path:
    """Where the file lies once a virus was found in it."""
    return root() / QUARANTINE / sha256


@contextmanager
def receive(chunks: Iterable[bytes], *, at_most: int) -> Iterator[Incoming]:
    """Write a file aside, on the disk; at the end of the block nothing of it is left there.

    at_most: bytes. Raises FileRefused for an empty or too large file and for a full disk. A process that is
    killed leaves the file aside; the next one that receives takes it away, because nobody holds its lock.
    """
    try:
        path, descriptor = _aside(root() / INCOMING)
    except OSError as fault:
        raise _no_room(fault) from fault
    try:
        with os.fdopen(descriptor, "wb") as file:
            try:
                incoming = _written(file, path, chunks, at_most)
            except OSError as fault:
                raise _no_room(fault) from fault
            yield incoming
    finally:
        path.unlink(missing_ok=True)


def _aside(folder: Path) -> tuple[Path, int]:
    """A new file of our own, locked: its path and its descriptor."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(folder)
    while True:
        path = folder / secrets.token_hex(16)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return path, descriptor
        # Somebody swept it away between its making and its lock.
        os.close(descriptor)


def _written(file: BufferedWriter, path: Path, chunks: Iterable[bytes], at_most: int) -> Incoming:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > at_most:
            raise FileRefused(
                f"The file is larger than {megabytes(at_most)} MB. Nothing was kept. "
                "Make it smaller, or hand it over on a disk."
            )
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise FileRefused("The file is empty. Nothing was kept. Check it where it comes from.")
    file.flush()
    os.fsync(file.fileno())
    return Incoming(path, digest.hexdigest(), size)


def put_in_place(incoming: Incoming) -> None:
    """Give what came in its place, whole; if its content is there already, that stays as it is."""
    place = place_of(incoming.sha256)
    _move(incoming.path, place)


def put_in_quarantine(path: Path, sha256: str) -> None:
    """Move a file to where no page reads it."""
    _move(path, quarantine_of(sha256))


def _move(path: Path, place: Path) -> None:
    try:
        for folder in (place.parent.parent, place.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.exists() and place.stat().st_size == path.stat().st_size:
            path.unlink()
            return
        path.rename(place)
        for folder in (place.parent, place.parent.parent, root()):
            _sync(folder)
    except OSError as fault:
        raise _no_room(fault) from fault


def chunks_of(sha256: str) -> Iterator[bytes]:
    """The content, a megabyte at a time. Raises OSError if it is not there."""
    with place_of(sha256).open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 in hexadecimal, and the size in bytes, of a file as it lies on the disk."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def stored_names() -> Iterator[Path]:
    """Every file in its place or in quarantine."""
    yield from (path for path in root().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*") if path.is_file())
    yield from (path for path in (root() / QUARANTINE).glob("*") if path.is_file())


def sweep(folder: Path) -> None:
    """Take away what killed processes left in the folder of incoming files."""
    for path in folder.glob("*"):
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
        except (BlockingIOError, FileNotFoundError):
            continue


def megabytes(size: int) -> int:
    """Whole megabytes, at least one."""
    return max(1, size // 1_000_000)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _no_room(fault: OSError) -> FileRefused:
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return FileRefused(
            "The disk of this installation is full, so the file was not kept and nothing else was changed. "
            "Keep the file, tell the administrator, and add it again."
        )
    return FileRefused(
        f"The file could not be stored: {fault.strerror}. Nothing was kept. Keep the file, tell the "
        "administrator, and add it again."
    )
