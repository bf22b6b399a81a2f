"""The made-up handlers as people whom rosters may give shifts to."""

from decimal import Decimal

from darwin.ledger.actors import Actor
from darwin.planning.services.people import FULL_WEEK, NewPerson, take_in_people
from darwin.practice.population import SAM_OKORO, handlers
from darwin.staff.models import Account

LINE = "101"
# Every fifth works three days in five, and every seventh no nights: as common in a control room.
PART_TIME = Decimal("24")


def plan_people(*, actor: Actor) -> None:
    """Take the 101 line's handlers in; those who are known stay as they are."""
    sam = Account.objects.filter(sign_in_name="contact-handler.practice").first()
    take_in_people(
        actor=actor,
        queue=LINE,
        people=[
            NewPerson(
                name=person.name,
                account=sam if person.interface == SAM_OKORO else None,
                hours_a_week=PART_TIME if at % 5 == 4 else FULL_WEEK,
                nights=at % 7 != 6,
            )
            for at, person in enumerate(handlers(LINE))
        ],
    )
