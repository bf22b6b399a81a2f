"""The files room's part of the command line."""

from __future__ import annotations

import json
from dataclasses import asdict

import click


@click.group(name="files", help="Attachments: verify them, check them for viruses again.")
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(as_json: bool) -> None:
    """Read every stored file; ends with 1 if one is missing or altered."""
    from darwin.supervisor.house import open_house
    from darwin.supervisor.progress import progress

    with open_house():
        from darwin.files.verifying import verify as verify_files

        with progress("Reading files", None, "bytes") as advance:
            found = verify_files(advance)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        click.echo(f"{found.files:,} files with {found.bytes:,} bytes were read.")
        for identifier in found.missing:
            click.echo(f"The stored file {identifier} is missing. Take it from a backup.")
        for identifier in found.altered:
            click.echo(f"The stored file {identifier} is not what was stored. Take it from a backup.")
        for path in found.strays:
            click.echo(f"{path} is known to no record: an upload was cut off. It can be deleted.")
        if found.well:
            click.echo("All are there and unaltered.")
    if not found.well:
        raise SystemExit(1)


@commands.command()
def check() -> None:
    """Check for viruses every file that was not, or could not be; needs DARWIN_ANTIVIRUS."""
    from darwin.supervisor.house import open_house

    with open_house():
        from django.conf import settings

        from darwin.errors import DarwinError
        from darwin.files.models import StoredFile, Verdict
        from darwin.files.services.attachments import check_again
        from darwin.ledger.actors import Actor

        if not settings.DARWIN_ANTIVIRUS:
            raise DarwinError("DARWIN_ANTIVIRUS names no virus check, so nothing was checked.")
        open_ones = StoredFile.objects.filter(verdict__in=[Verdict.NOT_CHECKED, Verdict.FAILED])
        verdicts = [check_again(actor=Actor.system("files"), file=file) for file in open_ones]
        counts = ", ".join(f"{verdicts.count(kind)} {kind.label}" for kind in Verdict)
        click.echo(f"{len(verdicts)} files: {counts}.")
        if Verdict.FAILED in verdicts:
            raise SystemExit(1)
