"""What must be right before pages are served. Run by config.asgi; a fault stops the start."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from darwin.config.settings import KEY_FOR_COMMANDS

TAG = "web"
LEAST_KEY_LENGTH = 32


@register(TAG)
def check_secret_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to sign sessions with a key that everybody knows or can guess."""
    if settings.SECRET_KEY != KEY_FOR_COMMANDS and len(settings.SECRET_KEY) >= LEAST_KEY_LENGTH:
        return []
    sentence = (
        "The web server has no secret key of its own. Start it with darwin up, which keeps one in the data "
        f"folder, or set DARWIN_SECRET_KEY to at least {LEAST_KEY_LENGTH} random characters."
    )
    return [Error(sentence, id="darwin.E001")]


@register(TAG)
def check_cookies_travel_safely(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to serve a host that others reach without HTTPS."""
    if settings.DARWIN_HTTPS or not settings.DARWIN_HOSTS or settings.DARWIN_MODE == "practice":
        return []
    sentence = (
        f"DARWIN_HOSTS names {', '.join(settings.DARWIN_HOSTS)}, but DARWIN_HTTPS is not yes, so "
        "whoever listens on the way could take over a session. Put an HTTPS proxy in front and set "
        "DARWIN_HTTPS=yes."
    )
    return [Error(sentence, id="darwin.E002")]
