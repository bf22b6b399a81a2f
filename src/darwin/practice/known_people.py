"""The invented people whom the practice force knows, the numbers they use, and what is known of the numbers.

So that a call that rings has something to tell: how many have used the number, whether it is a care home's,
whether it has to be treated with care. Drawn from the force's seed; the numbers are those of its callers.
"""

from collections.abc import Iterator

from django.db import transaction
from numpy.random import PCG64, Generator, SeedSequence

from darwin.ledger.actors import Actor
from darwin.practice.models import PracticeForce
from darwin.practice.population import (
    FIRST_NAMES,
    LANDLINES,
    LAST_NAMES,
    MOBILES,
    frequent_numbers,
    shared_numbers,
)
from darwin.practice.records import SOURCE
from darwin.practice.services import refuse_outside_practice
from darwin.records.births import Birth
from darwin.records.given import AliasGiven, PersonGiven
from darwin.records.models import LinkKind, Person, PhoneKind
from darwin.records.services.people import load_people
from darwin.records.services.phones import link_number, mark_number

PEOPLE = 3_000
HAS_A_NUMBER = 0.85
HAS_ANOTHER_NAME = 0.06
BIRTH_NOT_KNOWN = 0.15
_STREAM = 0x70656F70  # keeps these draws apart from those of the calls
KINDS = ((PhoneKind.SWITCHBOARD, 22), (PhoneKind.CARE_HOME, 14), (PhoneKind.PRISON, 4))
"""What the 40 shared numbers are."""
LINKS = (
    (LinkKind.DOMESTIC, 60),
    (LinkKind.CHILD, 40),
    (LinkKind.STALKING, 20),
    (LinkKind.WEAPON, 20),
    (LinkKind.SEXUAL, 12),
    (LinkKind.EXPLOITATION, 10),
    (LinkKind.HONOUR_BASED, 6),
)
"""How many numbers have which link; one number may have several."""
_REASON = "Made up for practice."


@transaction.atomic
def plant_people(*, actor: Actor, force: PracticeForce) -> int:
    """Record the invented people and what is known of their numbers; how many people. 0 if they are there.

    Raises NotPractice.
    """
    refuse_outside_practice()
    if Person.objects.filter(source=SOURCE).exists():
        return 0
    rng = Generator(PCG64(SeedSequence([force.seed, _STREAM])))
    found = load_people(actor=actor, people=_people(rng), source=SOURCE)
    kinds = [kind for kind, count in KINDS for _ in range(count)]
    for number, kind in zip(shared_numbers(), kinds, strict=True):
        mark_number(actor=actor, number=number, kind=kind, reason=_REASON)
    for number in frequent_numbers()[::3]:
        mark_number(actor=actor, number=number, kind=PhoneKind.PERSONAL, reason=_REASON)
    for number, link in _links(rng):
        link_number(actor=actor, number=number, link=link, reason=_REASON)
    return len(found)


def _people(rng: Generator) -> Iterator[PersonGiven]:
    numbers = (*MOBILES, *LANDLINES)
    for n in range(PEOPLE):
        first, last = str(rng.choice(FIRST_NAMES)), str(rng.choice(LAST_NAMES))
        drawn = rng.random(3)
        other = AliasGiven(given_name=first, family_name=str(rng.choice(LAST_NAMES)))
        birth = Birth(int(rng.integers(1932, 2012)), int(rng.integers(1, 13)), int(rng.integers(1, 29)))
        # Every number has somebody, as far as the people go; the rest share at random.
        number = numbers[n] if n < len(numbers) else str(rng.choice(numbers))
        yield PersonGiven(
            given_name=first,
            family_name=last,
            birth=Birth() if drawn[0] < BIRTH_NOT_KNOWN else birth,
            aliases=(other,) if drawn[1] < HAS_ANOTHER_NAME else (),
            numbers=(number,) if drawn[2] < HAS_A_NUMBER else (),
        )


def _links(rng: Generator) -> Iterator[tuple[str, LinkKind]]:
    """Half of each kind on the numbers that call most, so that somebody who takes calls soon meets one."""
    often, seldom = frequent_numbers(), (*MOBILES, *LANDLINES)
    for link, count in LINKS:
        chosen = dict.fromkeys(str(number) for number in rng.choice(often, count // 2, replace=False))
        chosen |= dict.fromkeys(
            str(number) for number in rng.choice(seldom, count - count // 2, replace=False)
        )
        for number in chosen:
            yield number, link
