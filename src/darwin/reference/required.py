"""The thresholds that rooms rely on: declared by each room when it starts, asked for by `reference check`."""

from dataclasses import dataclass

from darwin.reference.units import Unit


@dataclass(frozen=True, slots=True)
class RequiredThreshold:
    """A threshold that the code of `room` reads: without it the room cannot work."""

    code: str
    unit: Unit
    room: str
    meaning: str


_required: dict[str, RequiredThreshold] = {}


def require_threshold(code: str, unit: Unit, room: str, meaning: str) -> None:
    """Declare that `room` reads the threshold `code` in `unit`.

    Raises ValueError if another room has declared it in another unit.
    """
    wanted = RequiredThreshold(code, unit, room, meaning)
    already = _required.setdefault(code, wanted)
    if already.unit != unit:
        raise ValueError(f"{room} reads {code} in {unit}, {already.room} reads it in {already.unit}")


def required_thresholds() -> list[RequiredThreshold]:
    """Every threshold that some room relies on, by code."""
    return sorted(_required.values(), key=lambda wanted: wanted.code)
