"""The secrets of one data folder: made at random on first use, kept in one file that only its owner reads."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from darwin.errors import DarwinError

FILE = "keys.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """Passwords of the database roles, Django's secret key, and a short name of this data folder.

    installation: 8 hexadecimal digits, which tell the logins of several data folders on one server apart.
    """

    installation: str
    secret_key: str
    darwin_super: str
    darwin_owner: str
    darwin_app: str
    darwin_report: str


def read_keys(data_dir: Path) -> Keys | None:
    """The keys of `data_dir`, None if there are none yet. Raises DarwinError if the file cannot be used."""
    path = data_dir / FILE
    try:
        content = json.loads(path.read_text("utf-8"))
        return Keys(**{field.name: str(content[field.name]) for field in fields(Keys)})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as problem:
        raise DarwinError(
            f"The keys in {path} cannot be read: the file is damaged. Nothing was changed. "
            "Put the file back from your backup."
        ) from problem


def ensure_keys(data_dir: Path) -> Keys:
    """The keys of `data_dir`, made now if there are none. Call it while holding the start lock."""
    found = read_keys(data_dir)
    if found is not None:
        return found
    fresh = Keys(secrets.token_hex(4), *(secrets.token_urlsafe(48) for _ in range(5)))
    write_durably(data_dir / FILE, json.dumps(asdict(fresh), indent=1))
    return fresh


def write_durably(path: Path, content: str) -> None:
    """Replace `path` by `content` whole or not at all, for its owner only; on the disk on return."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
