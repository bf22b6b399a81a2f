"""Is this house for practice? Asked of the settings and of the database; both must say so."""

from django.conf import settings

from darwin.reference.queries import installation


def is_practice() -> bool:
    """True only where the process was started for practice and the database is a practice force's."""
    if settings.DARWIN_MODE != "practice":
        return False
    house = installation()
    return house is not None and house.mode == "practice"
