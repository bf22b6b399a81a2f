"""Cases of one type on one line: Erlang B, C and A, other laws of patience, finite lines, any talk."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from darwin.science import general_patience as laws
from darwin.science.general_patience import Patience, general_patience
from darwin.science.queueing import Performance, erlang_a, erlang_b, erlang_c
from validation import formulas
from validation.judging import Case, Check
from validation.models import Phase, phased_line
from validation.scenarios import NONE, Law, call, exponential, group, scenario

# Attempts in all replications together, about; fewer where a case needs few.
ATTEMPTS = 1_200_000
REPLICATIONS = 40
WARM_UP_DAYS = 2
HOUR_S = 3600.0


def days_for(per_hour: float) -> int:
    """Days of a replication that make about ATTEMPTS in all of them."""
    return max(3, round(ATTEMPTS / REPLICATIONS / (24 * per_hour)))


def one_line(
    per_hour: float, talk: Law, patience: Law, handlers: int, *, warm_up_days: int = WARM_UP_DAYS, **top: Any
) -> str:
    """A scenario of one type and one group; `wrap` in `top` is the type's."""
    own = {key: top.pop(key) for key in ("wrap", "redial", "channel", "callback", "vulnerable") if key in top}
    chats = {"chats": top.pop("chats")} if "chats" in top else {}
    return scenario(
        [call("101", per_hour, talk, patience, **own)],
        [group("handlers", ["101"], handlers, **chats)],
        days=days_for(per_hour),
        warm_up_days=warm_up_days,
        **top,
    )


def checks_of(found: Performance, *names: str) -> tuple[Check, ...]:
    """The named figures of a formula."""
    return tuple(Check(name, getattr(found, name)) for name in names)


WAITS = ("service_level", "p_abandon", "p_wait", "asa_answered", "mean_wait_all", "occupancy")


def erlang_b_cases() -> list[Case]:
    """Lines as many as handlers: whoever finds no handler finds no line. The law of the talk is no matter."""
    found = []
    for per_hour, talk, law, handlers in (
        (12, 300, exponential(300), 1),
        (60, 300, exponential(300), 5),
        (120, 450, exponential(450), 20),
        (60, 300, {"law": "deterministic", "mean": 300}, 6),
        (60, 300, {"law": "lognormal", "mean": 300, "cv": 1.5}, 5),
        (600, 360, {"law": "erlang", "k": 3, "mean": 360}, 60),
    ):
        blocked = erlang_b(per_hour * talk / HOUR_S, handlers)
        busy = per_hour * talk / HOUR_S * (1 - blocked) / handlers
        found.append(
            Case(
                "Erlang B",
                f"{per_hour} an hour, {law['law']} talk of {talk} s, {handlers} handlers and lines",
                one_line(per_hour, law, NONE, handlers, lines=handlers),
                (Check("p_block", blocked), Check("occupancy", busy)),
            )
        )
    return found


def erlang_c_cases() -> list[Case]:
    """Nobody gives up."""
    found = []
    for per_hour, talk, handlers in (
        (36, 60, 1), (45, 300, 5), (60, 450, 9), (200, 300, 20), (120, 300, 14), (800, 270, 64),
    ):  # fmt: skip
        exact = erlang_c(per_hour / HOUR_S, talk, handlers)
        found.append(
            Case(
                "Erlang C",
                f"{per_hour} an hour, talk {talk} s, {handlers} handlers",
                one_line(per_hour, exponential(talk), NONE, handlers, warm_up_days=3),
                checks_of(exact, "service_level", "p_wait", "mean_wait_all", "occupancy"),
            )
        )
    return found


def erlang_a_cases() -> list[Case]:
    """Exponential patience, from idle to overrun."""
    found = []
    for per_hour, talk, patience, handlers, threshold in (
        (60, 450, 300, 8, 30), (60, 450, 300, 5, 30), (60, 450, 60, 8, 10), (12, 600, 120, 1, 30),
        (20, 300, 900, 3, 60), (240, 300, 180, 20, 20), (240, 300, 180, 12, 20), (1200, 270, 120, 90, 30),
        (1200, 270, 600, 84, 30), (30, 900, 15, 6, 5),
    ):  # fmt: skip
        exact = erlang_a(per_hour / HOUR_S, talk, patience, handlers, threshold)
        found.append(
            Case(
                "Erlang A",
                f"{per_hour} an hour, talk {talk} s, patience {patience} s, {handlers} handlers;"
                f" within {threshold} s",
                one_line(per_hour, exponential(talk), exponential(patience), handlers, threshold_s=threshold),
                checks_of(exact, *WAITS),
            )
        )
    return found


def patience_cases() -> list[Case]:
    """M/M/c+G."""
    found = []
    rows: Sequence[tuple[Law, Patience, int]] = (
        ({"law": "deterministic", "mean": 120}, laws.deterministic(120), 8),
        ({"law": "deterministic", "mean": 600}, laws.deterministic(600), 6),
        ({"law": "uniform", "low": 0, "high": 500}, laws.uniform(0, 500), 8),
        ({"law": "uniform", "low": 60, "high": 240}, laws.uniform(60, 240), 6),
        ({"law": "lognormal", "mean": 300, "cv": 1.5}, laws.lognormal(300, 1.5), 7),
        ({"law": "weibull", "mean": 240, "shape": 0.6}, laws.weibull(240, 0.6), 8),
        ({"law": "weibull", "mean": 240, "shape": 2.5}, laws.weibull(240, 2.5), 7),
        ({"law": "erlang", "k": 4, "mean": 200}, laws.erlang(4, 200), 7),
        ({"law": "hyperexponential", "mean": 300, "cv": 3}, laws.hyperexponential(300, 3), 8),
        (
            {"law": "empirical", "values": [20, 90, 400], "probabilities": [0.3, 0.3, 0.2]},
            Patience(lambda v: 1 - 0.3 * (v >= 20) - 0.3 * (v >= 90) - 0.2 * (v >= 400), (20, 90, 400)),
            8,
        ),
    )
    for law, patience, handlers in rows:
        exact = general_patience(60 / HOUR_S, 450, patience, handlers)
        shape = ", ".join(f"{key} {value}" for key, value in law.items() if key != "law")
        found.append(
            Case(
                "M/M/c+G",
                f"60 an hour, talk 450 s, {law['law']} patience ({shape}), {handlers} handlers",
                one_line(60, exponential(450), law, handlers),
                checks_of(exact, *WAITS),
            )
        )
    return found


def finite_line_cases() -> list[Case]:
    """Lines beyond the handlers: a caller who finds all taken hears the engaged tone."""
    found = []
    for per_hour, talk, patience, handlers, lines in (
        (60, 450, 300, 8, 10), (60, 450, 300, 5, 8), (240, 300, 120, 18, 30), (30, 300, math.inf, 1, 4),
        (60, 300, math.inf, 4, 12), (300, 300, 60, 20, 21),
    ):  # fmt: skip
        exact = erlang_a(per_hour / HOUR_S, talk, patience, handlers, 30.0, lines)
        stays = patience == math.inf
        names = ("p_block", "service_level", "p_wait", "mean_wait_all", "occupancy")
        found.append(
            Case(
                "finite lines",
                f"{per_hour} an hour, talk {talk} s, patience {'endless' if stays else f'{patience} s'},"
                f" {handlers} handlers, {lines} lines",
                one_line(
                    per_hour,
                    exponential(talk),
                    NONE if stays else exponential(patience),
                    handlers,
                    lines=lines,
                ),
                checks_of(exact, *names, *(() if stays else ("p_abandon",))),
            )
        )
    return found


def one_server_cases() -> list[Case]:
    """M/G/1 without patience: Pollaczek-Khinchine, and Erlang's law of the wait for constant work."""
    found = []
    rows: Sequence[tuple[float, Law, float, float]] = (
        (30, {"law": "deterministic", "mean": 80}, 80, 0.0),
        (36, {"law": "erlang", "k": 4, "mean": 60}, 60, 0.5),
        (30, {"law": "lognormal", "mean": 75, "cv": 1.2}, 75, 1.2),
        (24, {"law": "hyperexponential", "mean": 90, "cv": 2}, 90, 2.0),
        (30, {"law": "uniform", "low": 20, "high": 100}, 60, 80 / math.sqrt(12) / 60),
        (40, {"law": "empirical", "values": [20, 60, 130]}, 70, math.sqrt(6200 / 3) / 70),
    )
    for per_hour, talk, mean, cv in rows:
        rate = per_hour / HOUR_S
        wait = formulas.mean_wait_of_one_server(rate, mean, formulas.square_of(mean, cv))
        checks = [Check("mean_wait_all", wait), Check("p_wait", rate * mean), Check("occupancy", rate * mean)]
        if cv == 0:
            within = formulas.wait_within_of_constant_work(rate, mean, 30)
            checks.append(Check("service_level", within))
        found.append(
            Case(
                "M/G/1",
                f"{per_hour} an hour, {talk['law']} talk of {mean} s, one handler",
                one_line(per_hour, talk, NONE, 1, warm_up_days=3),
                tuple(checks),
            )
        )
    rate, talk_mean, wrap_mean = 24 / HOUR_S, 60.0, 30.0
    square = formulas.square_of(talk_mean, 1.0) + 2 * talk_mean * wrap_mean + wrap_mean**2 * 1.5
    wait = formulas.mean_wait_of_one_server(rate, talk_mean + wrap_mean, square)
    wrap: Law = {"law": "erlang", "k": 2, "mean": wrap_mean}
    found.append(
        Case(
            "M/G/1",
            "24 an hour, lognormal talk of 60 s, then Erlang wrap of 30 s, one handler",
            one_line(
                24, {"law": "lognormal", "mean": talk_mean, "cv": 1.0}, NONE, 1, warm_up_days=3, wrap=wrap
            ),
            (Check("mean_wait_all", wait), Check("occupancy", rate * (talk_mean + wrap_mean))),
        )
    )
    return found


def phase_cases() -> list[Case]:
    """Wrap, and talk that is not exponential, with several handlers: chains over who is in which phase."""
    talk, wrap = 300.0, 120.0
    with_wrap = [Phase(1 / talk, after=1), Phase(1 / wrap, on_line=False)]
    two = [Phase(2 / talk, after=1), Phase(2 / talk)]
    square = 4.0
    chance = (1 + math.sqrt((square - 1) / (square + 1))) / 2
    mixed = [Phase(2 * chance / talk), Phase(2 * (1 - chance) / talk)]
    wrap_law, patience = exponential(wrap), exponential(180)
    erlang: Law = {"law": "erlang", "k": 2, "mean": talk}
    spread: Law = {"law": "hyperexponential", "mean": talk, "cv": 2}
    rows: Sequence[tuple[str, float, str, dict[str, float]]] = (
        (
            "wrap of 120 s after talk of 300 s, patience 180 s, 4 handlers",
            40,
            one_line(40, exponential(talk), patience, 4, wrap=wrap_law),
            phased_line(40 / HOUR_S, with_wrap, (1, 0), 4, gives_up=1 / 180, cut=60),
        ),
        (
            "wrap of 120 s after talk of 300 s, nobody gives up, 6 handlers",
            40,
            one_line(40, exponential(talk), NONE, 6, wrap=wrap_law),
            phased_line(40 / HOUR_S, with_wrap, (1, 0), 6, cut=160),
        ),
        (
            "wrap holds the handler but no line: 4 handlers, 5 lines, patience 180 s",
            50,
            one_line(50, exponential(talk), patience, 4, lines=5, wrap=wrap_law),
            phased_line(50 / HOUR_S, with_wrap, (1, 0), 4, gives_up=1 / 180, lines=5, cut=6),
        ),
        (
            "Erlang talk of two phases, patience 180 s, 5 handlers",
            60,
            one_line(60, erlang, patience, 5),
            phased_line(60 / HOUR_S, two, (1, 0), 5, gives_up=1 / 180, cut=60),
        ),
        (
            "hyperexponential talk of cv 2, patience 180 s, 5 handlers",
            60,
            one_line(60, spread, patience, 5),
            phased_line(60 / HOUR_S, mixed, (chance, 1 - chance), 5, gives_up=1 / 180, cut=60),
        ),
        (
            "hyperexponential talk of cv 2, nobody gives up, 6 handlers",
            48,
            one_line(48, spread, NONE, 6, warm_up_days=3),
            phased_line(48 / HOUR_S, mixed, (chance, 1 - chance), 6, cut=260),
        ),
    )
    return [
        Case(
            "phases and wrap",
            f"{per_hour} an hour, {name}",
            text,
            tuple(
                Check(measure, value)
                for measure, value in sorted(exact.items(), key=lambda pair: pair[0] != "p_wait")
                if value > 0
            ),
        )
        for name, per_hour, text, exact in rows
    ]


def callback_cases() -> list[Case]:
    """A call-back that keeps its place is a caller who never gives up; the others give up as they would."""
    patience = Patience(lambda v: 0.4 + 0.6 * np.exp(-v / 120))
    exact = general_patience(60 / HOUR_S, 450, patience, 8)
    offer = {"accepted": 0.4, "ring_s": 0.0}
    everybody = erlang_c(60 / HOUR_S, 450, 10)
    return [
        Case(
            "call-back",
            "60 an hour, talk 450 s, 8 handlers; two in five who must wait are rung back in their turn",
            one_line(60, exponential(450), exponential(120), 8, callback=offer, warm_up_days=3),
            checks_of(exact, "p_abandon", "p_wait", "occupancy"),
        ),
        Case(
            "call-back",
            "60 an hour, talk 450 s, 10 handlers; all who must wait are rung back in their turn",
            one_line(60, exponential(450), NONE, 10, callback=offer | {"accepted": 1.0}, warm_up_days=3),
            (
                Check("mean_wait_callback", everybody.mean_wait_all / everybody.p_wait),
                Check("p_wait", everybody.p_wait),
            ),
        ),
    ]
