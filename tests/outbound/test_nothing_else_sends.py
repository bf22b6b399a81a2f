"""Nothing in the house sends but the gateway: no other module imports what could."""

import ast
from pathlib import Path

import darwin

HOUSE = Path(darwin.__file__).parent
SENDERS = (
    "aiohttp",
    "django.core.mail",
    "ftplib",
    "http.client",
    "httpx",
    "imaplib",
    "poplib",
    "requests",
    "smtplib",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "xmlrpc",
)
# Short on purpose: each has its reason, and none of them reaches a person.
ALLOWED = {
    ("outbound/emailing.py", "django.core.mail"): "the gateway's own e-mail",
    ("outbound/emailing.py", "smtplib"): "the errors of the gateway's own e-mail",
    ("supervisor/watch.py", "http.client"): "asks this machine's own web server whether it lives",
}


def imported(tree: ast.Module) -> set[str]:
    """The full name of everything that a module imports, and of every attribute that it takes of a module."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
    return found


def senders_of(path: Path) -> set[tuple[str, str]]:
    names = imported(ast.parse(path.read_text("utf-8")))
    return {
        (str(path.relative_to(HOUSE)), sender)
        for sender in SENDERS
        if any(name == sender or name.startswith(f"{sender}.") for name in names)
    }


def test_nothing_but_the_gateway_can_send() -> None:
    found = {pair for path in HOUSE.rglob("*.py") for pair in senders_of(path)}
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set(), "no longer needed: take it out of ALLOWED"


def test_a_sender_is_found_however_it_is_imported(tmp_path: Path) -> None:
    for source in ("import urllib.request", "from urllib import request", "from django.core import mail"):
        names = imported(ast.parse(source))
        assert any(name.startswith(SENDERS) for name in names), source
