"""The shifts of a week as they can be worked, one pattern each: day, start, type and place of the break.

A *class* is what matters to who works it: start and type. A *pattern* is a class with its break, which is
what matters to cover (the explicit set-covering form of Dantzig 1954; where the break may be is enumerated).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from darwin.science.rostering.instance import Instance

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Patterns:
    """P patterns of C classes, ordered by start, type, offset.

    start, kind, length, paid (C,): of each class, slots and units. class_of, offset (P,): of each pattern.
    covered (P, longest): slots in which the person is at work; only the first `at_work` (P,) of a row count.
    """

    start: Ints
    kind: Ints
    length: Ints
    paid: Ints
    class_of: Ints
    offset: Ints
    covered: Ints
    at_work: Ints

    @property
    def cost(self) -> Ints:
        """Units of each pattern, (P,)."""
        return self.paid[self.class_of]

    def cover(self, counts: Ints, slots: int) -> Ints:
        """People at work in each slot (slots,) where pattern p is worked counts[p] times, (P,)."""
        total = np.zeros(slots, dtype=np.int64)
        for column in range(self.covered.shape[1]):
            there = column < self.at_work
            np.add.at(total, self.covered[there, column], counts[there])
        return total


def patterns_of(instance: Instance) -> Patterns:
    """Every pattern of the week of `instance`."""
    slots, a_day = instance.slots, instance.slots_a_day
    classes = [
        (day * a_day + start, kind)
        for day in range(7)
        for start in instance.starts
        for kind in range(len(instance.shift_types))
    ]
    types = instance.shift_types
    rows: list[tuple[int, int, list[int]]] = []
    for number, (start, kind) in enumerate(classes):
        shift = types[kind]
        for offset in shift.offsets:
            away = range(offset, offset + shift.break_slots)
            there = [(start + slot) % slots for slot in range(shift.length) if slot not in away]
            rows.append((number, offset, there))
    longest = max(len(there) for _, _, there in rows)
    covered = np.zeros((len(rows), longest), dtype=np.int64)
    for place, (_, _, there) in enumerate(rows):
        covered[place, : len(there)] = there
    return Patterns(
        start=np.array([start for start, _ in classes], dtype=np.int64),
        kind=np.array([kind for _, kind in classes], dtype=np.int64),
        length=np.array([types[kind].length for _, kind in classes], dtype=np.int64),
        paid=np.array([types[kind].paid for _, kind in classes], dtype=np.int64),
        class_of=np.array([number for number, _, _ in rows], dtype=np.int64),
        offset=np.array([offset for _, offset, _ in rows], dtype=np.int64),
        covered=covered,
        at_work=np.array([len(there) for _, _, there in rows], dtype=np.int64),
    )
