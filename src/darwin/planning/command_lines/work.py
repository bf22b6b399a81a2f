"""`darwin plan work`: the worker of the planning room."""

import click


@click.command()
@click.option("--forever/--once", default=True, help="Go on until stopped, or do what waits now and end.")
def command(forever: bool) -> None:
    """Work out what people have asked for. Any number of workers may run."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.deadlines.worker import stop_on_signals
        from darwin.planning import worker

        if forever:
            worker.work(stop_on_signals())
            return
        count = 0
        while worker.work_one():
            count += 1
        click.echo("Nothing was asked." if count == 0 else f"{count} worked out.")
