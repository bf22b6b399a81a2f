"""The staff room's part of the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from uuid import UUID

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


@commands.group()
def token() -> None:
    """Tokens by which other systems reach Darwin (docs/api.md)."""


@token.command(name="make")
@click.argument("client")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it opens; may be repeated.")
@click.option("--days", type=int, help="Good for so many days; the longest the force allows without it.")
@click.option("--out", type=click.Path(dir_okay=False), help="Write it into this file, for its owner only.")
def make_api_token(client: str, scopes: tuple[str, ...], days: int | None, out: str | None) -> None:
    """Make a token for the system CLIENT and print it with its secrets as one JSON object, this once."""
    from darwin.supervisor.house import open_house

    with open_house(), _new_file(out) as file:
        from darwin.ledger.actors import Actor
        from darwin.reference.queries import threshold
        from darwin.staff.services.tokens import LONGEST, make_token

        longest = int(threshold(LONGEST).value)
        made = make_token(
            actor=Actor.system("command-line"), client=client, scopes=scopes, days=days or longest
        )
        said = {
            "client": made.token.client,
            "token": made.secret,
            "signing_secret": made.signing_secret,
            "scopes": made.token.scopes,
            "good_until": made.token.good_until.isoformat(),
        }
        file.write(json.dumps(said, indent=2) + "\n")
    if out is not None:
        click.echo(f"The token of {client} is in {out}. It is not shown again.", err=True)


@contextmanager
def _new_file(path: str | None) -> Iterator[TextIO]:
    """A new file for its owner only, gone again if the block fails; standard output without a path."""
    if path is None:
        yield sys.stdout
        return
    try:
        # Made new, so that neither an old file's readers nor a link decide who can read it.
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        from darwin.errors import DarwinError

        raise DarwinError(f"{path} cannot be made: {problem.strerror}. No token was made.") from problem
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            yield file
    except BaseException:
        Path(path).unlink()
        raise


@token.command(name="list")
def list_tokens() -> None:
    """Every token: its identifier, system, what it opens, and how it stands. No secret."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.deadlines import clock
        from darwin.staff.models import ApiToken

        for row in ApiToken.objects.order_by("client", "made_at"):
            over = "over" if row.good_until <= clock.now() else "good"
            state = "revoked" if row.revoked_at else over
            used = f"used {row.last_used_at:%Y-%m-%d %H:00}" if row.last_used_at else "never used"
            until = f"until {row.good_until:%Y-%m-%d}"
            click.echo(f"{row.id}  {row.client}  {','.join(row.scopes)}  {state} {until}  {used}")


@token.command(name="revoke")
@click.argument("identifier", type=click.UUID)
@click.option("--reason", default="", help="Why; kept where it can be erased.")
def revoke_api_token(identifier: UUID, reason: str) -> None:
    """End the token IDENTIFIER (see list) now and for good."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.ledger.actors import Actor
        from darwin.staff.models import ApiToken
        from darwin.staff.services import StaffFault, revoke_token

        found = ApiToken.objects.filter(pk=identifier).first()
        if found is None:
            raise StaffFault("There is no such token. Look for it with: darwin staff token list")
        revoke_token(actor=Actor.system("command-line"), token=found, reason=reason)
        click.echo(f"The token of {found.client} is revoked.", err=True)
