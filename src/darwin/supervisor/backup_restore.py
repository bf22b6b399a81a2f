"""`darwin restore`: a backup put into an empty place, adopted by the ledger and verified."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from darwin import __version__
from darwin.config import environment
from darwin.deadlines.clock import LONDON
from darwin.errors import DarwinError
from darwin.supervisor import roles
from darwin.supervisor.backup import DATABASE, HEAD
from darwin.supervisor.backup_archive import Archive, BackupTrouble, Manifest
from darwin.supervisor.backup_programs import load, programs_for
from darwin.supervisor.house import open_database, open_house, unreachable
from darwin.supervisor.keys import FILE as KEYS_FILE
from darwin.supervisor.locks import FileLock
from darwin.supervisor.place import POINTER, make_data_dir
from darwin.supervisor.progress import progress


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. adopted: the number of the adopting block, None if none was needed.

    faults: the sentences of the ledger's verification; none if the ledger is what was written.
    """

    manifest: Manifest
    adopted: int | None
    faults: tuple[str, ...]


def restore_backup(path: Path, *, reason: str = "") -> Restored:
    """Restore `path` into the empty data folder and database that the settings name.

    reason: for the ledger. Raises BackupTrouble, before anything is written, if the archive is damaged, is of
    another mode or force or of a later Darwin, or the place is not empty.
    """
    with progress("Checking the backup", path.stat().st_size if path.exists() else None, "bytes") as advance:
        archive = Archive(path, advance)
    _check_fits(archive.manifest)
    data_dir = environment.data_dir()
    url = environment.text("DATABASE_URL")
    if url:
        _check_database_is_empty(url)
    else:
        _check_no_cluster_of_another(data_dir)
    _check_files(archive, data_dir)
    make_data_dir(data_dir)
    alone = FileLock(data_dir / "lock" / "up")
    try:
        if not alone.try_exclusive():
            raise BackupTrouble(
                f"Darwin runs on the data folder {data_dir}. Nothing was restored. End it first."
            )
        _write_files(archive, data_dir)
        server, logins, _ = open_database(data_dir)
        try:
            _load(archive, logins.owner)
            return _take_up(archive.manifest, reason)
        finally:
            if server is not None:
                server.leave()
    finally:
        alone.close()


def _check_fits(manifest: Manifest) -> None:
    mode = environment.choice("DARWIN_MODE", environment.MODES, "operational")
    force = environment.text("DARWIN_FORCE", "leicestershire")
    if manifest.mode != mode:
        raise BackupTrouble(
            f"This is a backup of the mode {manifest.mode}, and DARWIN_MODE says {mode}. Nothing was "
            f"restored. Set DARWIN_MODE={manifest.mode}, with a data folder of its own, then restore."
        )
    if manifest.force != force:
        raise BackupTrouble(
            f"This is a backup of the force {manifest.force}, and DARWIN_FORCE says {force}. Nothing was "
            f"restored. Set DARWIN_FORCE={manifest.force}, then restore."
        )
    ours = (name for name in manifest.migrations if name.startswith("darwin."))
    if unknown := [name for name in ours if not _is_known(name)]:
        raise BackupTrouble(
            f"This backup was made by a later Darwin ({manifest.darwin}, with {unknown[-1]}); this one is "
            f"{__version__}. Nothing was restored. Install the later version, then restore."
        )


def _is_known(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _check_database_is_empty(url: str) -> None:
    address = environment.parse_database_url(url)
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            _check_empty(connection)
    except psycopg.OperationalError as problem:
        raise DarwinError(unreachable(address, problem)) from problem


def _check_empty(connection: psycopg.Connection[Any]) -> None:
    found = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
    )
    if found.fetchone() == (True,):
        raise BackupTrouble(
            "The database is not empty. Nothing was restored, and nothing in it was changed. Choose an empty "
            "data folder with DARWIN_DATA_DIR, or point DATABASE_URL to an empty database."
        )


def _check_no_cluster_of_another(data_dir: Path) -> None:
    """An embedded database may be there only as an interrupted restore left it, beside its own keys."""
    has_cluster = (data_dir / POINTER).exists() or any((data_dir / "postgres").glob("*"))
    if has_cluster and not (data_dir / KEYS_FILE).exists():
        raise BackupTrouble(
            f"The data folder {data_dir} holds a database already. Nothing was restored, and nothing in it "
            "was changed. Choose an empty folder with DARWIN_DATA_DIR, or move this one away."
        )


def _check_files(archive: Archive, data_dir: Path) -> None:
    """What is there already must be what the backup holds; a head may have gone on since."""
    for name in archive.names:
        path = data_dir / name
        if name == DATABASE or not path.exists():
            continue
        if name == HEAD:
            same = path.read_bytes().startswith(archive.read(name))
        else:
            same = path.stat().st_size == archive.size(name) and _same(path, archive.chunks(name))
        if not same:
            raise BackupTrouble(
                f"{path} is not the one of this backup. Nothing was restored. Choose an empty folder with "
                "DARWIN_DATA_DIR, or move this one away."
            )


def _same(path: Path, chunks: Iterable[bytes]) -> bool:
    """Does the file hold these bytes, as many as there are? A large one is never read whole into memory."""
    with path.open("rb") as file:
        return all(file.read(len(chunk)) == chunk for chunk in chunks)


def _write_files(archive: Archive, data_dir: Path) -> None:
    for name in archive.names:
        path = data_dir / name
        if name == DATABASE or path.exists():
            continue
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in archive.chunks(name):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())


def _load(archive: Archive, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        _check_empty(connection)
        groups = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(roles.GROUPS)]
        )
        separated = len(groups.fetchall()) == len(roles.GROUPS)
        programs = programs_for(max(connection.info.server_version // 10000, archive.manifest.pg_dump))
        with progress("Restoring", archive.size(DATABASE), "bytes") as advance:
            load(programs, url, lambda: archive.chunks(DATABASE), advance, with_rights=separated)
        # The tables were made with the rights of every table; the ledger's are fewer.
        connection.execute("SELECT ledger_apply_privileges()")


def _take_up(manifest: Manifest, reason: str) -> Restored:
    with open_house():
        from darwin.ledger import blocks
        from darwin.ledger.actors import Actor
        from darwin.ledger.verification import verify_ledger
        from darwin.ledger.verification.run import total_entries

        made_at = datetime.fromisoformat(manifest.made_at).astimezone(LONDON)
        why = reason or f"Restored from the backup of {made_at:%d %B %Y %H:%M}."
        try:
            adopted = blocks.adopt_restore(actor=Actor.system("restore"), reason=why)
        except blocks.NothingToAdopt:
            adopted = None
        with progress("Verifying", total_entries(), "entries") as advance:
            report = verify_ledger(advance)
        return Restored(manifest, adopted, tuple(fault.sentence for fault in report.faults))


def describe(restored: Restored) -> str:
    """What was restored, for the person at the terminal."""
    made_at = datetime.fromisoformat(restored.manifest.made_at).astimezone(LONDON)
    sentences = [f"The backup of {made_at:%d %B %Y %H:%M} is restored."]
    if restored.adopted is not None:
        sentences.append(f"The ledger adopted it by block {restored.adopted}, which stays visible.")
    if restored.faults:
        sentences += ["The ledger is NOT what was written:", *restored.faults]
    else:
        sentences.append("The ledger is what was written.")
    if not restored.manifest.keys:
        sentences.append("Its keys were not in the backup: new ones were made, or yours were kept.")
    return " ".join(sentences)
