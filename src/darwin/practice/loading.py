"""Loading what is missing of the made-up force's calls, and keeping it filled up while time goes on."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from tqdm import tqdm

from darwin.ledger.actors import Actor
from darwin.practice.queries import spans_to_load, story_of
from darwin.practice.services import MadeSpan, load_span, make_span, open_force
from darwin.practice.spans import MonthSpan
from darwin.practice.story import Story

ACTOR = Actor.system("practice")
EVERY_S = 60.0


def load_missing(bar: bool = True) -> int:
    """Load every month that is missing, the newest first; the number of contacts added.

    bar: show the progress on standard error.
    """
    force = open_force(actor=ACTOR)
    added = 0
    spans = spans_to_load(force)
    with tqdm(
        total=len(spans), desc="Made-up months", unit="month", delay=2, file=sys.stderr, disable=not bar
    ) as shown:
        for made in _made_ahead(story_of(force), spans):
            added += load_span(actor=ACTOR, force=force, made=made)
            shown.update()
    return added


def keep_up(stopped: Event) -> None:
    """Add the calls of the last minute, each minute, until `stopped` is set."""
    while not stopped.wait(EVERY_S):
        load_missing(bar=False)


def _made_ahead(story: Story, spans: list[MonthSpan]) -> Iterator[MadeSpan]:
    """Each month, made while PostgreSQL stores the one before it."""
    with ThreadPoolExecutor(max_workers=1) as maker:
        coming = maker.submit(make_span, story, spans[0]) if spans else None
        for following in [*spans[1:], None]:
            if coming is None:
                return
            made = coming.result()
            coming = maker.submit(make_span, story, following) if following else None
            yield made
