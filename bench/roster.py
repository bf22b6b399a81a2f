"""Rosters for a week: cost, proven bound and gap on three made-up centres, beside pyworkforce.

    python bench/roster.py [--seconds 60] [--only 50] [--write FOLDER] [--environment FOLDER] [--no-peer]

The centres have 50, 115 and 330 people and a requirement for each half-hour of a week, made by this file from
a profile of the day, a factor of the weekday and a little noise with a fixed seed, staffed by the square-root
rule. Each roster is read by bench/roster_checker.py, which shares no code with the solver. `--write` only
writes the instances, for `darwin plan roster`.

pyworkforce is installed by pip into an environment of its own, in FOLDER if one is given, else in a folder
that is thrown away. Its scheduler knows no people, no rest and no shift over midnight, so it is given what it
can express: the cover alone, the week as one day of 336 periods and every pattern with its break as a shift
of its own, at the same cost and time. Its cost is that of a relaxation: who works it is not asked.
"""

import argparse
import json
import math
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roster_checker import broken

# The last release for Python 3.11, and what its module of queues imports beside numpy.
PEER = ("pyworkforce==0.5.1", "joblib")
WEEKDAYS = (1.0, 0.97, 0.96, 0.98, 1.08, 1.12, 1.02)
STARTS = [12, 14, 16, 20, 24, 28, 32, 36, 40, 44]
EIGHT = {"length_h": 8, "paid_h": 7.5, "break_slots": 1, "break_start_offset_slots": [6, 8, 10]}
TEN = {"length_h": 10, "paid_h": 9.5, "break_slots": 1, "break_start_offset_slots": [8, 10, 12]}
TWELVE = {"length_h": 12, "paid_h": 11, "break_slots": 2, "break_start_offset_slots": [8, 11, 14]}
# The square-root staffing rule (Halfin and Whitt 1981): people for a load, with this much in reserve.
RESERVE = 0.8


@dataclass(frozen=True, slots=True)
class Centre:
    """People, the load of an ordinary peak in erlangs, the seed of its noise, the shifts on offer."""

    people: int
    load: float
    seed: int
    shifts: tuple[dict[str, Any], ...]

    def instance(self) -> dict[str, Any]:
        chance = random.Random(self.seed)
        return {
            "name": f"{self.people} people",
            "slot_minutes": 30,
            "requirement": [
                _people_for(self.load * factor * _of_the_day(day, slot / 2) * chance.lognormvariate(0, 0.04))
                for day, factor in enumerate(WEEKDAYS)
                for slot in range(48)
            ],
            "agents": self.people,
            "shift_starts_slot_of_day": STARTS,
            "shift_types": list(self.shifts),
            "rules": {
                "max_shifts_per_week": 5,
                "max_paid_hours": 40,
                "min_rest_hours": 11,
                "one_shift_start_per_day": True,
            },
        }


CENTRES = (
    Centre(50, 10, 1, (EIGHT, TEN)),
    Centre(115, 26, 2, (EIGHT, TEN)),
    Centre(330, 80, 3, (EIGHT, TEN, TWELVE)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", type=int, choices=[centre.people for centre in CENTRES])
    parser.add_argument("--write", type=Path, help="write the instances to this folder and end")
    parser.add_argument("--environment", type=Path, help="where pyworkforce is, or is put")
    parser.add_argument("--no-peer", action="store_true", help="without pyworkforce")
    options = parser.parse_args()
    centres = [centre for centre in CENTRES if options.only in (None, centre.people)]
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        for centre in centres:
            text = json.dumps(centre.instance(), indent=1)
            options.write.joinpath(f"roster_{centre.people}.json").write_text(text, "utf-8")
        return
    load = os.getloadavg()[0]
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"
    )
    heads = {"paid hours": 12, "bound": 12, "gap": 10, "shifts": 8, "broken": 8, "seconds": 9, "CPU s": 8}
    print(" " * 12 + "".join(f"{head:>{width}}" for head, width in heads.items()))
    for centre in centres:
        _ours(centre.instance(), options.seconds)
    if options.no_peer:
        return
    with tempfile.TemporaryDirectory(prefix="darwin-bench-", ignore_cleanup_errors=True) as folder:
        python = _install(options.environment or Path(folder, "pyworkforce"))
        print(f"{PEER[0]}, cover only: it is not asked who works the shifts")
        for centre in centres:
            _theirs(python, centre.instance(), options.seconds)


def _ours(data: dict[str, Any], seconds: float) -> None:
    from darwin.science.rostering.instance import read_instance
    from darwin.science.rostering.weekly import solve_instance

    begun, cpu = time.perf_counter(), time.process_time()
    instance = read_instance(json.dumps(data))
    roster = solve_instance(instance, seconds=seconds, threads=2)
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu
    paid, bound = instance.hours(roster.paid), instance.hours(roster.bound)
    answer = {"paid_hours": paid, "bound": bound, "gap": roster.gap, "tours": roster.tours}
    faults = broken(data, answer)
    shifts = sum(map(len, roster.tours))
    print(
        f"{data['name']:<12}{paid:>12,.2f}{bound:>12,.2f}{roster.gap:>10.4%}{shifts:>8}{len(faults):>8}"
        f"{took:>9.1f}{cpu:>8.1f}",
        flush=True,
    )
    for fault in faults:
        print(f"  {fault}")


def _theirs(python: Path, data: dict[str, Any], seconds: float) -> None:
    done = subprocess.run(
        [python, "-c", PEER_SCRIPT, str(seconds)],
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"{data['name']:<12}{done.stdout.strip() or done.stderr.strip().splitlines()[-1]}", flush=True)


PEER_SCRIPT = """
import json, sys, time
from pyworkforce.scheduling import MinRequiredResources
data = json.load(sys.stdin)
coverage, cost = {}, {}
starts = [day * 48 + start for day in range(7) for start in data["shift_starts_slot_of_day"]]
for start in starts:
    for kind, shift in enumerate(data["shift_types"]):
        for offset in shift["break_start_offset_slots"]:
            name = f"{start}/{kind}/{offset}"
            row = [0] * 336
            for step in range(int(shift["length_h"] * 2)):
                if not offset <= step < offset + shift["break_slots"]:
                    row[(start + step) % 336] = 1
            coverage[name], cost[name] = row, int(shift["paid_h"] * 2)
begun, cpu = time.perf_counter(), time.process_time()
solution = MinRequiredResources(
    num_days=1, periods=336, shifts_coverage=coverage, required_resources=[data["requirement"]],
    cost_dict=cost,
    max_period_concurrency=data["agents"], max_shift_concurrency=data["agents"],
    max_search_time=float(sys.argv[1]), num_search_workers=2,
).solve()
took, cpu = time.perf_counter() - begun, time.process_time() - cpu
hours = solution["cost"] / 2 if solution["cost"] >= 0 else float("nan")
print(f"{hours:>12,.2f}  {solution['status']}, bound not given{took:>24.1f}{cpu:>8.1f}")
"""


def _install(folder: Path) -> Path:
    """The peer's own Python, with the peer in it."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEER], check=True)
    return python


def _of_the_day(day: int, hour: float) -> float:
    """The share of the peak's load at an hour: late morning, evening, and late on Friday and Saturday."""

    def hump(size: float, at: float, width: float) -> float:
        return size * math.exp(-(((hour - at) / width) ** 2))

    late = hump(0.32, 22.5, 2.2) if day in (4, 5) else 0.0
    small_hours = hump(0.28, 0.5, 2.0) if day in (5, 6) else 0.0
    return 0.30 + hump(0.55, 11.5, 3.6) + hump(0.62, 18.5, 3.4) + late + small_hours


def _people_for(load: float) -> int:
    return math.ceil(load + RESERVE * math.sqrt(load))


if __name__ == "__main__":
    main()
