"""What a token is told of itself: the first thing to ask when an integration is set up."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema

from darwin.deadlines import clock
from darwin.staff.api.gate import operation
from darwin.staff.models import ApiToken
from darwin.staff.scopes import KNOW_ONESELF

router = Router(tags=["token"])


class TokenSaid(Schema):
    """Whose token this is. now: Darwin's clock, to compare one's own with."""

    client: str
    scopes: list[str]
    good_until: str
    mode: str
    now: str


@operation(
    router,
    "GET",
    "/token",
    name="token",
    scope=KNOW_ONESELF,
    summary="Whose token this is, what it opens, when it ends, and what time it is in Darwin",
    response=TokenSaid,
)
def token(request: HttpRequest) -> dict[str, Any]:
    """The client's name, the scopes, the end, the installation's mode and its clock."""
    held: ApiToken = request.auth  # type: ignore[attr-defined]
    return {
        "client": held.client,
        "scopes": held.scopes,
        "good_until": held.good_until.isoformat(),
        "mode": settings.DARWIN_MODE,
        "now": clock.now().isoformat(),
    }
