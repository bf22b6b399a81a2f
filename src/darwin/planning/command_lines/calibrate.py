"""`darwin plan calibrate`: a scenario of the twin, fitted to the calls of a queue."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from darwin.errors import DarwinError

if TYPE_CHECKING:
    from darwin.science.arrivals import Fitted


class WillNotOverwrite(DarwinError):
    """A file is there already."""


class Day(click.ParamType["date"]):
    """A day of London in ISO 8601."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is not a day such as 2026-11-22.", param, ctx)


@click.command(name="calibrate")
@click.option("--queue", "slug", required=True, help="The queue's name: 101, bank.")
@click.option("--from", "first", type=Day(), required=True, help="The first day, included.")
@click.option("--to", "end", type=Day(), required=True, help="The day after the last.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The scenario to write; a file that is there already is kept.",
)
def command(slug: str, first: date, end: date, out: Path) -> None:
    """Fit a scenario of the twin to the contacts of a queue."""
    if out.exists():
        raise WillNotOverwrite(f"{out} is there already and was kept. Choose another name for the scenario.")
    if not out.parent.is_dir():
        raise WillNotOverwrite(f"There is no folder {out.parent} to write the scenario to.")
    from darwin.supervisor.house import open_house

    with open_house():
        from darwin.contact.periods import midnight
        from darwin.contact.queries import find_queue
        from darwin.contact.thresholds import answer_within_s
        from darwin.planning.foretold import fit_queue
        from darwin.science.arrivals import scenario_text

        fitted = fit_queue(slug, first, end)
        queue = find_queue(slug)
        assert queue is not None
        threshold_s = answer_within_s(queue.channel, midnight(first))
    # "x": another process may have written it meanwhile.
    with out.open("x", encoding="utf-8") as file:
        file.write(scenario_text(fitted, threshold_s=threshold_s))
    click.echo(fitted_as_text(fitted))
    click.echo(f"Written to {out}.")


def fitted_as_text(fitted: Fitted) -> str:
    """What was fitted, a line each."""
    lines = []
    for each in fitted.types:
        patience, rates = each.patience, each.rates
        median = (
            "more than half never" if patience.median_s is None else f"half within {patience.median_s:,.0f} s"
        )
        lines += [
            f"{each.name}: {each.calls:,} contacts of {fitted.recorded_days:.4g} recorded days, "
            f"{rates.a_week:,.0f} in a mean week",
            f"  days differ by {100 * rates.day_cv:.1f}% beyond chance",
            f"  talk {each.talk.mean_s:,.0f} s on average ({each.talk.law}); wrap-up and ringing "
            f"{fitted.wrap_mean_s:,.0f} s",
            f"  give up while waiting: {median}; {patience.endings:,} were seen to",
        ]
        if each.redial:
            lines.append(
                f"  ring again after giving up: {100 * each.redial.probability:.0f}%, after "
                f"{each.redial.mean_delay_s / 60:.0f} minutes on average"
            )
    lines.append(f"handlers at work: {float(fitted.handlers.max()):.1f} on average in the fullest half-hour")
    return "\n".join([*lines, *fitted.notes])
