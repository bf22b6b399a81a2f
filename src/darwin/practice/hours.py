"""Which time it is in the practice force, and how fast it passes: for the whole installation at once."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.practice.models import PracticeForce
from darwin.practice.services import refuse_outside_practice
from darwin.reference.queries import installation

RATES = (1, 5, 20)
FIRST_RATE = 5
"""A force that is played for the first time runs at this speed, so that a newcomer soon has a call."""
BUSY_FROM, BUSY_TO, WAKES_AT = 8, 19, 9
"""The hours (London) in which a force may be played for the first time; at night it begins the next day."""
# Two people at the controls take turns; the number has no other meaning.
_LOCK = 0x70726164


class HoursRefused(DarwinError):
    """A speed that the practice force does not have."""


def next_busy_monday(now: datetime) -> datetime:
    """The next Monday, 08:00 in London, that lies ahead of `now` (aware)."""
    local = now.astimezone(clock.LONDON)
    monday = local.date() + timedelta(days=-local.weekday() % 7)
    if monday == local.date() and local.hour >= 8:
        monday += timedelta(days=7)
    return datetime(monday.year, monday.month, monday.day, 8, tzinfo=clock.LONDON)


@transaction.atomic
def set_speed(*, actor: Actor, rate: int) -> None:
    """Let the installation's clock run `rate` times as fast as real time; the shift that it has stays.

    Raises NotPractice, and HoursRefused for a rate that is not one of RATES.
    """
    refuse_outside_practice()
    if rate not in RATES:
        choices = ", ".join(f"{one}×" for one in RATES)
        raise HoursRefused(f"There is no such speed. Nothing was changed. Choose one of {choices}.")
    _change(actor, rate, None)


@transaction.atomic
def jump_to_busy_monday(*, actor: Actor) -> datetime:
    """Put the installation's clock forward to the next Monday, 08:00, at its present speed; that moment.

    The calls that are alive end without a known end, and the time between is filled in from the history.
    Raises NotPractice.
    """
    refuse_outside_practice()
    target = next_busy_monday(clock.now())
    _change(actor, clock.rate(), target)
    return target


@transaction.atomic
def wake_force(*, actor: Actor) -> bool:
    """Before a force is played for the first time: choose its speed, and put the clock forward out of the
    night. False, and nothing done, if there is a force already. Raises NotPractice."""
    refuse_outside_practice()
    if PracticeForce.objects.exists():
        return False
    local = clock.now().astimezone(clock.LONDON)
    target = None
    if not BUSY_FROM <= local.hour < BUSY_TO:
        day = local.date() + timedelta(days=1 if local.hour >= BUSY_TO else 0)
        target = datetime(day.year, day.month, day.day, WAKES_AT, tzinfo=clock.LONDON)
    _change(actor, FIRST_RATE, target)
    return True


def _change(actor: Actor, rate: int, jump_to: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    house = installation()
    record_entry(
        actor=actor,
        verb=Verb.ALTER,
        event="practice.clock_put_forward" if jump_to else "practice.clock_speed_set",
        subjects=[Subject("installation", house.id)] if house else [],
        fields=["rate", "shift"] if jump_to else ["rate"],
        counts={"rate": rate},
    )
    clock.change(rate=rate, jump_to=jump_to)
