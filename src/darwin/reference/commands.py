"""The reference room's part of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from darwin.reference.models import Adoption


@click.group(name="reference", help="What the force has set: thresholds, code lists, areas, titles.")
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


@commands.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Name every fault of FILE (the force's own, if not given) with its line. Changes nothing.

    Ends with status 1 if there is one. Needs no database.
    """
    from darwin.reference.files import ReferenceFileError, read_files

    _set_up_rooms()
    chosen = file or _own_file()
    try:
        rows = read_files(chosen)
    except ReferenceFileError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        count = len(error.faults)
        raise SystemExit(_say_faults(count)) from None
    click.echo(f"{chosen.name}: {len(rows)} values, no fault.")


@commands.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def load(file: Path | None) -> None:
    """Make the values of FILE (the force's own, if not given) those of this installation.

    Nothing is deleted: a version that ends is closed, one that was wrong is withdrawn and stays on record.
    """
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.ledger.actors import Actor
        from darwin.reference.services import adopt_values

        chosen = file or _own_file()
        adoption = adopt_values(actor=Actor.system("command-line"), file=chosen)
        click.echo(_say_adoption(adoption))


def _set_up_rooms() -> None:
    """Let every room declare what it needs; no room asks the database for anything when it starts."""
    import os

    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "darwin.config.settings")
        django.setup()


def _own_file() -> Path:
    from django.conf import settings

    from darwin.reference.files import force_file

    return force_file(settings.DARWIN_FORCE, Path(settings.DARWIN_DATA_DIR) / "forces")


def _say_faults(count: int) -> int:
    faults = "1 fault" if count == 1 else f"{count} faults"
    click.echo(f"{faults}. Nothing was adopted.", err=True)
    return 1


def _say_adoption(adoption: Adoption) -> str:
    return (
        f"{adoption.file}: {adoption.added} added, {adoption.closed} closed, "
        f"{adoption.corrected} corrected, {adoption.unchanged} as before."
    )
