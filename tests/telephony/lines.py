"""The listener's line to the switch, and three ways in which a network loses it.

- packets: the kernel drops every packet of this line and of no other (iptables on the loopback device);
- stall: a relay between the two stops carrying, and both ends see a line that is silent;
- reset: the relay breaks the line, and refuses new ones until it is mended.

The test's own line comes from another address and goes on hearing everything."""

import os
import select
import shutil
import socket
import struct
import subprocess
import threading
from typing import Protocol

import pytest

NOTE = "darwin-telephony-test"
NO_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER of nought: closing sends a reset."""


class Line(Protocol):
    """port: where the listener finds the switch."""

    port: int

    def cut(self) -> None: ...
    def mend(self) -> None: ...
    def close(self) -> None: ...


class PacketLine:
    """The switch's own port; the kernel drops what passes between it and 127.0.0.1."""

    def __init__(self, port: int) -> None:
        if os.geteuid() != 0 or shutil.which("iptables") is None:
            pytest.skip("dropping packets needs root and iptables")
        if _iptables("-C", "INPUT", *self._rules(port)[0]).returncode not in (0, 1):
            pytest.skip("dropping packets needs a kernel whose iptables can be used")
        self.port = port

    @staticmethod
    def _rules(port: int) -> list[list[str]]:
        line = ["-i", "lo", "-p", "tcp", "-s", "127.0.0.1", "-d", "127.0.0.1"]
        note = ["-m", "comment", "--comment", f"{NOTE}-{port}", "-j", "DROP"]
        return [[*line, "--dport", str(port), *note], [*line, "--sport", str(port), *note]]

    def cut(self) -> None:
        for rule in self._rules(self.port):
            assert _iptables("-I", "INPUT", *rule).returncode == 0

    def mend(self) -> None:
        for rule in self._rules(self.port):
            while _iptables("-D", "INPUT", *rule).returncode == 0:
                pass

    def close(self) -> None:
        self.mend()


class RelayLine:
    """A relay on a port of its own. Cut, it carries nothing; with `resets`, it also breaks what is open and
    refuses what is new."""

    def __init__(self, switch_port: int, *, resets: bool) -> None:
        self._switch, self._resets = ("127.0.0.1", switch_port), resets
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._carries = threading.Event()
        self._carries.set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._carries.clear()
        if self._resets:
            self._break()

    def mend(self) -> None:
        self._carries.set()

    def close(self) -> None:
        self._door.close()
        self._carries.set()
        self._break()

    def _break(self) -> None:
        for pair in self._pairs:
            for end in pair:
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it is closed already
        self._pairs.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if self._resets and not self._carries.is_set():
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                near.close()
                continue
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        self._carries.wait()
        try:
            far = socket.create_connection(self._switch, timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        self._pairs.append((near, far))
        other = {near: far, far: near}
        try:
            while True:
                for end in select.select([near, far], [], [])[0]:
                    self._carries.wait()
                    if not (chunk := end.recv(65_536)):
                        return
                    other[end].sendall(chunk)
        except OSError:
            return  # either end broke it
        finally:
            near.close()
            far.close()


class PlainLine:
    """The switch's own port, never cut."""

    def __init__(self, port: int) -> None:
        self.port = port

    def cut(self) -> None:
        raise NotImplementedError

    def mend(self) -> None:
        raise NotImplementedError

    def close(self) -> None: ...


def line_to(switch_port: int, how: str) -> Line:
    """how: packets, stall or reset; plain for one that is never cut."""
    if how == "plain":
        return PlainLine(switch_port)
    return PacketLine(switch_port) if how == "packets" else RelayLine(switch_port, resets=how == "reset")


def _iptables(*words: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["iptables", "-w", *words], capture_output=True, check=False)
