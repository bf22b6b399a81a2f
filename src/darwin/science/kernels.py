"""Compiled kernels whose cache follows every file of science/.

numba keeps what it compiled beside the source and looks again when that one file changes, but not when a
function it calls has changed in another file: a simulator would go on with yesterday's routing policy. So the
cache lies in a folder named by a hash of all of science/.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast


def fingerprint(folder: Path) -> str:
    """A hash over the names and contents of all Python files in `folder`, at any depth."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()[:16]


def cache_folder() -> Path:
    """Where the kernels of this very source are kept."""
    root = Path(os.environ.get("DARWIN_KERNEL_CACHE", "~/.cache/darwin/kernels")).expanduser()
    return root / fingerprint(Path(__file__).parent)


# numba reads it when it is first imported, so a module with kernels imports `njit` from here.
os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())

from numba import njit  # noqa: E402

__all__ = ["cache_folder", "fingerprint", "inlined", "inlined_kernel", "kernel", "njit", "part"]

F = TypeVar("F", bound=Callable[..., Any])
# No reference counting: what works on views of given arrays makes no arrays of its own.
_LEAN: Any = {"_nrt": False, "error_model": "numpy"}
_PART: Any = {**_LEAN, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function: F) -> F:
    """Compile, and keep, a function that makes no arrays and may run beside others of its kind in threads."""
    return cast(F, njit(**_LEAN, cache=True, nogil=True)(function))


def inlined_kernel(function: F) -> F:
    """A `kernel` that is also compiled into every compiled function that calls it."""
    return cast(F, njit(**_LEAN, cache=True, nogil=True, forceinline=True)(function))


def part(function: F) -> F:
    """Compile a part of a kernel: for other compiled functions only, never called from Python.

    It is kept with the kernel that calls it, and has none of the wrappers for Python, which take longer to
    compile than a short function. Hand it numbers of numpy's, not Python's own: it is compiled anew for each
    of those.
    """
    return cast(F, njit(**_PART)(function))


def inlined(function: F) -> F:
    """A `part` that is compiled into every function that calls it, because it is called most."""
    return cast(F, njit(**_PART, forceinline=True)(function))
