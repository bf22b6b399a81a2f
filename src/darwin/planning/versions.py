"""Which engine worked a run out."""

from functools import cache
from importlib.metadata import version
from pathlib import Path

import darwin.science


@cache
def engine_version() -> str:
    """Darwin's version and a hash over every file of its science: “0.1.0 science 1f0c…”."""
    from darwin.science.kernels import fingerprint

    folder = Path(str(darwin.science.__file__)).parent
    return f"{version('darwin')} science {fingerprint(folder)}"
