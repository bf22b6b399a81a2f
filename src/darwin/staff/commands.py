"""The staff room's part of the command line."""

from __future__ import annotations

import os
import sys

import click


@click.group(name="staff", help="Accounts and roles: the first way in, and who may see what.")
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


@commands.command()
@click.argument("name")
@click.option("--display-name", default="", help="The name colleagues see, to open an account.")
@click.option("--role", "roles", multiple=True, help="Grant this role for ever, for a new account.")
@click.option("--address", default="http://localhost:8000", help="Where people reach this house.")
def invite(name: str, display_name: str, roles: tuple[str, ...], address: str) -> None:
    """Print a link with which NAME may register a passkey: once, within an hour.

    An account that is not open yet is opened if --display-name is given. The first administrator comes in
    this way: darwin staff invite jo --display-name "Jo Bell" --role administrator
    """
    from darwin.supervisor.house import open_house

    with open_house():
        click.echo(f"{address.rstrip('/')}/enrol/#{make_link(name, display_name, roles)}")
        click.echo("Good for an hour and for one use. Hand it over in person.", err=True)


def make_link(name: str, display_name: str, roles: tuple[str, ...]) -> str:
    """The secret of a link for `name`, whose account is opened with `roles` if it is not there."""
    from darwin.ledger.actors import Actor
    from darwin.staff import services
    from darwin.staff.models import Account

    actor = Actor.system("command-line")
    account = Account.objects.filter(sign_in_name=name.strip().lower()).first()
    if account is None:
        if not display_name:
            raise services.StaffFault(
                f"Nobody signs in as “{name}”. Give --display-name to open the account, or check the name."
            )
        account = services.open_account(actor=actor, sign_in_name=name, display_name=display_name)
        for role in roles:
            services.grant_role(actor=actor, account=account, role=role)
    elif roles:
        raise services.StaffFault(
            f"“{name}” has an account already. Grant roles with: darwin staff grant {name} ROLE"
        )
    return services.invite(actor=actor, account=account)


@commands.command()
@click.argument("name")
@click.argument("role")
@click.option("--reason", default="", help="Why; kept where it can be erased.")
def grant(name: str, role: str, reason: str) -> None:
    """Let NAME hold ROLE for ever. For a shift, use the account's page."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.ledger.actors import Actor
        from darwin.staff import services
        from darwin.staff.models import Account

        account = Account.objects.filter(sign_in_name=name.strip().lower()).first()
        if account is None:
            raise services.StaffFault(f"Nobody signs in as “{name}”. Check the name.")
        services.grant_role(actor=Actor.system("command-line"), account=account, role=role, reason=reason)
        click.echo(f"{account.display_name} is {role} from now on.", err=True)


@commands.command()
def matrix() -> None:
    """Print the page docs/roles.md: every rule and the roles it serves. Needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "darwin.config.settings")
    import django

    django.setup()
    from darwin.staff.matrix import matrix_page

    sys.stdout.write(matrix_page())
