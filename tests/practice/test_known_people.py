"""The invented people whom the practice force knows."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from darwin.contact.models import Contact
from darwin.deadlines import clock
from darwin.ledger.actors import Actor
from darwin.practice.known_people import KINDS, PEOPLE, plant_people
from darwin.practice.models import PracticeForce
from darwin.practice.population import frequent_numbers, shared_numbers
from darwin.practice.services import NotPractice, open_force, reset_force
from darwin.practice.story import SEED
from darwin.records.models import Person, PhoneIdentity
from darwin.records.phones import identities_of

ACTOR = Actor.system("practice")
NOW = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)


def test_numbers_have_something_to_tell_and_a_reset_forgets_everybody(opened_installation: Any) -> None:
    opened_installation("practice")
    with clock.standing_at(NOW):
        force = open_force(actor=ACTOR)
        assert plant_people(actor=ACTOR, force=force) == PEOPLE
        assert plant_people(actor=ACTOR, force=force) == 0
        facts = identities_of([*frequent_numbers(), *shared_numbers()], NOW)
        kinds = Counter(facts[number].kind for number in shared_numbers())
        assert kinds == {kind.value: count for kind, count in KINDS}
        linked = [number for number in frequent_numbers() if facts[number].links]
        assert 40 < len(linked) < 120
        assert sum(facts[number].people > 0 for number in frequent_numbers()) > 150
        assert max(one.people for one in facts.values()) > 2
        assert Person.objects.count() == PEOPLE
        reset_force(actor=ACTOR)
    for model in (Person, PhoneIdentity, Contact):
        assert not model._default_manager.exists()


def test_real_people_are_left_alone(opened_installation: Any) -> None:
    opened_installation("operational")
    force = PracticeForce(present_month=NOW.date().replace(day=1), seed=SEED, opened_at=NOW)
    with pytest.raises(NotPractice):
        plant_people(actor=ACTOR, force=force)
    assert not Person.objects.exists()
