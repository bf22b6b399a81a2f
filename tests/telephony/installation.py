"""A real Asterisk from Debian, in a folder of its own outside the repository.

Debian 12 has no asterisk; the suite forky has Asterisk 22. Its files are unpacked by debootstrap into a
cached folder (DARWIN_ASTERISK_ROOT, else in the user's cache), about a minute and 625 MB once. Nothing is
installed on the machine itself. Asterisk is GPLv2; Darwin speaks TCP to it and holds nothing of it."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SUITE = "forky"
MIRROR = "http://deb.debian.org/debian"
STAMP = "installed-for-darwin"
LEAST_VERSION = 20
LIMIT_S = 600
NEEDED = {"debootstrap": "debootstrap", "sipp": "sip-tester", "unshare": "util-linux", "chroot": "coreutils"}


def asterisk_root() -> Path:
    """Where the files of the switch lie; the folder need not exist yet."""
    chosen = os.environ.get("DARWIN_ASTERISK_ROOT")
    if chosen:
        return Path(chosen)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "darwin" / f"asterisk-{SUITE}"


def require_asterisk() -> Path:
    """The root of an installed Asterisk, installing it if it is not there; skips the test by its name, with
    the reason, on a machine where that cannot be."""
    if os.geteuid() != 0:
        pytest.skip("a real Asterisk needs root: it lives in a chroot")
    for program, package in NEEDED.items():
        if not _path_of(program):
            pytest.skip(f"a real Asterisk needs {program} (Debian's package {package})")
    root = asterisk_root()
    root.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(root.parent / f"{root.name}.lock"):
        if not (root / STAMP).exists():
            _install(root)
    return root


def version_of(root: Path) -> str:
    """What `asterisk -V` says, for example "Asterisk 22.10.1"; at least LEAST_VERSION, or the test fails."""
    said = subprocess.run(
        ["chroot", root, "asterisk", "-V"], capture_output=True, text=True, check=True, timeout=30
    ).stdout.strip()
    name, _, number = said.partition(" ")
    assert name == "Asterisk" and int(number.split(".")[0]) >= LEAST_VERSION, said
    return said


def modules_folder(root: Path) -> str:
    """Where the switch's modules lie, as a path inside its root."""
    found = next(iter(sorted(root.glob("usr/lib/*/asterisk/modules"))))
    return f"/{found.relative_to(root)}"


def _path_of(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Two runs of the tests take turns at installing."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(root: Path) -> None:
    """Unpack and install, then move the whole to its place: an interrupted installation is begun anew."""
    making = root.with_name(f"{root.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    print(f"Installing Asterisk from Debian's {SUITE} into {root}, once; about a minute.")
    # debootstrap knows a suite by a script of its name; every later suite is unpacked as sid is.
    known = Path("/usr/share/debootstrap/scripts")
    script = [] if (known / SUITE).exists() else [str(known / "sid")]
    # In a namespace of its own, so that no mount outlives the installation, however it ends.
    own_mounts = ("unshare", "--mount", "--propagation", "private")
    inside = (
        'printf "#!/bin/sh\\nexit 101\\n" > "$1/usr/sbin/policy-rc.d" && chmod 755 "$1/usr/sbin/policy-rc.d" '
        '&& mount --bind /proc "$1/proc" '
        '&& chroot "$1" apt-get -o Acquire::Check-Valid-Until=false -o Acquire::Retries=3 update '
        '&& chroot "$1" apt-get install -y --no-install-recommends asterisk'
    )
    for words in (
        ("debootstrap", "--variant=minbase", SUITE, str(making), MIRROR, *script),
        ("sh", "-c", inside, "sh", str(making)),
    ):
        done = subprocess.run(
            ["timeout", str(LIMIT_S), *own_mounts, *words],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            shutil.rmtree(making, ignore_errors=True)
            said = (done.stdout + done.stderr).strip().splitlines()[-3:] or [f"status {done.returncode}"]
            pytest.skip(f"a real Asterisk could not be installed from {MIRROR}: {' / '.join(said)}")
    (making / STAMP).touch()
    if root.exists():
        shutil.rmtree(root)
    making.rename(root)
