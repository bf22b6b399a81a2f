"""How fast call records become committed rows, beside public parsers that store nothing.

    python bench/ingest.py [--rounds 3] [--events 100000] [--long 1000000]

Raw AMI events a second from bytes on disk to committed contacts and legs, on one core; the parser of
panoramisk, a
public AMI client, on the same bytes in the same run; memory over a long stream; rows a second of the bank's
month
beside pandas.read_csv. Every round runs all of them in turn, and medians are printed. The streams are made by
replaying the recording in ../shared/data with later times and other identifiers. Works in an embedded
PostgreSQL of its own, which is thrown away.
"""

import argparse
import os
import platform
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas
from panoramisk.ami_protocol import AMIProtocol

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT.parent / "shared" / "data"
_EPOCH = re.compile(rb"\b(1[67]\d{8})\b")
_CHANNEL = re.compile(rb"-([0-9a-f]{8})\b")
SECONDS_A_COPY = 120
WANTED = 5000


def main() -> None:
    options = _options()
    if not DATA.is_dir():
        sys.exit("../shared/data is not beside this project: there is no recording to replay.")
    with tempfile.TemporaryDirectory(prefix="darwin-bench-", ignore_cleanup_errors=True) as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ["DARWIN_DATA_DIR"] = str(Path(folder, "house"))
        from darwin.supervisor.house import open_house

        with open_house():
            one_core = _keep_to_one_core()
            print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
            print(f"importer and its database process on one core: {'yes' if one_core else 'no'}")
            _rounds(Path(folder), options.rounds, options.events)
            if options.long:
                _long_stream(Path(folder), options.long)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=100_000, help="raw events of a round")
    parser.add_argument("--long", type=int, default=1_000_000, help="raw events of the long stream; 0: none")
    return parser.parse_args()


def _keep_to_one_core() -> bool:
    """Tie this process and the database process behind it to one core; False if not allowed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    try:
        core = {min(os.sched_getaffinity(0))}
        os.sched_setaffinity(0, core)
        os.sched_setaffinity(backend, core)
    except OSError:
        return False
    return True


def replay(path: Path, events: int, first_copy: int) -> int:
    """Write a stream of about `events` raw events; the number written.

    Copies never share a call or a moment.
    """
    recording = (DATA / "asterisk" / "ami_full.raw").read_bytes()
    one = recording[recording.index(b"\r\nEvent: ") + 2 :]
    a_copy = one.count(b"\r\nEvent: ") + 1
    copies = -(-events // a_copy)
    with path.open("wb") as file:
        file.write(b"Asterisk Call Manager/11.0.0\r\n")
        for copy in range(first_copy, first_copy + copies):
            file.write(_moved(one, copy))
    return copies * a_copy


def _moved(stream: bytes, copy: int) -> bytes:
    later = _EPOCH.sub(lambda found: b"%d" % (int(found[1]) + copy * SECONDS_A_COPY), stream)
    return _CHANNEL.sub(lambda found: b"-%08x" % ((int(found[1], 16) + copy * 4096) % 2**32), later)


def _rounds(folder: Path, rounds: int, events: int) -> None:
    rates: dict[str, list[float]] = {}
    copies_used = 0
    for number in range(rounds):
        stream = folder / f"stream-{number}.raw"
        written = replay(stream, events, copies_used)
        copies_used += written
        _measure(rates, "Darwin: AMI events to committed rows", written, partial(_import_stream, stream))
        _measure(rates, "panoramisk: AMI events parsed", written, partial(_parse_with_panoramisk, stream))
        stream.unlink()
        month = _month(folder, number)
        rows = month.read_bytes().count(b"\n") - 1
        _measure(rates, "Darwin: bank rows to committed rows", rows, partial(_import_month, month))
        _measure(rates, "pandas.read_csv: bank rows read", rows, partial(_read_with_pandas, month))
        month.unlink()
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for name, median in medians.items():
        print(f"{name:<40}{median:>12,.0f} a second   ({', '.join(f'{rate:,.0f}' for rate in rates[name])})")
    ours, parser, csv_rate, pandas_rate = medians.values()
    print(
        f"to committed rows beside parsing alone: {ours / parser:.2f} (AMI), {csv_rate / pandas_rate:.4f} "
        f"(CSV)"
    )
    print(f"wanted at least {WANTED:,} AMI events a second: {'yes' if ours >= WANTED else 'NO'}")


def _measure(rates: dict[str, list[float]], name: str, count: int, work: Callable[[], None]) -> None:
    began = time.perf_counter()
    work()
    rates.setdefault(name, []).append(count / (time.perf_counter() - began))


def _import_stream(path: Path) -> None:
    from darwin.contact.imports.switch_import import import_asterisk_ami
    from darwin.ledger.actors import Actor

    report = import_asterisk_ami(
        actor=Actor.system("bench"), path=path, index=None, switch="bench", progress=lambda _: None
    )
    assert report.imported and not report.already_known and not report.rejected


def _parse_with_panoramisk(path: Path) -> None:
    class Listener:
        heard = 0

        def dispatch(self, _: object) -> None:
            self.heard += 1

    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.factory = Listener()
    with path.open("rb") as file:
        while chunk := file.read(1 << 16):
            protocol.data_received(chunk)
    assert protocol.factory.heard


def _month(folder: Path, number: int) -> Path:
    """The bank's January with other call identifiers, so that every round stores it anew."""
    rows = (DATA / "bank_calls" / "january.txt").read_bytes().split(b"\n")
    other = [row.replace(b"AA0", b"R%d-AA0" % number, 1) for row in rows[1:]]
    path = folder / f"month-{number}.txt"
    path.write_bytes(b"\n".join([rows[0], *other]))
    return path


def _import_month(path: Path) -> None:
    from darwin.contact.imports.csv_import import import_csv
    from darwin.contact.imports.mapping import read_mapping
    from darwin.ledger.actors import Actor

    mapping = read_mapping(PROJECT / "examples" / "mappings" / "bank_calls.toml")
    report = import_csv(actor=Actor.system("bench"), path=path, mapping=mapping, progress=lambda _: None)
    assert report.imported == 31_359


def _read_with_pandas(path: Path) -> None:
    assert len(pandas.read_csv(path, sep="\t")) == 31_599


def _long_stream(folder: Path, events: int) -> None:
    """Import a long stream, and print the memory held after each tenth of it."""
    from darwin.contact.imports.switch_import import import_asterisk_ami
    from darwin.ledger.actors import Actor

    stream = folder / "long.raw"
    written = replay(stream, events, 2_000_000)
    size = stream.stat().st_size
    held: list[tuple[int, float]] = []
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        tenth = done * 10 // size
        if not held or tenth > held[-1][0]:
            held.append((tenth, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))

    began = time.perf_counter()
    import_asterisk_ami(
        actor=Actor.system("bench"), path=stream, index=None, switch="long", progress=progress
    )
    took = time.perf_counter() - began
    print(f"long stream: {written:,} events, {size / 1e6:,.0f} MB, {written / took:,.0f} a second")
    print("most memory held so far, MB, by tenth of the stream: " + ", ".join(f"{mb:.0f}" for _, mb in held))


if __name__ == "__main__":
    main()
