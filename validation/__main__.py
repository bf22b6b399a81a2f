"""Run every case, and write docs/twin-validation.md.

python -m validation [--out FILE] [--replications 40] [--only WORD] [--show]

`--only` runs the cases whose family or name holds the word, and prints them; with `--show` their scenarios
too. The exit status is 1 if a z-score lies beyond 4.
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

from darwin import __version__
from validation import cases, cases_of_several
from validation.judging import FURTHEST, Case, Verdict, judge
from validation.report import report

OUT = Path(__file__).resolve().parent.parent / "docs" / "twin-validation.md"
FIRST_SEED = 1


def all_cases() -> list[Case]:
    """Every case, in the order of the report; the seed of a case is its place in it, from 1."""
    makers: list[Callable[[], list[Case]]] = [
        cases.erlang_b_cases,
        cases.erlang_c_cases,
        cases.erlang_a_cases,
        cases.patience_cases,
        cases.finite_line_cases,
        cases.one_server_cases,
        cases.phase_cases,
        cases_of_several.priority_cases,
        cases_of_several.moved_ahead_cases,
        cases_of_several.skill_cases,
        cases_of_several.redial_cases,
        cases_of_several.day_cases,
        cases.callback_cases,
        cases_of_several.chat_cases,
        cases_of_several.transfer_cases,
    ]
    return [case for maker in makers for case in maker()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m validation", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--replications", type=int, default=cases.REPLICATIONS)
    parser.add_argument("--only", default="", help="a word of the family or of the name")
    parser.add_argument("--show", action="store_true", help="print the scenarios")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    begun = time.process_time()
    found: list[tuple[Case, list[Verdict]]] = []
    for seed, case in enumerate(all_cases(), FIRST_SEED):
        if options.only not in f"{case.family} {case.name}":
            continue
        if options.show:
            print(case.text)
        verdicts = judge(case, replications=options.replications, seed=seed, threads=options.threads)
        found.append((case, verdicts))
        print(f"seed {seed}, {case.family}: {case.name}", flush=True)
        for verdict in verdicts:
            print(
                f"    {verdict.check.title:<42} exact {verdict.check.exact:<12.6g} twin {verdict.mean:<12.6g}"
                f" ± {verdict.error:<10.2g} z {verdict.z:+.2f}",
                flush=True,
            )
    spent = time.process_time() - begun
    print(f"{len(found)} cases in {spent:.0f} s of CPU, {platform.platform()}")
    if not options.only:
        options.out.write_text(report(found, replications=options.replications, version=__version__), "utf-8")
    return int(any(abs(each.z) > FURTHEST for _, verdicts in found for each in verdicts))


if __name__ == "__main__":
    sys.exit(main())
