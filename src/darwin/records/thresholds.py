"""What this room takes from reference data: its lists and its periods."""

from darwin.reference.lists import ListKind, declare_list
from darwin.reference.required import require_threshold
from darwin.reference.units import Unit


def declare() -> None:
    """Declare what the force has to set for this room."""
    for code, meaning in (
        ("alias_kind", "What another name of a person is"),
        ("person_role", "What a person is to something that happened"),
        ("location_kind", "What a place is to a person"),
        ("vehicle_tie", "What a vehicle is to a person"),
    ):
        declare_list(ListKind(code, meaning))
    require_threshold(
        "records.marker_review_months", Unit.MONTHS, "records", "to say when a marker is looked at again"
    )
