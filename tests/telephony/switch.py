"""One Asterisk of a test: written, started, killed, started again; it ends with the test."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.supervisor.house_at_work import free_port, wait_for
from tests.telephony import bound, installation
from tests.telephony.manager import Manager, Message

CONF = Path(__file__).parent / "conf"
CALLERS_ADDRESS, HANDLERS_ADDRESS, DRIVER_ADDRESS = "127.0.0.2", "127.0.0.11", "127.0.0.9"
LISTENER, LISTENER_SECRET = "listener", "of-the-loopback-listener"
DRIVER, DRIVER_SECRET = "driver", "of-the-loopback-driver"
QUEUE = "101"
DESK = "2001"
EMPTY = ("features", "musiconhold", "cdr", "cel", "indications", "stasis", "ccss", "udptl", "acl", "codecs")
NOBODY_THERE = "unavailable,invalid,unknown"
BOUND = (sys.executable, bound.__file__)


@dataclass(frozen=True)
class Size:
    """handlers: telephones that log on; places: callers who may wait at once, 0 for any number;
    longest_wait_s: when the switch itself ends a wait; refuses_when_empty: nobody may wait while no handler
    is logged on."""

    handlers: int
    places: int
    longest_wait_s: int
    refuses_when_empty: bool = True


class Switch:
    """`home` is a folder of this run inside the root of the installed switch."""

    def __init__(self, root: Path, size: Size) -> None:
        self.root, self.size = root, size
        self.version = installation.version_of(root)
        self.ami_port, self.sip_port, self.handlers_port = free_port(), _free_udp(), _free_udp()
        self.home = root / "srv" / f"run-{os.getpid()}-{self.ami_port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._write()

    @property
    def queue_log(self) -> Path:
        return self.home / "log" / "queue_log"

    @property
    def telephones(self) -> list[str]:
        return [str(1001 + number) for number in range(self.size.handlers)]

    def start(self) -> None:
        """Start it; it answers on its manager's port when this returns."""
        inside = f"/{self.home.relative_to(self.root)}/etc/asterisk.conf"
        self._process = subprocess.Popen(
            [*BOUND, "chroot", self.root, "asterisk", "-f", "-U", "asterisk", "-C", inside],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._is_up, 30, "the switch is up")

    def kill(self) -> None:
        """kill -9: the calls of this life are cut where they stand."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def remove(self) -> None:
        """End it and take its folder away."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.home)

    def said(self) -> str:
        """What it warned of."""
        log = self.home / "log" / "messages.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None and self._process.stdin is not None
        own = self.home / "run" / "asterisk.pid"
        os.kill(int(own.read_text()), number)
        self._process.wait(30)
        self._process.stdin.close()
        own.unlink(missing_ok=True)
        self._process = None

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the switch ended: {self.said()[-2000:]}"
        try:
            with socket.create_connection(("127.0.0.1", self.ami_port), timeout=2) as line:
                line.settimeout(2)
                return line.recv(100).startswith(b"Asterisk Call Manager")
        except OSError:
            return False

    def _write(self) -> None:
        inside = f"/{self.home.relative_to(self.root)}"
        rtp = 20_000 + (os.getpid() % 20) * 2_000
        words = {
            "HOME": inside,
            "MODULES": installation.modules_folder(self.root),
            "AMI_PORT": self.ami_port,
            "SIP_PORT": self.sip_port,
            "LISTENER_SECRET": LISTENER_SECRET,
            "DRIVER_SECRET": DRIVER_SECRET,
            "DRIVER_ADDRESS": DRIVER_ADDRESS,
            "CALLERS_ADDRESS": CALLERS_ADDRESS,
            "LONGEST_WAIT_S": self.size.longest_wait_s,
            "PLACES": self.size.places,
            "JOIN_EMPTY": NOBODY_THERE if self.size.refuses_when_empty else "yes",
            "LEAVE_EMPTY": NOBODY_THERE if self.size.refuses_when_empty else "no",
            "RTP_START": rtp,
            "RTP_END": rtp + 1_999,
        }
        for name in ("etc", "lib", "spool", "run", "log"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        for source in CONF.iterdir():
            text = filled(source.read_text(), words)
            if source.name == "pjsip.conf":
                text += "".join(self._telephone(name) for name in (*self.telephones, DESK))
            (self.home / "etc" / source.name).write_text(text)
        for name in EMPTY:
            (self.home / "etc" / f"{name}.conf").touch()
        subprocess.run(["chroot", self.root, "chown", "-R", "asterisk", inside], check=True)

    def _telephone(self, name: str) -> str:
        return (
            f'\n[{name}](telephone)\naors = {name}\ncallerid = "Telephone {name}" <{name}>\n'
            f"[{name}]\ntype = aor\ncontact = sip:{name}@{HANDLERS_ADDRESS}:{self.handlers_port}\n"
        )


def filled(text: str, words: Mapping[str, object]) -> str:
    """The text with each @WORD@ in its place."""
    for word, value in words.items():
        text = text.replace(f"@{word}@", str(value))
    return text


@contextmanager
def running_switch(root: Path, size: Size) -> Iterator[Switch]:
    """A switch that is up."""
    switch = Switch(root, size)
    try:
        switch.start()
        print(switch.version)
        yield switch
    finally:
        switch.remove()


@contextmanager
def driving(switch: Switch, folder: Path) -> Iterator[Manager]:
    """The test's own line, with every handler logged on."""
    manager = Manager(switch.ami_port, DRIVER, DRIVER_SECRET, DRIVER_ADDRESS, folder / "truth.raw")
    try:
        log_on(manager, switch)
        yield manager
    finally:
        manager.close()


def log_on(manager: Manager, switch: Switch) -> None:
    """Every handler logs on, as they do again after the switch was restarted."""
    wait_for(manager.is_booted, 20, "the test's own line to a switch that is fully up")
    for name in switch.telephones:
        manager.ask("QueueAdd", Queue=QUEUE, Interface=f"PJSIP/{name}", MemberName=f"Handler {name}")


def waiting_now(manager: Manager) -> dict[str, Message]:
    """Who waits, as the switch itself says: Uniqueid to QueueEntry."""
    told = manager.ask("QueueStatus", until="QueueStatusComplete", Queue=QUEUE)
    return {entry["Uniqueid"]: entry for entry in told.events("QueueEntry")}


def _free_udp() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
