"""What the practice page may say of the made-up force; found by the staff room when Darwin starts."""

from darwin.practice.models import PracticeForce
from darwin.practice.population import handler_names
from darwin.practice.queries import load_progress
from darwin.staff.practice_facts import PracticeFacts, tell_of_practice


def facts() -> PracticeFacts | None:
    """How many answer, from which seed, and how much is in; None before the force is made. Three queries."""
    force = PracticeForce.objects.first()
    progress = load_progress()
    if force is None or progress is None:
        return None
    return PracticeFacts(
        handlers=len(handler_names()),
        seed=force.seed,
        months_in=progress.months_in,
        months_in_all=progress.months_in_all,
        contacts=progress.contacts,
    )


tell_of_practice(facts)
