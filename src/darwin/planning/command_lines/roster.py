"""`darwin plan roster`: the cheapest roster of a week that covers what is needed."""

import json
from pathlib import Path

import click


@click.command()
@click.argument("instance", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seconds", type=click.FloatRange(1), default=60.0, show_default=True, help="Search so long.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True, help="Cores to search on.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(instance: Path, seconds: float, threads: int, as_json: bool) -> None:
    """The least paid hours that cover INSTANCE, a JSON file, and who works them."""
    from darwin.science.rostering.instance import read_instance
    from darwin.science.rostering.weekly import solve_instance

    week = read_instance(instance.read_text("utf-8"), name=instance.name)
    roster = solve_instance(week, seconds=seconds, threads=threads)
    paid, bound = week.hours(roster.paid), week.hours(roster.bound)
    if as_json:
        answer = {
            "name": week.name,
            "paid_hours": paid,
            "bound": bound,
            "gap": roster.gap,
            "tours": roster.tours,
        }
        click.echo(json.dumps(answer))
        return
    shifts = sum(len(tour) for tour in roster.tours)
    click.echo(f"{shifts} shifts by {sum(bool(tour) for tour in roster.tours)} people: {paid:,g} paid hours.")
    click.echo(
        "No roster that covers the week costs less."
        if roster.paid == roster.bound
        else f"No roster costs less than {bound:,g} hours: the gap is {roster.gap:.3%}."
    )
