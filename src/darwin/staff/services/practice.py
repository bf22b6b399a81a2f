"""The invented people of practice mode, one for each role."""

from dataclasses import dataclass

from django.db import connection, transaction

from darwin.ledger.actors import Actor
from darwin.reference.queries import installation
from darwin.staff.models import Account, Team
from darwin.staff.services.accounts import StaffFault, open_account, open_team
from darwin.staff.services.roles import grant_role

# Serialises two processes that open the accounts at once; the number has no other meaning.
_LOCK = 7_066_510


@dataclass(frozen=True, slots=True)
class Invented:
    """An invented person of practice mode. `manager` is the role of their line manager, or ""."""

    role: str
    name: str
    number: str
    team: str
    manager: str = ""

    @property
    def sign_in_name(self) -> str:
        return f"{self.role.replace('_', '-')}.practice"


# Managers before those who answer to them.
PEOPLE = (
    Invented("chief_officer", "Helen Marsh", "P001", "Chief officers"),
    Invented("duty_inspector", "Paul Greaves", "P102", "Contact management", "chief_officer"),
    Invented("contact_supervisor", "Ruth Adeyemi", "P214", "Contact team A", "duty_inspector"),
    Invented("contact_handler", "Sam Okoro", "P318", "Contact team A", "contact_supervisor"),
    Invented("desk_operator", "Owen Hale", "P322", "Digital Desk", "contact_supervisor"),
    Invented("quality_assessor", "Mina Kaur", "P340", "Contact management", "duty_inspector"),
    Invented("dispatcher", "Nadia Rahman", "P412", "Dispatch north", "duty_inspector"),
    Invented("officer", "Dev Patel", "P1207", "Response LS", "duty_inspector"),
    Invented("investigation_supervisor", "Gareth Pryce", "P508", "Neighbourhood investigation unit 7"),
    Invented(
        "investigator",
        "Leah Turner",
        "P533",
        "Neighbourhood investigation unit 7",
        "investigation_supervisor",
    ),
    Invented("missing_persons_coordinator", "Joan Whitlock", "P560", "Missing persons"),
    Invented("partner", "Aisha Noor", "X071", "Partner: supported housing"),
    Invented("resource_planner", "Tom Ellery", "P702", "Planning"),
    Invented("analyst", "Priya Sandhu", "P715", "Analysis", "chief_officer"),
    Invented("local_policing_body", "Margaret Lowe", "X001", "Office of the local policing body"),
    Invented("panel_reader", "Alan Firth", "X002", "Police and crime panel"),
    Invented("people_services", "Bethan Rees", "P730", "People services"),
    Invented("finance_officer", "Colin Achebe", "P741", "Finance"),
    Invented("inspector", "Frances Dunmore", "X010", "HMICFRS"),
    Invented("crime_registrar", "Robert Ives", "P810", "Crime registrar"),
    Invented("professional_standards", "Simone Clarke", "P820", "Professional standards"),
    Invented("auditor", "Yusuf Demir", "P830", "Audit"),
    Invented("data_protection_officer", "Karen Olsen", "P840", "Information management"),
    Invented("administrator", "Ellis Wood", "P900", "Information technology"),
)
BY_ROLE = {person.role: person for person in PEOPLE}


def open_practice_accounts(*, actor: Actor) -> int:
    """Open the account of every invented person that is not there yet, with its role for ever.

    Gives how many were opened; 0 on every later call. Raises StaffFault in a database that is not a
    practice force's: invented people have no business among real ones.
    """
    house = installation()
    if house is None or house.mode != "practice":
        raise StaffFault("Invented people are for practice only. This database is not a practice force's.")
    opened = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = {account.sign_in_name: account for account in Account.objects.all()}
        teams = {team.name: team for team in Team.objects.all()}
        for person in PEOPLE:
            if person.sign_in_name in known:
                continue
            if person.team not in teams:
                teams[person.team] = open_team(actor=actor, name=person.team)
            manager = known.get(BY_ROLE[person.manager].sign_in_name) if person.manager else None
            account = open_account(
                actor=actor,
                sign_in_name=person.sign_in_name,
                display_name=person.name,
                force_number=person.number,
                team=teams[person.team],
                line_manager=manager,
            )
            grant_role(actor=actor, account=account, role=person.role)
            known[person.sign_in_name] = account
            opened += 1
    return opened
