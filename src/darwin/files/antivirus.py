"""The virus check that the force names in DARWIN_ANTIVIRUS: its own command, or clamd at its socket.

clamd:/run/clamav/clamd.ctl or clamd:127.0.0.1:3310 is asked by INSTREAM (clamd's manual), so that it needs
no right to read our folder. Anything else is a command that gets the path as its last argument and ends with
0 (nothing found) or 1 (found).
"""

import shlex
import socket
import struct
import subprocess
from pathlib import Path

from django.conf import settings

from darwin.files.models import Verdict
from darwin.files.store import CHUNK

PREFIX = "clamd:"
TIMEOUT_S = 120
_LARGEST_REPLY = 4096


def check(path: Path) -> Verdict:
    """What the check says of a file; NOT_CHECKED where none is named, FAILED where it did not answer."""
    named: str = settings.DARWIN_ANTIVIRUS
    if not named:
        return Verdict.NOT_CHECKED
    try:
        if named.startswith(PREFIX):
            return _by_clamd(named.removeprefix(PREFIX), path)
        return _by_command(shlex.split(named), path)
    except (OSError, subprocess.SubprocessError, ValueError):
        return Verdict.FAILED


def _by_command(words: list[str], path: Path) -> Verdict:
    done = subprocess.run(
        [*words, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=TIMEOUT_S,
        check=False,
    )
    return {0: Verdict.CLEAN, 1: Verdict.FOUND}.get(done.returncode, Verdict.FAILED)


def _by_clamd(address: str, path: Path) -> Verdict:
    with _connected(address) as line, path.open("rb") as file:
        line.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            line.sendall(struct.pack("!L", len(chunk)) + chunk)
        line.sendall(struct.pack("!L", 0))
        reply = b""
        while not reply.endswith(b"\0") and len(reply) < _LARGEST_REPLY and (part := line.recv(1024)):
            reply += part
    said = reply.rstrip(b"\0").decode("utf-8", "replace")
    if said.endswith(" FOUND"):
        return Verdict.FOUND
    return Verdict.CLEAN if said == "stream: OK" else Verdict.FAILED


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(TIMEOUT_S)
        line.connect(address)
        return line
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT_S)
