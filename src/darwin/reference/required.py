"""The thresholds that rooms rely on: declared by each room when it starts, asked for by `reference check`."""

from collections.abc import Collection
from dataclasses import dataclass

from darwin.reference.units import Unit


@dataclass(frozen=True, slots=True)
class RequiredThreshold:
    """A threshold that the code of `room` reads, in one of these units: without it the room cannot work."""

    code: str
    units: frozenset[Unit]
    room: str
    meaning: str

    def named_units(self) -> str:
        """The units in words: “seconds”, or “clock_hours or working_days”."""
        return " or ".join(sorted(self.units))


_required: dict[str, RequiredThreshold] = {}


def require_threshold(code: str, units: Unit | Collection[Unit], room: str, meaning: str) -> None:
    """Declare that `room` reads the threshold `code`, in the unit or any of the units given.

    meaning: what for, as the end of a sentence. Raises ValueError if another room reads it in other units.
    """
    allowed = frozenset([units] if isinstance(units, Unit) else units)
    wanted = RequiredThreshold(code, allowed, room, meaning)
    already = _required.setdefault(code, wanted)
    if already.units != allowed:
        raise ValueError(
            f"{room} reads {code} in {wanted.named_units()}, {already.room} in {already.named_units()}"
        )


def required_thresholds() -> list[RequiredThreshold]:
    """Every threshold that some room relies on, by code."""
    return sorted(_required.values(), key=lambda wanted: wanted.code)
