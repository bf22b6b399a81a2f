"""darwin practice: load the made-up force, keep it filled up, or begin again."""

import signal
from threading import Event

import click


@click.group("practice", help="The made-up force of practice mode.")
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


@commands.command()
@click.option("--keep-up", is_flag=True, help="Go on after that: each minute, add the calls of the last one.")
def load(keep_up: bool) -> None:
    """Load what is missing of the made-up force's calls until now, the newest month first.

    It can be stopped at any moment and run again: a month is in as a whole, or not at all.
    """
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.practice import loading

        added = loading.load_missing()
        if not keep_up:
            click.echo(f"The made-up force is in: {added:,} contacts were added.", err=True)
            return
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        loading.keep_up(stopped)


@commands.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Take every contact out of this practice installation. Takes seconds and keeps nothing."""
    from darwin.supervisor.house import open_house

    if not yes:
        click.confirm("This takes out every contact, also those you imported. Go on?", abort=True, err=True)
    with open_house():
        from darwin.practice.loading import ACTOR
        from darwin.practice.services import reset_force

        reset_force(actor=ACTOR)
        click.echo("The made-up force is gone. “darwin practice load” makes it anew.", err=True)
