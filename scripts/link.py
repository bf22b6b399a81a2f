"""Install Darwin itself into the environment that runs this: a pointer to src/ and the command `darwin`.

No build and no download, so that everything in the environment comes from the hashed lock.
"""

import stat
import sys
import sysconfig
from pathlib import Path

COMMAND = """#!{python}
import sys

from darwin.cli import main

sys.exit(main())
"""


def link() -> None:
    """Write the pointer and the command."""
    source = Path(__file__).resolve().parent.parent / "src"
    packages = Path(sysconfig.get_path("purelib"))
    (packages / "darwin.pth").write_text(f"{source}\n", encoding="utf-8")
    command = Path(sysconfig.get_path("scripts")) / "darwin"
    command.write_text(COMMAND.format(python=sys.executable), encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


if __name__ == "__main__":
    link()
