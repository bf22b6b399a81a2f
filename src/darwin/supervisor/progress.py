"""How far a long command has come, on standard error: a bar on a terminal, an occasional line elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

Advance = Callable[[int], None]

SHOW_AFTER_S = 2.0
LINE_EVERY_S = 15.0


def say(sentence: str) -> None:
    """Tell the person at the terminal, on standard error."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - the one place that does


@contextmanager
def progress(label: str, total: int | None, unit: str = "rows") -> Iterator[Advance]:
    """Show how many of `total` units are done; nothing at all if it takes less than two seconds.

    label: what is being done, as a sentence without its full stop ("Reading the log"). total: None if not
    known. Yields a function that is told how many more are done.
    """
    if sys.stderr.isatty():
        with tqdm(total=total, desc=label, unit=f" {unit}", delay=SHOW_AFTER_S, file=sys.stderr) as bar:

            def step(count: int) -> None:
                bar.update(count)

            yield step
        return
    done, shown_at = 0, time.monotonic() - LINE_EVERY_S + SHOW_AFTER_S

    def advance(count: int) -> None:
        nonlocal done, shown_at
        done += count
        if time.monotonic() - shown_at >= LINE_EVERY_S:
            shown_at = time.monotonic()
            say(f"{label}: {done:,} {unit}." if total is None else f"{label}: {done:,} of {total:,} {unit}.")

    yield advance
