"""The address that a browser listens to: /live/?screens=contact.line_today,contact.board."""

from collections.abc import AsyncIterator, Sequence

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from darwin.ledger.live.hub import hub
from darwin.ledger.live.screens import Screen, screens

HEARTBEAT_S = 10.0


@require_GET
async def stream_view(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events: each screen's newest (or, after Last-Event-ID, what was missed), then every change.

    An event's name is the screen's; the event live.state says running or waiting (nothing new can come now).
    404 for a screen that is not declared, 403 unless every one may be watched by this person.
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
    async with hub().listen(names, after) as listener:
        yield b"retry: 2000\n\n"
        while True:
            frame = await listener.take(HEARTBEAT_S)
            yield frame.encode() if frame else b": still here\n\n"
