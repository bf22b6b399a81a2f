"""darwin practice: play the made-up force, load its history, or begin again."""

import signal
from threading import Event

import click

from darwin.errors import DarwinError


@click.group("practice", help="The made-up force of practice mode.")
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


@commands.command()
@click.option("--keep-up", is_flag=True, help="Go on after that: each minute, add the calls of the last one.")
def load(keep_up: bool) -> None:
    """Load what is missing of the made-up force's calls until now, the newest month first.

    It can be stopped at any moment and run again: a month is in as a whole, or not at all. What “darwin
    practice live” plays meanwhile is left to it. With --keep-up it works behind everything else.
    """
    from darwin.supervisor.house import open_house

    with open_house() as house:
        from darwin.practice import loading

        stopped = Event()
        if keep_up:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stopped.set())
            loading.step_back(house.server is not None)
            loading.wait_for_live(stopped)
        added = loading.load_missing(stopped=stopped)
        if not keep_up:
            click.echo(f"The made-up force is in: {added:,} contacts were added.", err=True)
            return
        loading.keep_up(stopped)


@commands.command()
def live() -> None:
    """Let the present day happen: callers call as the clock goes on, colleagues answer, people take calls.

    It goes on until it is ended. Only one at a time plays a force.
    """
    from darwin.supervisor.house import open_house
    from darwin.supervisor.locks import FileLock

    with open_house() as house:
        from darwin.practice.live.feeding import feed
        from darwin.practice.services import refuse_outside_practice

        refuse_outside_practice()
        alone = FileLock(house.data_dir / "lock" / "practice-live")
        if not alone.try_exclusive():
            raise DarwinError("The practice force is being played already. Nothing was started.")
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        feed(stopped)
        alone.close()


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
