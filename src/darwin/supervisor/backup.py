"""`darwin backup`: everything that a force would miss, in one file, while the house goes on."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from darwin import __version__
from darwin.config import environment
from darwin.deadlines import clock
from darwin.supervisor.backup_archive import (
    CHUNK,
    FORMAT,
    ArchiveWriter,
    BackupTrouble,
    Manifest,
    new_archive,
)
from darwin.supervisor.backup_programs import dump, programs_for
from darwin.supervisor.house import House, open_house
from darwin.supervisor.keys import FILE as KEYS_FILE
from darwin.supervisor.progress import Advance, progress

DATABASE = "database.dump"
HEAD = "ledger-head.jsonl"
SIGNING_KEY = "keys/ledger.pem"
PUBLIC_KEYS = "keys/ledger-public"
FORCES = "forces"
ATTACHMENTS = "files"
QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Instant:
    """The database and the head at one instant. head_bytes: how much of the head belongs to it."""

    snapshot: str
    server_major: int
    installation: str
    migrations: tuple[str, ...]
    entries: int
    blocks: int
    head_bytes: int


def make_backup(path: Path, *, with_keys: bool) -> Manifest:
    """Write the backup `path`; what it is. Raises BackupTrouble if it cannot be made.

    The database, the ledger's counts and the head outside it are of one instant, whatever is written
    meanwhile. Without keys the passwords and the signing key stay here; the public keys are always in it.
    """
    with open_house() as house, new_archive(path) as archive:
        url = house.server.url("darwin_owner") if house.server else environment.text("DATABASE_URL")
        with _one_instant(house, url) as instant, progress("Backing up", None, "bytes") as advance:
            programs = programs_for(instant.server_major)
            archive.add(DATABASE, _counted(dump(programs, url, instant.snapshot), advance))
        archive.add(HEAD, _beginning(house.data_dir / HEAD, instant.head_bytes))
        for name in _files(house.data_dir, with_keys=with_keys):
            archive.add(name, _whole(house.data_dir / name))
        # After the database: whatever a row of it names took its place before the row was committed.
        with progress("Backing up files", None, "bytes") as advance:
            for name in _attachments(house.data_dir):
                archive.add(name, _counted(_whole(house.data_dir / name), advance))
        manifest = _manifest(house, instant, archive, pg_dump=programs.major, with_keys=with_keys)
        archive.finish(manifest)
    return manifest


def describe(path: Path, manifest: Manifest) -> str:
    """What was made, for the person at the terminal."""
    size = path.stat().st_size / 1_000_000
    secrets = (
        "It holds every secret of this installation: keep it where only its keepers can read it."
        if manifest.keys
        else f"The passwords and the signing key are NOT in it: keep {KEYS_FILE} and {SIGNING_KEY} of the "
        "data folder in a safe place."
    )
    return (
        f"{path} holds the database, {manifest.entries:,} entries of the ledger in {manifest.blocks:,} "
        f"closed blocks, and the head ({size:.1f} MB). {secrets}"
    )


@contextmanager
def _one_instant(house: House, url: str) -> Iterator[Instant]:
    """A snapshot for the dump, and what is counted in it; it lasts as long as the block of code."""
    from darwin.ledger.blocks import closing_lock

    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        # A block is in the database a moment before its line is in the head; nobody closes meanwhile.
        with closing_lock():
            snapshot = str(_one(connection, "SELECT pg_export_snapshot()"))
            head = house.data_dir / HEAD
            head_bytes = head.stat().st_size if head.exists() else 0
        applied = connection.execute("SELECT app, name FROM django_migrations").fetchall()
        yield Instant(
            snapshot=snapshot,
            server_major=connection.info.server_version // 10000,
            installation=str(_one(connection, "SELECT id FROM reference_installation")),
            migrations=_modules(applied),
            entries=int(_one(connection, "SELECT count(*) FROM ledger_entry")),
            blocks=int(_one(connection, "SELECT count(*) FROM ledger_block")),
            head_bytes=head_bytes,
        )


def _modules(applied: list[tuple[str, str]]) -> tuple[str, ...]:
    """The modules of the applied migrations: a program that has not all of ours is too old to restore."""
    from django.apps import apps

    known = {config.label: config.name for config in apps.get_app_configs()}
    return tuple(sorted(f"{known[app]}.migrations.{name}" for app, name in applied if app in known))


def _files(data_dir: Path, *, with_keys: bool) -> list[str]:
    # Without its clock a practice force would be restored into its own future.
    single = [environment.CLOCK_FILE, *([KEYS_FILE, SIGNING_KEY] if with_keys else [])]
    found = [name for name in single if (data_dir / name).is_file()]
    for folder in (PUBLIC_KEYS, FORCES):
        found += [f"{folder}/{path.name}" for path in sorted((data_dir / folder).glob("*")) if path.is_file()]
    return found


def _attachments(data_dir: Path) -> Iterator[str]:
    """The stored files (darwin.files.store); what is still coming in is of no record yet."""
    for pattern in ("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*", f"{QUARANTINE}/*"):
        for path in sorted((data_dir / ATTACHMENTS).glob(pattern)):
            yield str(path.relative_to(data_dir))


def _manifest(
    house: House, instant: Instant, archive: ArchiveWriter, *, pg_dump: int, with_keys: bool
) -> Manifest:
    return Manifest(
        format=FORMAT,
        darwin=__version__,
        made_at=clock.now().isoformat(timespec="seconds"),
        mode=house.mode,
        force=house.force,
        installation=instant.installation,
        postgres=instant.server_major,
        pg_dump=pg_dump,
        migrations=instant.migrations,
        entries=instant.entries,
        blocks=instant.blocks,
        keys=with_keys,
        parts=tuple(archive.parts),
    )


def _whole(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _beginning(path: Path, size: int) -> Iterator[bytes]:
    if not size:
        return
    with path.open("rb") as file:
        while size and (chunk := file.read(min(CHUNK, size))):
            size -= len(chunk)
            yield chunk


def _counted(chunks: Iterable[bytes], advance: Advance) -> Iterator[bytes]:
    for chunk in chunks:
        advance(len(chunk))
        yield chunk


def _one(connection: psycopg.Connection[Any], query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    if row is None:
        raise BackupTrouble(
            "The database has no installation yet, so there is nothing to back up. Nothing was written."
        )
    return row[0]
