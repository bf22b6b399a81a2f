"""The live stream's address behind the gate: signed in here, each screen by its own rule in the stream. A
paired wall screen, at which nobody signs in, may watch what was declared for walls and nothing else."""

from asgiref.sync import sync_to_async
from django.contrib.auth import aget_user
from django.http import HttpRequest, HttpResponseBase
from django.urls import path

from darwin.ledger.live.screens import screens
from darwin.ledger.live.stream import stream_view
from darwin.staff.gate import page
from darwin.staff.idle import in_background
from darwin.staff.permissions import BE_AT_HOME
from darwin.staff.walls import wall_screen_of

_signed_in = page(BE_AT_HOME, personal=False)(stream_view)


@in_background
async def live(request: HttpRequest) -> HttpResponseBase:
    """The stream, for whoever is signed in and for a paired wall screen."""
    if await _is_wall(request):
        return await stream_view(request)
    answer: HttpResponseBase = await _signed_in(request)
    return answer


async def _is_wall(request: HttpRequest) -> bool:
    declared = screens()
    wanted = [declared.get(name) for name in request.GET.get("screens", "").split(",") if name]
    if not wanted or not all(screen is not None and screen.on_a_wall for screen in wanted):
        return False
    if (await aget_user(request)).is_authenticated:
        return False
    return await sync_to_async(wall_screen_of)(request) is not None


live.rule, live.personal = BE_AT_HOME, False  # type: ignore[attr-defined]

app_name = "ledger"
urlpatterns = [path("live/", live, name="live")]
