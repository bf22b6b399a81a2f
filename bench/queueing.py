"""What one answer of the queueing formulas costs, beside pyworkforce and plain Python.

    python bench/queueing.py [--rounds 7] [--environment FOLDER]

Microseconds of CPU a call, in one run: Erlang C and the fewest handlers for 90 per cent within 30 seconds,
by Darwin, by pyworkforce and by the textbook loop in plain Python; Erlang A and B by Darwin alone
(pyworkforce has neither). Mean service 300 seconds, patience 120. Every round calls all of them in turn;
medians are printed, and how far each answer is from Darwin's. pyworkforce is installed by pip into a folder
of its own, FOLDER if one is given, else one that is thrown away. Compiling is left out and said apart.
"""

import argparse
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# The last release for Python 3.11, and what its module of queues imports beside numpy.
PEER = ("pyworkforce==0.5.1", "joblib")
SERVICE_S, PATIENCE_S, WITHIN_S, TARGET = 300.0, 120.0, 30.0, 0.9
LOADS = (0.5, 10.0, 100.0, 1000.0, 10_000.0)
# A call is repeated until a round of it lasts that long.
LEAST_S = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--environment", type=Path, help="where pyworkforce is, or is put")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="darwin-bench-") as folder:
        _install_peer(options.environment or Path(folder))
        print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        _compile()
        for load in LOADS:
            _compare(load, options.rounds)


def _install_peer(folder: Path) -> None:
    if not (folder / "pyworkforce").is_dir():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), *PEER],
            check=True,
        )
    sys.path.append(str(folder))


def _compile() -> None:
    from darwin.science import queueing

    begun = time.process_time()
    queueing.erlang_b(1.0, 1)
    queueing.erlang_c(0.001, SERVICE_S, 1)
    queueing.erlang_a(0.001, SERVICE_S, PATIENCE_S, 1)
    queueing.erlang_a(0.001, SERVICE_S, PATIENCE_S, 1, capacity=2)
    queueing.required_servers(0.001, SERVICE_S, TARGET)
    print(f"first calls, compiling or loading what was compiled: {time.process_time() - begun:.2f} s of CPU")


def plain_erlang_c(load: float, servers: int) -> float:
    """The service level by the recursion of Erlang B, as textbooks have it."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    p_wait = blocked / (1 - load / servers * (1 - blocked))
    return 1 - p_wait * math.exp(-(servers - load) * WITHIN_S / SERVICE_S)


def plain_required(load: float) -> int:
    """The fewest servers, tried one after the other."""
    servers = math.floor(load) + 1
    while plain_erlang_c(load, servers) < TARGET:
        servers += 1
    return servers


def _compare(load: float, rounds: int) -> None:
    from pyworkforce.queuing import ErlangC

    from darwin.science import queueing

    rate = load / SERVICE_S
    servers = queueing.required_servers(rate, SERVICE_S, TARGET, WITHIN_S)
    # pyworkforce counts transactions in an interval, in minutes.
    peer = ErlangC(transactions=load * 12, aht=SERVICE_S / 60, interval=60, asa=WITHIN_S / 60, shrinkage=0.0)
    calls: dict[str, Callable[[], float]] = {
        "Erlang C, Darwin": lambda: queueing.erlang_c(rate, SERVICE_S, servers, WITHIN_S).service_level,
        "Erlang C, pyworkforce": lambda: peer.service_level(servers),
        "Erlang C, plain Python": lambda: plain_erlang_c(load, servers),
        "handlers needed, Darwin": lambda: queueing.required_servers(rate, SERVICE_S, TARGET, WITHIN_S),
        "handlers needed, pyworkforce": lambda: peer.required_positions(TARGET)["raw_positions"],
        "handlers needed, plain Python": lambda: plain_required(load),
        "Erlang A, Darwin": lambda: (
            queueing.erlang_a(rate, SERVICE_S, PATIENCE_S, servers, WITHIN_S).service_level
        ),
        "Erlang A, 50 places, Darwin": lambda: (
            queueing.erlang_a(rate, SERVICE_S, PATIENCE_S, servers, WITHIN_S, servers + 50).service_level
        ),
        "handlers needed with patience, Darwin": lambda: queueing.required_servers(
            rate, SERVICE_S, TARGET, WITHIN_S, PATIENCE_S
        ),
        "Erlang B, Darwin": lambda: queueing.erlang_b(load, servers),
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    answers: dict[str, float | str] = {}
    for _ in range(rounds):
        for name, call in calls.items():
            if isinstance(answers.get(name), str):
                continue
            try:
                microseconds, answers[name] = _timed(call)
                times[name].append(microseconds)
            except (OverflowError, ZeroDivisionError, RecursionError, ValueError) as fault:
                answers[name] = type(fault).__name__
    print(f"\n{load:g} erlangs, {servers} handlers")
    for name, answer in answers.items():
        of_darwin = f"{name.split(',')[0]}, Darwin"
        if isinstance(answer, str):
            print(f"  {name:<38} {answer}")
            continue
        median = statistics.median(times[name])
        line = f"  {name:<38} {median:12.1f} µs"
        if of_darwin in answers and "Darwin" not in name:
            ratio = median / statistics.median(times[of_darwin])
            line += (
                f"  {ratio:9.1f} times Darwin's, answer off by {abs(answer - float(answers[of_darwin])):.1e}"
            )
        print(line)


def _timed(call: Callable[[], float]) -> tuple[float, float]:
    """Microseconds of CPU for one call, and what it answered."""
    number = 1
    while True:
        begun = time.process_time()
        for _ in range(number):
            answer = call()
        spent = time.process_time() - begun
        if spent >= LEAST_S:
            return spent / number * 1e6, float(answer)
        number *= max(2, min(100, math.ceil(LEAST_S / max(spent, 1e-7))))


if __name__ == "__main__":
    main()
