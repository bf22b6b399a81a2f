"""docs/twin-validation.md, from the verdicts."""

from collections.abc import Sequence
from itertools import groupby

from validation.cases import ATTEMPTS, WARM_UP_DAYS
from validation.judging import FURTHEST, Case, Spread, Verdict, spread_of

EXACT_BY = {
    "Erlang B": "`science/queueing.py`; it holds for every law of the talk",
    "Erlang C": "`science/queueing.py`",
    "Erlang A": "`science/queueing.py`",
    "M/M/c+G": "`science/general_patience.py` (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005)",
    "finite lines": "`science/queueing.py`; waits are of those let in",
    "M/G/1": "Pollaczek and Khinchine; for constant talk Erlang's law of the wait",
    "phases and wrap": "a Markov chain over who is in which phase, solved by elimination",
    "priorities": "Cobham 1954; ageing priorities by the conservation of work",
    "skills": "a Markov chain over who of which group talks about what and who waits for what",
    "redial": "a Markov chain over the callers on the line and those who will try again",
    "days that change": "uniformization from change to change, day after day until a day repeats the last."
    " When handlers become fewer the free go home first; then whoever finishes a call goes, and"
    " nobody new is answered until no more are there than there should be. In shifts it is known who goes",
    "call-back": "M/M/c+G and Erlang C: who waits to be rung back never gives up",
    "chats": "Erlang A with as many servers as chats at once; a Markov chain for calls and chats together",
    "transfers": "Erlang C at both desks (Burke 1956; Jackson 1957)",
}


def report(found: Sequence[tuple[Case, Sequence[Verdict]]], *, replications: int, version: str) -> str:
    """The page."""
    first = [verdicts[0].z for _, verdicts in found]
    every = [verdict.z for _, verdicts in found for verdict in verdicts]
    beyond = [z for z in every if abs(z) > FURTHEST]
    lines = [
        "# The digital twin against exact results",
        "",
        "Made by `make validate` (`python -m validation`), which runs every case again and writes this page.",
        f"Version {version}; {len(found)} cases, {len(every)} figures.",
        "",
        "## How it is judged",
        "- Each case is a scenario whose figures are known exactly. The twin runs it in"
        f" {replications} independent replications, of about {ATTEMPTS:,} attempts together (fewer where a"
        " case says so). The seed of a case is its number here.",
        f"- {WARM_UP_DAYS} or 3 days of each replication are thrown away as warm-up (1 in the case of busier"
        " and quieter days). The slowest of the lines forgets its start in a few hours.",
        "- The standard error is that of a ratio of sums over the replications (Cochran 1977, 6.4), which are"
        " independent; calls within one are not, and nothing assumes it. The deviation follows Student's law"
        f" with {replications - 1} degrees; z is the normal deviate of the same chance.",
        "- Figures of one case depend on each other. So the first of each case is the one whose spread is"
        " compared with chance.",
        "",
        "## The spread",
        *_spread_lines(spread_of(first)),
        f"- Of all {len(every)} figures the furthest lies {max(map(abs, every)):.2f} standard errors off;"
        f" {len(beyond)} beyond {FURTHEST:.0f}.",
        "",
        "## The cases",
        "Shares from 0 to 1, times in seconds; ± one standard error.",
    ]
    number = 0
    for family, group in groupby(found, key=lambda pair: pair[0].family):
        lines += ["", f"### {family[0].upper()}{family[1:]}", f"Exact by {EXACT_BY[family]}.", ""]
        lines += ["| no. | case | figure | exact | twin | ± | z |", "|---:|---|---|---:|---:|---:|---:|"]
        for case, verdicts in group:
            number += 1
            for at, each in enumerate(verdicts):
                lines.append(
                    f"| {number if at == 0 else ''} | {case.name if at == 0 else ''} | {each.check.title} |"
                    f" {each.check.exact:.6g} | {each.mean:.6g} | {each.error:.1e} | {each.z:+.2f} |"
                )
    return "\n".join(lines) + "\n"


def _spread_lines(spread: Spread) -> list[str]:
    return [
        f"- First figures of {spread.count} cases: mean z {spread.mean:+.2f} (chance alone: ±"
        f"{spread.count**-0.5:.2f}); {spread.beyond_2} beyond 2 (chance alone: {0.0455 * spread.count:.1f});"
        f" furthest {spread.furthest:.2f}.",
        f"- Chi-square of their squares: {spread.chi_square:.1f} with {spread.count} degrees, chance"
        f" {spread.chi_square_chance:.2f} (both sides).",
        f"- Kolmogorov-Smirnov: greatest distance from the normal law {spread.distance:.3f}, chance"
        f" {spread.distance_chance:.2f}.",
    ]
