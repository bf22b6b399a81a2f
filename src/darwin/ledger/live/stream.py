"""The address that a browser listens to: /live/?screens=contact.line_today,contact.board."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from darwin.deadlines import clock
from darwin.ledger.live.hub import Frame, hub
from darwin.ledger.live.screens import Screen, screens
from darwin.theme.version import assets_version

# The server's clock, which is also its sign of life.
TIME_EVERY_S = 5.0
# A stream is asked anew who it serves: whoever has lost a role, a session or a paired wall sees no more.
LIFE_S = 120.0
# After a lost stream a browser waits this long, then longer each time; spread, so that fifty screens do not
# knock together.
RETRY_MS = 500
TIME = "time"
VERSION = "live.version"


@require_GET
async def stream_view(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events: each screen's newest (or, after Last-Event-ID, what was missed), then every change.

    An event's name is the screen's. live.state says running or waiting (nothing new can come now); time is
    the server's clock and its rate ("2026-11-22T14:24:16.120000+00:00 1"), every 5 s; live.version is that
    of the files which the pages of this server use. The stream ends after two minutes; the browser comes
    back at once and is asked anew who it is. 404 for a screen that is not declared, 403 unless every one may
    be watched by this person.
    """
    names = [name for name in request.GET.get("screens", "").split(",") if name]
    declared = screens()
    if not names or any(name not in declared for name in names):
        return _refusal("There is no such live screen.", 404)
    if not await sync_to_async(_may_watch)(request, [declared[name] for name in names]):
        return _refusal("One of these live screens is not open to you.", 403)
    return StreamingHttpResponse(
        _events(names, _last_event_id(request)),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _refusal(sentence: str, status: int) -> HttpResponse:
    # Read by a script, not shown as a page.
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _may_watch(request: HttpRequest, wanted: Sequence[Screen]) -> bool:
    try:
        return all(screen.may_watch(request) for screen in wanted)
    finally:
        connections.close_all()


def _last_event_id(request: HttpRequest) -> int | None:
    sent = request.headers.get("Last-Event-ID", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else None


async def _events(names: Sequence[str], after: int | None) -> AsyncIterator[bytes]:
    # Middleware may have used the database again on the response's way out; from here on nothing does.
    await sync_to_async(connections.close_all)()
    ticking = asyncio.get_running_loop().time
    ends = ticking() + LIFE_S * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load, guards nothing
    async with hub().listen(names, after) as listener:
        yield f"retry: {RETRY_MS}\n\n".encode()
        yield Frame(0, VERSION, assets_version().encode()).encode()
        told = -TIME_EVERY_S
        while (at := ticking()) < ends:
            if at - told >= TIME_EVERY_S:
                told = at
                yield Frame(0, TIME, clock_words().encode()).encode()
            frame = await listener.take(max(0.0, told + TIME_EVERY_S - at))
            if frame:
                yield frame.encode()


def clock_words() -> str:
    """The installation's clock and how fast it runs, as a page and the stream's `time` tell it."""
    return f"{clock.now().isoformat()} {clock.rate():g}"
