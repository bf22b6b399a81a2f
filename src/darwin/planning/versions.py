"""Which engine worked a run out."""

from functools import cache
from pathlib import Path

import darwin.science
from darwin import __version__


@cache
def engine_version() -> str:
    """Darwin's version and a hash over every file of its science: “0.1.0 science 1f0c…”."""
    from darwin.science.kernels import fingerprint

    return f"{__version__} science {fingerprint(Path(str(darwin.science.__file__)).parent)}"
