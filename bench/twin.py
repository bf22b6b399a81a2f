"""Calls simulated per CPU-second: Darwin's twin beside a C event loop, SimPy and Ciw.

    python bench/twin.py [--rounds 3] [--replications 10] [--peer-days 60]

The centre: 900 calls a day over 365 days, a Poisson rate and a staffing of each hour of the day, exponential
talk (450 s) and patience (300 s). In every round, one after the other: (a) bench/twin_loop.c, compiled here
and now; (b) Darwin with three skills, shifts over midnight with breaks, absence, redial and call-back; (c)
Darwin on the plain centre; (d) SimPy; (e) Ciw; and the C loop and Darwin on the same centre with 120 handlers
at its peak. Processor seconds of one thread; medians over the rounds, the peers on fewer days because a day
of theirs costs what it costs. What is simulated must agree: for per cent within 30 s, abandonment and waits
each one's distance from the C loop is shown in standard errors, and beyond 4 the bench ends with status 1.
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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from darwin.science.twin.run import simulate
from darwin.science.twin.scenario import read_scenario

sys.path.insert(0, str(Path(__file__).parent))

from twin_peers import Centre, with_ciw, with_simpy
from twin_scenarios import full_scenario, plain_scenario

# Calls, CPU seconds, and for each of MEASURES (mean, standard error).
Outcome = tuple[float, float, list[tuple[float, float]]]
Peer = Callable[[Centre, int, int], list[list[float]]]

DAYS = 365
SEED = 20_261_127
WORST_Z = 4.0
# Calls of a day over its hours, in the shape of a police non-emergency line: quiet at four, busy at eleven.
SHAPE = (22, 16, 12, 10, 9, 11, 17, 28, 44, 54, 58, 60, 58, 56, 56, 57, 58, 57, 52, 47, 42, 36, 30, 26)
MEASURES = ("within 30 s of offered", "gave up of offered", "mean wait of answered", "mean wait of all")
GOALS = (
    ("(c) plain, to the C loop", "plain", "c", 1 / 2),
    ("(b) everything on, to the C loop", "full", "c", 1 / 3),
    ("(c) plain, to Ciw", "plain", "ciw", 100),
    ("(c) with 120 handlers, to itself", "plain 120", "plain", 3 / 4),
    ("(b) with 120 handlers, to itself", "full 120", "full", 3 / 4),
)
FULL_GOAL = 3e6


@dataclass
class Measured:
    """Of each round the calls per CPU-second, and for each of MEASURES the (mean, standard error)."""

    speeds: list[float] = field(default_factory=list)
    rounds: list[list[tuple[float, float]]] = field(default_factory=list)

    @property
    def speed(self) -> float:
        return statistics.median(self.speeds)

    def seen(self) -> list[tuple[float, float]]:
        """(mean, standard error) of each of MEASURES over all rounds."""
        return [
            (
                statistics.fmean(mean for mean, _ in each),
                math.hypot(*(error for _, error in each)) / len(each),
            )
            for each in zip(*self.rounds, strict=True)
        ]


def main() -> int:
    options = _options()
    print(
        f"{platform.platform()}, {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}")
    small, large = centre(calls=900.0), centre(peak_handlers=120)
    with tempfile.TemporaryDirectory(prefix="darwin-bench-") as folder:
        loop = compile_loop(Path(folder))
        print_compile_time(Path(folder))
        found = measure(options, loop, small, large)
    print_speeds(found)
    print_goals(found)
    return 0 if print_agreement(found) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--replications", type=int, default=10)
    parser.add_argument("--peer-days", type=int, default=60, help="days of SimPy and Ciw in each round")
    return parser.parse_args()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "processor unknown"


def centre(calls: float = 0.0, peak_handlers: int = 0) -> Centre:
    """`calls` a day, or as many as `peak_handlers` at the busiest hour serve as well.

    The handlers of an hour are its load and 0.6 times the root of it (square-root staffing).
    """
    talk = 450.0

    def handlers(rate: float) -> int:
        load = rate * talk / 3600
        return max(2, round(load + 0.6 * math.sqrt(load)))

    scale = calls / sum(SHAPE)
    if peak_handlers:
        scale = max(
            s for s in (n / 10 for n in range(1, 10_000)) if handlers(max(SHAPE) * s) <= peak_handlers
        )
    rates = tuple(share * scale for share in SHAPE)
    return Centre(rates, tuple(map(handlers, rates)), talk, 300.0, 30.0)


def compile_loop(folder: Path) -> Path:
    source = Path(__file__).with_name("twin_loop.c")
    begun = time.perf_counter()
    subprocess.run(["cc", "-O2", "-o", folder / "twin_loop", source, "-lm"], check=True)
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True).stdout
    print(f"C loop: {compiler.splitlines()[0]}, -O2, compiled in {time.perf_counter() - begun:.1f} s")
    return folder / "twin_loop"


def print_compile_time(folder: Path) -> None:
    """What a new process needs until it has simulated one day: first without a cache, then with it."""
    program = (
        "import sys, time\n"
        "from darwin.science.twin.run import simulate\n"
        "from darwin.science.twin.scenario import read_scenario\n"
        "simulate(read_scenario(sys.stdin.read()), replications=1, seed=1, threads=1)\n"
        "print(time.process_time())"
    )
    environment = os.environ | {"DARWIN_KERNEL_CACHE": str(folder / "cache")}
    text = full_scenario(centre(calls=900.0), days=1)
    first, second = (
        float(
            subprocess.run(
                [sys.executable, "-c", program],
                input=text,
                capture_output=True,
                text=True,
                check=True,
                env=environment,
            ).stdout
        )
        for _ in range(2)
    )
    print(
        f"Darwin, all on: a new process needs {first:.1f} CPU-seconds for its first day with compiling, "
        f"{second:.1f} cached"
    )


def measure(options: argparse.Namespace, loop: Path, small: Centre, large: Centre) -> dict[str, Measured]:
    """Every simulator in every round, one after the other."""
    # The larger centre has so many times the calls, and its rounds as many times fewer replications.
    fewer = max(2, round(options.replications * sum(small.rates) / sum(large.rates)))
    plans: dict[str, Callable[[int], Outcome]] = {
        "c": partial(by_c, loop, small, options.replications),
        "full": partial(by_darwin, full_scenario(small, DAYS), options.replications),
        "plain": partial(by_darwin, plain_scenario(small, DAYS), options.replications),
        "lognormal": partial(by_darwin, full_scenario(small, DAYS, lognormal=True), options.replications),
        "simpy": partial(by_peer, with_simpy, small, options.peer_days),
        "ciw": partial(by_peer, with_ciw, small, options.peer_days),
        "c 120": partial(by_c, loop, large, fewer),
        "full 120": partial(by_darwin, full_scenario(large, DAYS), fewer),
        "plain 120": partial(by_darwin, plain_scenario(large, DAYS), fewer),
    }
    for scenario in (full_scenario(small, 1), plain_scenario(small, 1)):
        by_darwin(scenario, 2, SEED)
    found = {name: Measured() for name in plans}
    for number in range(options.rounds):
        for name, plan in plans.items():
            calls, seconds, seen = plan(SEED + 1000 * number)
            found[name].speeds.append(calls / seconds)
            found[name].rounds.append(seen)
    return found


def by_c(loop: Path, centre: Centre, replications: int, seed: int) -> Outcome:
    lines = [f"{DAYS} {replications} {seed} {centre.mean_talk} {centre.mean_patience} {centre.threshold}"]
    lines += [f"{rate!r} {handlers}" for rate, handlers in zip(centre.rates, centre.handlers, strict=True)]
    printed = subprocess.run(
        [loop], input="\n".join(lines), capture_output=True, text=True, check=True
    ).stdout
    seconds, *days = printed.splitlines()
    return _outcome([[float(number) for number in day.split()] for day in days], float(seconds))


def by_peer(simulate: Peer, centre: Centre, days: int, seed: int) -> Outcome:
    begun = time.process_time()
    found = simulate(centre, days, seed)
    return _outcome(found, time.process_time() - begun)


def _outcome(days: Sequence[Sequence[float]], seconds: float) -> Outcome:
    """Ratios over the days with their standard errors (Cochran, Sampling Techniques, 1977, 6.4)."""
    offered, answered, abandoned, within, answered_wait, abandoned_wait = np.array(days).T
    seen = []
    for over, under in (
        (within, offered),
        (abandoned, offered),
        (answered_wait, answered),
        (answered_wait + abandoned_wait, offered),
    ):
        ratio = over.sum() / under.sum()
        spread = np.sqrt(((over - ratio * under) ** 2).sum() / (len(days) * (len(days) - 1)))
        seen.append((float(ratio), float(spread / under.mean())))
    return float(offered.sum()), seconds, seen


def by_darwin(scenario: str, replications: int, seed: int) -> Outcome:
    begun = time.process_time()
    result = simulate(read_scenario(scenario), replications=replications, seed=seed, threads=1)
    seconds = time.process_time() - begun
    total = result.as_json()["total"]
    quantile = float(student.ppf(0.975, replications - 1))
    seen = [
        (total[name]["mean"], total[name]["half_width"] / quantile)
        for name in ("service_level", "p_abandon", "asa_answered", "mean_wait_all")
    ]
    return total["attempts"]["mean"] * replications, seconds, seen


NAMES = {
    "c": "(a) C, an event loop by hand",
    "full": "(b) Darwin: skills, shifts, breaks, absence, redial, call-back",
    "plain": "(c) Darwin: the plain centre",
    "simpy": "(d) SimPy",
    "ciw": "(e) Ciw",
    "lognormal": "(b) with lognormal talk and wrap-up",
    "c 120": "(a) with 120 handlers at the peak",
    "full 120": "(b) with 120 handlers at the peak",
    "plain 120": "(c) with 120 handlers at the peak",
}


def print_speeds(found: dict[str, Measured]) -> None:
    print(f"\n{'calls simulated per CPU-second':<64}{'median':>12}{'lowest':>12}{'highest':>12}")
    for name, words in NAMES.items():
        speeds = found[name].speeds
        print(f"{words:<64}{found[name].speed:>12,.0f}{min(speeds):>12,.0f}{max(speeds):>12,.0f}")


def print_goals(found: dict[str, Measured]) -> None:
    """Ratios within a round, so that a machine that is slower for a while slows both; their median."""
    print(f"\n{'goals (median of the ratios of each round)':<52}{'is':>12}{'goal':>12}")
    for words, over, under, goal in GOALS:
        ratio = statistics.median(a / b for a, b in zip(found[over].speeds, found[under].speeds, strict=True))
        print(f"{words:<52}{ratio:>12,.2f}{goal:>12,.2f}   {'met' if ratio >= goal else 'MISSED'}")
    speed = found["full"].speed
    verdict = "met" if speed >= FULL_GOAL else "MISSED"
    print(f"{'(b) everything on, calls a second':<52}{speed:>12,.0f}{FULL_GOAL:>12,.0f}   {verdict}")


def print_agreement(found: dict[str, Measured]) -> bool:
    """What each simulated and its distance from the C loop in standard errors; whether all are near."""
    near = True
    for peers, loop in ((("c", "plain", "simpy", "ciw"), "c"), (("c 120", "plain 120"), "c 120")):
        print(
            f"\n{'the same centre (mean, z against C)':<40}" + "".join(f"{words:>26}" for words in MEASURES)
        )
        for name in peers:
            row = ""
            for (mean, error), (wanted, its_error) in zip(
                found[name].seen(), found[loop].seen(), strict=True
            ):
                z = (mean - wanted) / math.hypot(error, its_error) if name != loop else 0.0
                near = near and abs(z) <= WORST_Z
                row += f"{mean:>16.4f}" + (f"{z:>+10.2f}" if name != loop else f"{'':>10}")
            print(f"{NAMES[name]:<40}{row}")
    print(
        "\nAll agree."
        if near
        else f"\nSome lie beyond {WORST_Z:g} standard errors: they do not simulate the same."
    )
    return near


if __name__ == "__main__":
    sys.exit(main())
