"""The deadlines room's part of the command line."""

from __future__ import annotations

import click


@click.group(name="deadlines", help="Due times, and what happens when they pass.")
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


@commands.command()
@click.option("--forever/--once", default=True, help="Go on until stopped, or do what is due now and end.")
def work(forever: bool) -> None:
    """Do what deadlines call for when they fall due. Any number of workers may run."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.deadlines import worker
        from darwin.deadlines.kinds import check_kinds

        stop = worker.stop_on_signals()
        if forever:
            worker.work(stop)
            return
        check_kinds()
        count = worker.act_on_all_due(stop)
        click.echo("Nothing was due." if count == 0 else f"{count} due and acted on.")
