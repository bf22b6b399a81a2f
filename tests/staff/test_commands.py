"""The first way in and the matrix, from the command line."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.staff.commands import commands
from darwin.staff.matrix import matrix_page
from darwin.staff.models import Account, Enrolment
from darwin.staff.services import StaffFault, invite
from darwin.staff.services.enrolment import account_of_link

from .people import someone

pytestmark = pytest.mark.usefixtures("operational_house")


def run(*words: str):
    result = CliRunner().invoke(commands, words)
    if isinstance(result.exception, DarwinError):
        raise result.exception
    assert result.exception is None, result.exception
    return result


def test_the_first_administrator_comes_in_by_a_link_that_is_kept_only_as_a_hash():
    result = run("invite", "jo", "--display-name", "Jo Bell", "--role", "administrator")
    address, secret = result.stdout.strip().split("#")
    assert address == "http://localhost:8000/enrol/"
    account = Account.objects.get(sign_in_name="jo")
    assert account.roles_now() == {"administrator"}
    assert account_of_link(secret) == account
    assert secret not in str(list(Enrolment.objects.values()))


def test_a_link_is_good_for_an_hour_and_a_new_one_ends_the_old():
    jo = someone(sign_in_name="jo")
    first = invite(actor=jo.actor, account=jo)
    second = invite(actor=jo.actor, account=jo)
    with pytest.raises(StaffFault, match="has been used, or its time is over"):
        account_of_link(first)
    made = Enrolment.objects.latest("made_at").made_at
    with clock.standing_at(made + timedelta(minutes=59, seconds=59)):
        assert account_of_link(second) == jo
    with clock.standing_at(made + timedelta(hours=1)), pytest.raises(StaffFault, match="is over"):
        account_of_link(second)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["invite", "nobody"], "Nobody signs in as “nobody”"),
        (["invite", "jo", "--role", "auditor"], "has an account already"),
        (["grant", "nobody", "auditor"], "Nobody signs in as “nobody”"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words, sentence):
    someone(sign_in_name="jo")
    with pytest.raises(StaffFault, match=sentence):
        run(*words)


def test_a_role_is_granted_from_the_command_line():
    jo = someone(sign_in_name="jo")
    run("grant", "jo", "auditor", "--reason", "covers for Yusuf")
    assert jo.roles_now() == {"auditor"}


def test_the_matrix_on_standard_output_is_the_page_and_nothing_else():
    assert run("matrix").stdout == matrix_page()
