"""Loading what is missing of the made-up force's calls, and keeping it filled up while time goes on."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

from django.db import connection
from tqdm import tqdm

from darwin.ledger.actors import Actor
from darwin.practice.known_people import plant_people
from darwin.practice.live.storing import close_stale_stretches
from darwin.practice.models import LiveStretch
from darwin.practice.queries import spans_to_load, story_of, stretches_of
from darwin.practice.services import MadeSpan, load_span, make_span, open_force
from darwin.practice.spans import MonthSpan
from darwin.practice.story import Story
from darwin.practice.stretches import Stretch

ACTOR = Actor.system("practice")
EVERY_S = 60.0
LIVE_COMES_WITHIN_S = 20.0
GENTLE = 10


def step_back(local_server: bool) -> None:
    """Let everything else come first: this process and, where the database server is our own, what it does
    for us there."""
    os.nice(GENTLE)
    if local_server:
        connection.ensure_connection()
        # A user without rights over the server's processes leaves them as they are.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, connection.connection.info.backend_pid, GENTLE)


def load_missing(bar: bool = True, stopped: Event | None = None) -> int:
    """Load every month that is missing, the newest first; the number of contacts added.

    bar: show the progress on standard error. stopped: end after the month in hand once it is set.
    """
    force = open_force(actor=ACTOR)
    close_stale_stretches(force=force)
    plant_people(actor=ACTOR, force=force)
    added = 0
    spans = spans_to_load(force)
    # Read after the spans: a stretch that begins later begins after them.
    live = stretches_of(force)
    with tqdm(
        total=len(spans), desc="Made-up months", unit="month", delay=2, file=sys.stderr, disable=not bar
    ) as shown:
        for made in _made_ahead(story_of(force), spans, live):
            added += load_span(actor=ACTOR, force=force, made=made)
            shown.update()
            if stopped is not None and stopped.is_set():
                break
    return added


def wait_for_live(stopped: Event) -> None:
    """Let the live feed come first: on a fresh installation nothing is as urgent as the first calls."""
    waited = 0.0
    while waited < LIVE_COMES_WITHIN_S and not LiveStretch.objects.filter(closed=False).exists():
        if stopped.wait(0.5):
            return
        waited += 0.5


def keep_up(stopped: Event) -> None:
    """Add what was not played live, each minute, until `stopped` is set."""
    while not stopped.wait(EVERY_S):
        load_missing(bar=False, stopped=stopped)


def _made_ahead(story: Story, spans: list[MonthSpan], live: list[Stretch]) -> Iterator[MadeSpan]:
    """Each month, made while PostgreSQL stores the one before it."""
    with ThreadPoolExecutor(max_workers=1) as maker:
        coming = maker.submit(make_span, story, spans[0], live) if spans else None
        for following in [*spans[1:], None]:
            if coming is None:
                return
            made = coming.result()
            coming = maker.submit(make_span, story, following, live) if following else None
            yield made
