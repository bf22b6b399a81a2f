"""What the service worker keeps of the call-taking page: its shell and the shell's files."""

from collections.abc import Sequence
from hashlib import blake2b

from darwin.contact.taking import scripts

_THEME = (
    "built/darwin.css",
    "built/htmx.min.js",
    "built/fonts/atkinson-latin.woff2",
    "built/fonts/atkinson-latin-ext.woff2",
    "darwin/keys.js",
    "darwin/live.js",
    "darwin/symbols.svg",
    "darwin/icon.svg",
    "staff/lock.css",
    "staff/idle.js",
    "staff/browser.js",
)


def files_of_shell() -> tuple[str, ...]:
    """The static files of the shell, by their names in the sources. None of them knows anybody."""
    return (*_THEME, *scripts.MODULES)


def worker_version(addresses: Sequence[str]) -> str:
    """Changes with the addresses of the files, whose names carry a digest of what they hold."""
    return blake2b("\n".join(addresses).encode(), digest_size=6).hexdigest()
