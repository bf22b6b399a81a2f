"""From a call's commit to fifty walls, beside fifty walls that ask again each second.

    python bench/wallboard.py [--rounds 3] [--seconds 20] [--calls 20] [--screens 50]

A real house in an embedded PostgreSQL that is thrown away: the publisher and uvicorn as processes of their
own, a feeder that records a switch's events as a listener does (seven of a call, a batch every 50 ms), and
walls that are plain sockets. Latency is from the moment at which the batch that holds a joining was committed
to the moment at which a wall has received the frame that counts it. The peer is the naive way: the same walls
load the same page once a second, with nothing streamed. Both run in every round, in turn; medians are
printed.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

WANTED_P99_MS = 250
SETTLE_S = 3.0
START_LIMIT_S = 120.0
WEB = "bench-web"
EARLIER_TODAY = 2000
# The first line's "in time today": m of n, of which n counts every call that joined.
OFFERED = re.compile(rb"In time today.*?of.{1,6}?([\d,]+)<", re.DOTALL)


@dataclass
class Seen:
    """What the walls saw: for each wall, when it first showed so many calls offered. Seconds, monotonic."""

    screens: list[list[tuple[float, int]]] = field(default_factory=list)
    frames: int = 0
    bytes: int = 0
    refused: int = 0

    def note(self, screen: int, html: bytes) -> None:
        self.frames += 1
        self.bytes += len(html)
        found = OFFERED.search(html)
        if found:
            self.screens[screen].append((time.monotonic(), int(found[1].replace(b",", b""))))


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="darwin-bench-", ignore_cleanup_errors=True) as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ["DARWIN_DATA_DIR"] = str(Path(folder, "house"))
        from darwin.supervisor.house import open_house

        with open_house() as house:
            assert house.server is not None
            print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
            print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}")
            tokens = _prepare(options.screens)
            bench = Bench(options, tokens, house.server.pid)
            bench.run()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--calls", type=float, default=20, help="calls a second")
    parser.add_argument("--screens", type=int, default=50)
    return parser.parse_args()


def _prepare(screens: int) -> list[str]:
    """The lines, the calls of earlier today and the walls; the walls' tokens."""
    import wallboard_feed
    from darwin.ledger.actors import Actor
    from darwin.staff.services import make_wall_code, pair_wall_screen

    wallboard_feed.open_day(EARLIER_TODAY)
    actor = Actor.system("bench")
    codes = [make_wall_code(actor=actor, name=f"Wall {number}")[1] for number in range(screens)]
    return [pair_wall_screen(actor=actor, code=code)[1] for code in codes]


class Bench:
    """The rounds, and what each of them gave."""

    def __init__(self, options: argparse.Namespace, tokens: list[str], database: int) -> None:
        self.options, self.tokens, self.database = options, tokens, database
        self.results: dict[str, list[dict[str, float]]] = {}

    def run(self) -> None:
        for _ in range(self.options.rounds):
            self._round("streamed", streamed=True)
            self._round("asked each second", streamed=False)
        self._print()
        self._count_queries()

    def _round(self, name: str, *, streamed: bool) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            port = listener.getsockname()[1]
            with _web(listener) as web, _publisher(streamed) as publisher, _feeder(self.options) as feeder:
                processes = {
                    "publisher": publisher,
                    "web": web,
                    "database": self.database,
                    "feeder": feeder.pid,
                }
                seen, cpu, connections = asyncio.run(self._watch(port, streamed, processes))
                feeder.send_signal(signal.SIGTERM)
                told, _ = feeder.communicate(timeout=30)
        began = cpu.pop("began")
        commits = [(at, count) for at, count in json.loads(told.splitlines()[-1]) if at >= began]
        latencies = list(_latencies(commits, seen))
        found = {
            "p50 ms": _percentile(latencies, 0.5),
            "p99 ms": _percentile(latencies, 0.99),
            "frames a second and wall": seen.frames / self.options.seconds / len(self.tokens),
            "kB a second and wall": seen.bytes / 1e3 / self.options.seconds / len(self.tokens),
            "pages refused": seen.refused,
            "measured": len(latencies),
            "web's database connections": connections,
            **cpu,
        }
        self.results.setdefault(name, []).append(found)
        print(f"{name}: " + ", ".join(f"{what} {value:,.1f}" for what, value in found.items()), flush=True)

    async def _watch(
        self, port: int, streamed: bool, processes: dict[str, int]
    ) -> tuple[Seen, dict[str, float], int]:
        seen = Seen([[] for _ in self.tokens])
        watch = _stream if streamed else _ask
        walls = [
            asyncio.create_task(watch(port, token, seen, number)) for number, token in enumerate(self.tokens)
        ]
        await self._until_all_move(seen, walls)
        seen.frames = seen.bytes = seen.refused = 0
        before, began = {name: _cpu_s(pid) for name, pid in processes.items()}, time.monotonic()
        await asyncio.sleep(self.options.seconds)
        took = time.monotonic() - began
        cpu = {f"CPU {name} %": 100 * (_cpu_s(pid) - before[name]) / took for name, pid in processes.items()}
        connections = await asyncio.to_thread(_connections)
        _raise_what_went_wrong(walls)
        for wall in walls:
            wall.cancel()
        await asyncio.gather(*walls, return_exceptions=True)
        return seen, {"began": began, **cpu}, connections

    async def _until_all_move(self, seen: Seen, walls: list["asyncio.Task[None]"]) -> None:
        """Wait until the processes have started: every wall has seen the count of calls change twice."""
        began = time.monotonic()
        while any(len({count for _, count in shown}) < 3 for shown in seen.screens):
            _raise_what_went_wrong(walls)
            if time.monotonic() - began > START_LIMIT_S:
                sys.exit(f"The walls did not move within {START_LIMIT_S:g} s.")
            await asyncio.sleep(0.2)
        await asyncio.sleep(SETTLE_S)

    def _count_queries(self) -> None:
        """Queries of each tick of a publisher under the same load, counted in this process."""
        from django.db import connection

        from darwin.ledger.live.publisher import EVERY_S, Publisher

        with _feeder(self.options) as feeder:
            time.sleep(3 * SETTLE_S)
            connection.force_debug_cursor = True
            publisher = Publisher()
            publisher.tick()
            counts: list[int] = []
            for _ in range(200):
                connection.queries_log.clear()
                publisher.tick()
                counts.append(len(connection.queries_log))
                time.sleep(EVERY_S)
            connection.force_debug_cursor = False
            feeder.send_signal(signal.SIGTERM)
            feeder.communicate(timeout=30)
        median = statistics.median(counts)
        print(f"queries a tick over {len(counts)} ticks: median {median:g}, most {max(counts)}")

    def _print(self) -> None:
        for name, rounds in self.results.items():
            medians = {what: statistics.median(found[what] for found in rounds) for what in rounds[0]}
            print(
                f"median of {len(rounds)}, {name}: " + ", ".join(f"{w} {v:,.1f}" for w, v in medians.items())
            )
        p99 = statistics.median(found["p99 ms"] for found in self.results["streamed"])
        print(f"wanted p99 under {WANTED_P99_MS} ms: {'yes' if p99 < WANTED_P99_MS else 'NO'}")


def _raise_what_went_wrong(walls: list["asyncio.Task[None]"]) -> None:
    for wall in walls:
        if wall.done() and (fault := wall.exception()):
            raise fault


def _latencies(commits: list[tuple[float, int]], seen: Seen) -> Iterator[float]:
    """For each commit and wall: milliseconds until the wall counted what was committed."""
    for shown in seen.screens:
        at = 0
        for committed, count in commits:
            while at < len(shown) and (shown[at][1] < count or shown[at][0] < committed):
                at += 1
            if at < len(shown):
                yield (shown[at][0] - committed) * 1000


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


async def _stream(port: int, token: str, seen: Seen, number: int) -> None:
    """One wall with an open stream, read event by event."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(_request("/live/?screens=contact.wallboard", token))
    assert b" 200 " in await reader.readline()
    event, data = b"", []
    while True:
        line = (await reader.readline()).rstrip(b"\r\n")
        if line.startswith(b"event: "):
            event = line[7:]
        elif line.startswith(b"data: "):
            data.append(line[6:])
        elif not line:
            if event == b"contact.wallboard" and data:
                seen.note(number, b"\n".join(data))
            event, data = b"", []


async def _ask(port: int, token: str, seen: Seen, number: int) -> None:
    """One wall that loads the page each second, on one connection that it keeps."""
    await asyncio.sleep(number / 50)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    while True:
        began = time.monotonic()
        writer.write(_request("/wall/", token))
        answered = b" 200 " in await reader.readline()
        length = 0
        while header := (await reader.readline()).rstrip():
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        page = await reader.readexactly(length)
        if answered:
            seen.note(number, page)
        else:
            # A server that has more to do than connections to its database says so.
            seen.refused += 1
        await asyncio.sleep(max(0.0, 1 - (time.monotonic() - began)))


def _request(path: str, token: str) -> bytes:
    from darwin.staff.walls import cookie_name

    lines = (f"GET {path} HTTP/1.1", "Host: localhost", f"Cookie: {cookie_name()}={token}", "", "")
    return "\r\n".join(lines).encode()


@contextmanager
def _web(listener: socket.socket) -> Iterator[int]:
    """uvicorn as `darwin up` runs it; its process id."""
    command = [sys.executable, "-m", "darwin.supervisor.web", str(listener.fileno())]
    environment = {**os.environ, "PGAPPNAME": WEB}
    with _process(command, pass_fds=(listener.fileno(),), env=environment) as web:
        _until_it_answers(listener.getsockname()[1])
        yield web.pid


@contextmanager
def _publisher(wanted: bool) -> Iterator[int]:
    """The publisher of live screens; its process id. Our own, which costs nothing, where none is wanted."""
    if not wanted:
        yield os.getpid()
        return
    with _process([sys.executable, "-m", "darwin.cli", "ledger", "publish", "--forever"]) as publisher:
        yield publisher.pid


@contextmanager
def _feeder(options: argparse.Namespace) -> Iterator["subprocess.Popen[str]"]:
    script = str(Path(__file__).with_name("wallboard_feed.py"))
    with _process([sys.executable, script, str(options.calls)], stdout=subprocess.PIPE, text=True) as feeder:
        yield feeder


@contextmanager
def _process(command: list[str], **more: Any) -> Iterator["subprocess.Popen[Any]"]:
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL, **more)
    try:
        yield running
    finally:
        if running.poll() is None:
            running.terminate()
            running.wait(20)


def _until_it_answers(port: int) -> None:
    for _ in range(400):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
                wire.sendall(b"GET /health/live/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if b" 200 " in wire.recv(100):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit("The web server did not answer within 40 s.")


def _connections() -> int:
    """How many connections to the database the web server holds now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [WEB])
        found = int(cursor.fetchone()[0])
    connection.close()
    return found


def _cpu_s(pid: int) -> float:
    """CPU seconds of a process and of its children, those that ended included."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(entry.name) == pid:
            total += sum(map(int, fields[11:15]))
        elif int(fields[1]) == pid:
            total += sum(map(int, fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
