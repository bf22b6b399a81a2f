"""darwin practice: load the made-up force, keep it filled up, or begin again."""

import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import click
from tqdm import tqdm

from darwin.ledger.actors import Actor
from darwin.practice.models import PracticeForce
from darwin.practice.queries import spans_to_load, story_of
from darwin.practice.services import MadeSpan, load_span, make_span, open_force, reset_force
from darwin.practice.spans import MonthSpan
from darwin.practice.story import Story

ACTOR = Actor.system("practice")
EVERY_S = 60.0


@click.group("practice", help="The made-up force of practice mode.")
def commands() -> None:
    pass


@commands.command()
@click.option("--keep-up", is_flag=True, help="Go on after that: each minute, add the calls of the last one.")
def load(keep_up: bool) -> None:
    """Load what is missing of the made-up force's calls until now, the newest month first.

    It can be stopped at any moment and run again: a month is in as a whole, or not at all.
    """
    force = open_force(actor=ACTOR)
    added = _load(force, bar=True)
    if not keep_up:
        click.echo(f"The made-up force is in: {added:,} contacts were added.", err=True)
        return
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(EVERY_S):
        _load(open_force(actor=ACTOR), bar=False)


def _load(force: PracticeForce, bar: bool) -> int:
    added = 0
    spans = spans_to_load(force)
    with tqdm(
        total=len(spans), desc="Made-up months", unit="month", delay=2, file=sys.stderr, disable=not bar
    ) as shown:
        for made in _made_ahead(story_of(force), spans):
            added += load_span(actor=ACTOR, force=force, made=made)
            shown.update()
    return added


def _made_ahead(story: Story, spans: list[MonthSpan]) -> Iterator[MadeSpan]:
    """Each month, made while the one before it is stored: both take about as long."""
    # Whoever waits for PostgreSQL gets the interpreter back sooner than after the usual 5 ms.
    sys.setswitchinterval(0.0005)
    with ThreadPoolExecutor(max_workers=1) as maker:
        coming = maker.submit(make_span, story, spans[0]) if spans else None
        for following in [*spans[1:], None]:
            if coming is None:
                return
            made = coming.result()
            coming = maker.submit(make_span, story, following) if following else None
            yield made


@commands.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Take every contact out of this practice installation. Takes seconds and keeps nothing."""
    if not yes:
        click.confirm("This takes out every contact, also those you imported. Go on?", abort=True, err=True)
    reset_force(actor=ACTOR)
    click.echo("The made-up force is gone. “darwin practice load” makes it anew.", err=True)
