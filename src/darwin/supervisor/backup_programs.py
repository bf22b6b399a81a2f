"""PostgreSQL's own pg_dump, pg_restore and psql: which ones fit a server, and how they are run."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from darwin.supervisor.backup_archive import CHUNK, Advance, BackupTrouble
from darwin.supervisor.cluster import MAJOR_VERSION
from darwin.supervisor.place import find_programs

# A restored session would let somebody in again who has signed out since; a screen is computed anew.
WITHOUT_ROWS = ("django_session", "live_screen")
# The target's own default rights are given by supervisor.roles; the archive's name another server's owner.
_NOT_RESTORED = re.compile(r" (DEFAULT ACL|SCHEMA - public|ACL - SCHEMA public|COMMENT - SCHEMA public)\b")
# Since 17 every script begins with this; an older server does not know it, and it says only “no limit”.
_UNKNOWN_TO_OLDER = b"SET transaction_timeout = 0;\n"
_PREAMBLE_LINES = 40
_DISK_FULL = "ERROR:  53100"  # the SQLSTATE, as psql says it


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder of programs, and their major version."""

    folder: Path
    major: int

    def command(self, name: str) -> str:
        return str(self.folder / name)


def programs_for(server_major: int) -> Programs:
    """Programs that are not older than the server: those we bring, else those on the PATH.

    PostgreSQL's pg_dump reads every older server and refuses every newer one. Raises BackupTrouble if there
    are none.
    """
    if server_major <= MAJOR_VERSION:
        return Programs(find_programs() / "bin", MAJOR_VERSION)
    found = shutil.which("pg_dump")
    major = _version(found) if found else 0
    if found and major >= server_major:
        return Programs(Path(found).parent, major)
    what = f"the one on the PATH is of version {major}" if major else "there is none on the PATH"
    raise BackupTrouble(
        f"The database server is PostgreSQL {server_major}, and a backup needs a pg_dump that is not older: "
        f"{what}. Nothing was changed. Install postgresql-client-{server_major}, then run this again."
    )


def dump(programs: Programs, url: str, snapshot: str) -> Iterator[bytes]:
    """The database in pg_dump's custom form, as the exported `snapshot` sees it.

    Raises BackupTrouble if pg_dump does not finish.
    """
    words = ["--format=custom", "--compress=3", f"--snapshot={snapshot}", "--no-password"]
    words += [f"--exclude-table-data=public.{table}" for table in WITHOUT_ROWS]
    with tempfile.TemporaryFile() as said:
        address, environment = _address(url)
        running = subprocess.Popen(
            [programs.command("pg_dump"), *words, f"--dbname={address}"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        assert running.stdout is not None
        try:
            while chunk := running.stdout.read(CHUNK):
                yield chunk
            status = running.wait()
        finally:
            running.stdout.close()
            running.kill()
            running.wait()
        if status != 0:
            raise BackupTrouble(
                f"The database could not be read to its end. {_last_line(said)} Nothing of the backup was "
                "kept; what was saved in the database is safe. Run it again."
            )


def load(
    programs: Programs,
    url: str,
    chunks: Callable[[], Iterable[bytes]],
    advance: Advance,
    *,
    with_rights: bool,
) -> None:
    """Put a dump into the empty database at `url` in one transaction: whole or not at all.

    chunks: gives the dump, as often as it is called. advance: is told the bytes done. with_rights: also what
    darwin_app and darwin_report may do, for which these roles must be there. Raises
    BackupTrouble if the server refuses it.
    """
    address, environment = _address(url)
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile() as wanted:
        wanted.write(_contents(programs, chunks()))
        wanted.flush()
        rights = [] if with_rights else ["--no-privileges"]
        reading = subprocess.Popen(
            [programs.command("pg_restore"), "--no-owner", *rights, f"--use-list={wanted.name}", "--file=-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        # The text of an error would quote the row that was refused.
        quiet = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate"]
        writing = subprocess.Popen(
            [programs.command("psql"), *quiet, "--no-password", "--single-transaction", "--file=-", address],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            status = _pump(reading, writing, chunks(), advance)
        finally:
            for program in (reading, writing):
                program.kill()
                program.wait()
        if status != (0, 0):
            raise BackupTrouble(
                f"The database did not take the backup. {_last_line(said)} Nothing of it was kept in the "
                "database. Run the restore again."
            )


def _pump(
    reading: "subprocess.Popen[bytes]",
    writing: "subprocess.Popen[bytes]",
    chunks: Iterable[bytes],
    advance: Advance,
) -> tuple[int, int]:
    assert reading.stdin and reading.stdout and writing.stdin
    feeder = Thread(target=_feed, args=(reading.stdin, chunks, advance), daemon=True)
    feeder.start()
    with suppress(BrokenPipeError):
        for _ in range(_PREAMBLE_LINES):
            line = reading.stdout.readline()
            writing.stdin.write(b"" if line == _UNKNOWN_TO_OLDER else line)
        shutil.copyfileobj(reading.stdout, writing.stdin, CHUNK)
        if reading.wait() != 0:
            # psql would commit what it has got when its input ends.
            writing.kill()
        writing.stdin.close()
    reading.stdout.close()
    feeder.join()
    return reading.wait(), writing.wait()


def _feed(pipe: IO[bytes], chunks: Iterable[bytes], advance: Advance) -> None:
    with suppress(BrokenPipeError), pipe:
        for chunk in chunks:
            pipe.write(chunk)
            advance(len(chunk))


def _contents(programs: Programs, chunks: Iterable[bytes]) -> bytes:
    """The dump's table of contents without what the target has of its own."""
    listing = subprocess.Popen(
        [programs.command("pg_restore"), "--list"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert listing.stdin and listing.stdout
    feeder = Thread(target=_feed, args=(listing.stdin, chunks, lambda _: None), daemon=True)
    feeder.start()
    with listing.stdout as pipe:
        lines = pipe.read().splitlines(keepends=True)
    feeder.join()
    if listing.wait() != 0:
        raise BackupTrouble(
            "The backup was made by a later PostgreSQL than the programs here can read. Nothing was restored."
        )
    return b"".join(line for line in lines if not _NOT_RESTORED.search(line.decode("utf-8", "replace")))


def _address(url: str) -> tuple[str, dict[str, str]]:
    """The address without its password, and an environment with it: arguments can be read by every user."""
    found = conninfo_to_dict(url)
    password = found.pop("password", None)
    environment = {**os.environ, "PGAPPNAME": "darwin"}
    if password:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo("", **found), environment


def _version(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)", done.stdout)
    return int(found.group(1)) if found else 0


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").split("\n")
    if any(_DISK_FULL in line for line in lines):
        return "Its disk is full: free some space."
    spoken = [line.strip() for line in lines if line.strip()]
    return f"It said: “{spoken[-1][-300:]}”." if spoken else "It did not say why."
