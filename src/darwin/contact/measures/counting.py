"""Counting every past month that is not kept yet, in the background, so that measures open at once."""

from collections.abc import Callable
from datetime import date, datetime

from darwin.contact.measures.families import FAMILIES, Family
from darwin.contact.measures.monthly import full_months
from darwin.contact.models import ContactQueue
from darwin.contact.periods import month_of
from darwin.contact.services.kept_months import count_months, forget_old_changes, kept_months
from darwin.contact.thresholds import answer_within_s

# Few enough that a writer never waits long for the counting to end, and the newest months are there first.
AT_A_TIME = 3


def months_to_count(now: datetime) -> list[tuple[Family, ContactQueue, list[tuple[date, float]]]]:
    """What is not kept, (family, queue, months) each, no more than AT_A_TIME months, the newest first."""
    found = []
    of_the_force = False
    for queue in ContactQueue.objects.order_by("slug"):
        steps, _covered = full_months(queue, now)
        if not steps:
            continue
        wanted = [(month_of(step.from_at), answer_within_s(queue.channel, step.from_at)) for step in steps]
        for family in FAMILIES:
            if not family.of_queue and of_the_force:
                continue
            of_the_force = of_the_force or not family.of_queue
            kept = kept_months(family, queue)
            missing = [
                (month, threshold_s)
                for month, threshold_s in reversed(wanted)
                if (month, family.parameters(month, threshold_s)) not in kept
            ]
            found += [
                (family, queue, missing[start : start + AT_A_TIME])
                for start in range(0, len(missing), AT_A_TIME)
            ]
    return sorted(found, key=lambda one: one[2][0][0], reverse=True)


def count_what_is_missing(now: datetime, progress: Callable[[int], None]) -> int:
    """Count and keep every full month that is not kept; how many there were. Progress is told as it goes."""
    counted = 0
    for family, queue, months in months_to_count(now):
        count_months(family=family, queue=queue, wanted=months)
        counted += len(months)
        progress(len(months))
    if counted:
        forget_old_changes()
    return counted
