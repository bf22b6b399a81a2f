"""The records room's part of the command line."""

import click


@click.group(
    name="records", help="People, places, numbers and vehicles: their search keys and their reviews."
)
def commands() -> None:
    """Group of the room; `darwin.cli` loads it when it is called."""


@commands.command("rebuild-keys")
def rebuild() -> None:
    """Make every search key anew from the records; nothing else is changed."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.records.services.keys import rebuild_keys

        made = rebuild_keys()
        click.echo(", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in made.items()) + ".")


@commands.command("schedule-reviews")
@click.option("--most", default=10_000, show_default=True, help="At most so many people in one run.")
def schedule(most: int) -> None:
    """Start the clock to the next review for people who were loaded in bulk and have none."""
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.ledger.actors import Actor
        from darwin.records.services.retention import schedule_missing_reviews

        started = schedule_missing_reviews(actor=Actor.system("command-line"), most=most)
        click.echo(f"{started:,} clocks started.")
