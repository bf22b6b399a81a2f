"""The secret of a switch's manager user, and where a switch's spool lies."""

import re
import stat
from hashlib import blake2b
from pathlib import Path

from darwin.errors import DarwinError


def read_secret(path: Path) -> str:
    """The secret that the file holds. Raises DarwinError if it cannot be read, is empty, or is not kept."""
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8").strip("\r\n")
    except FileNotFoundError as problem:
        raise DarwinError(f"There is no file {path.name} at the path of the secret file.") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise DarwinError(f"The secret file {path.name} cannot be read.") from problem
    if mode & stat.S_IRWXO:
        raise DarwinError(
            f"Everybody on this machine may open the secret file {path.name}, so it was not used. "
            f"Close it with: chmod 600 {path.name}"
        )
    if not text or "\n" in text:
        raise DarwinError(f"The secret file {path.name} must hold the secret alone, on one line.")
    return text


def spool_folder(data_dir: Path, switch: str) -> Path:
    """Where what this switch sends is kept until it is stored."""
    name = re.sub(r"[^a-z0-9-]+", "-", switch.lower())[:40]
    if name != switch:
        name += "-" + blake2b(switch.encode(), digest_size=4).hexdigest()
    return data_dir / "listening" / name
