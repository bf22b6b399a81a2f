"""A day whose rates and handlers change, repeated for ever: exact, by uniformization from change to change.

When the number of handlers falls, the free go home first; then whoever finishes a call goes, and nobody new
is answered, until no more are there than the number says. When it rises, those who would go stay. Where
shifts relieve each other it is known who goes: each of the old shift after the call in hand, while those
who came answer. Times in seconds, rates a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from validation.chains import Move, State, Values, explore, generator, spend

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Spell:
    """So many seconds with one rate and one number of handlers; `relief`: all of them have just come on and
    those before them go, each after the call in hand."""

    seconds: float
    rate: float
    handlers: int
    relief: bool = False


@dataclass(frozen=True)
class Day:
    """Shares and means over the day, and p_wait spell by spell."""

    figures: dict[str, float]
    p_wait: list[float]


def repeated_day(
    spells: Sequence[Spell], service: float, patience: float, *, lines: int | None = None, cut: int = 40
) -> Day:
    """M(t)/M/c(t)+M, with so many lines. The state: busy within the number, busy beyond it, waiting."""
    chains = [_moves(spell, service, patience, lines, cut) for spell in spells]
    # What each spell can reach from what the one before it left; the second round closes the circle.
    left: set[State] = {(0, 0, 0)}
    reached: dict[int, set[State]] = {}
    for _ in range(2):
        for at, (spell, moves) in enumerate(zip(spells, chains, strict=True)):
            left = set(explore({_changed(state, spell) for state in left}, moves))
            reached[at] = left
    places = {state: at for at, state in enumerate(sorted(set().union(*reached.values()), key=str))}
    matrices = [generator(places, moves, reached[at]) for at, moves in enumerate(chains)]
    carried = [_carrying(places, spell) for spell in spells]
    now = np.zeros(len(places))
    now[places[(0, 0, 0)]] = 1.0
    while True:
        before, spent = now, []
        for matrix, carry, spell in zip(matrices, carried, spells, strict=True):
            now, there = spend(carry @ now, matrix, spell.seconds)
            spent.append(there)
        if float(np.abs(now - before).max()) < 1e-13:
            break
    return _figures(spells, places, spent, patience, lines, cut)


def _moves(spell: Spell, service: float, patience: float, lines: int | None, cut: int) -> Any:
    def moves(state: Any) -> list[Move]:
        on, off, queue = state
        found: list[Move] = []
        if lines is None or on + off + queue < lines:
            if on < spell.handlers:
                found.append(Move(spell.rate, (on + 1, off, queue)))
            elif queue < cut:
                found.append(Move(spell.rate, (on, off, queue + 1)))
        # A number: whoever finishes first goes, until as many have gone as should. Shifts: it is known who.
        if off > 0:
            going = off if spell.relief else on + off
            found.append(Move(going / service, (on, off - 1, queue)))
        if on > 0 and (off == 0 or spell.relief):
            found.append(Move(on / service, (on, off, queue - 1) if queue > 0 else (on - 1, off, 0)))
        if queue > 0:
            found.append(Move(queue / patience, (on, off, queue - 1)))
        return found

    return moves


def _changed(state: Any, spell: Spell) -> tuple[int, int, int]:
    """The state just after the spell begins: its number of handlers is there, and who can be answered is."""
    on, off, queue = state
    if spell.relief:
        on, off = 0, on + off
    else:
        on, off = min(on + off, spell.handlers), max(0, on + off - spell.handlers)
    taken = min(spell.handlers - on, queue)
    return on + taken, off, queue - taken


def _carrying(places: dict[State, int], spell: Spell) -> sparse.csr_matrix:
    rows = [places.get(_changed(state, spell), -1) for state in places]
    columns = list(places.values())
    known = [(row, column) for row, column in zip(rows, columns, strict=True) if row >= 0]
    ones = np.ones(len(known))
    return sparse.csr_matrix((ones, tuple(zip(*known, strict=True))), shape=(len(places), len(places)))


def _figures(
    spells: Sequence[Spell],
    places: dict[State, int],
    spent: list[Values],
    patience: float,
    lines: int | None,
    cut: int,
) -> Day:
    states = np.array(list(places))
    on, off, queue = states.T
    offered = let_in = delayed = waiting = busy = present = blocked = 0.0
    p_wait = []
    for spell, there in zip(spells, spent, strict=True):
        full = on + off + queue >= lines if lines is not None else queue < 0
        if there @ (queue == cut) > 1e-8 * spell.seconds:
            raise ValueError("the queue is cut too near")
        offered += spell.rate * spell.seconds
        blocked += spell.rate * float(there @ full)
        entered = spell.rate * float(there @ ~full)
        must_wait = spell.rate * float(there @ (~full & (on >= spell.handlers)))
        let_in, delayed, waiting = let_in + entered, delayed + must_wait, waiting + float(there @ queue)
        busy += float(there @ (on + off))
        present += float(there @ (spell.handlers + off))
        p_wait.append(must_wait / entered)
    figures = {
        "p_wait": delayed / let_in,
        "p_abandon": waiting / patience / offered,
        "p_block": blocked / offered,
        "mean_wait_all": waiting / let_in,
        "occupancy": busy / present,
    }
    return Day(figures, p_wait)
