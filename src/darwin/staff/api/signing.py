"""Signatures of requests: HMAC-SHA256 over the time of sending and the content (docs/api.md).

The token names the client; the signature shows that the content is the client's and was sent just now, even
where something between the two could read the token. The secret is not kept anywhere: it is made of the
house's own key and the token's identifier, so that a copy of the database signs nothing.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

HEADER = "Darwin-Signature"
REPLAY_WINDOW = timedelta(minutes=5)
"""How far the time of sending may lie from Darwin's. Clocks that are kept agree within a second; the rest is
for a request that waits in a proxy or is tried again. What is captured is worth nothing after it."""
_FORM = re.compile(r"t=(?P<sent>[0-9]{1,12})(?P<signatures>(?:,v1=[0-9a-f]{64}){1,3})", re.ASCII)


class SignatureRefused(ValueError):
    """A signature that does not hold. code: missing, unreadable, too_old, too_new, wrong. apart: how far the
    time of sending lies from ours (positive: it is ahead), where that is why."""

    def __init__(self, code: str, apart: timedelta = timedelta(0)) -> None:
        super().__init__(code)
        self.code, self.apart = code, apart


def signing_secret(token_id: UUID) -> str:
    """The secret that a token's client signs with: 64 hexadecimal digits, used as they are written."""
    return next(_secrets(token_id))


def _secrets(token_id: UUID) -> Iterator[str]:
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield salted_hmac(
            "darwin.staff.api.signing", str(token_id), secret=key, algorithm="sha256"
        ).hexdigest()


def sign(secret: str, sent: int, content: bytes) -> str:
    """The header's value for `content` sent at `sent` (whole seconds since 1970, UTC)."""
    return f"t={sent},v1={_digest(secret, str(sent), content)}"


def _digest(secret: str, sent: str, content: bytes) -> str:
    return hmac.new(secret.encode(), f"{sent}.".encode() + content, hashlib.sha256).hexdigest()


def check_signature(*, header: str, content: bytes, token_id: UUID, now: datetime) -> None:
    """Raises SignatureRefused unless `header` signs `content` with the token's secret at about `now`.

    The time is looked at last: what is said of a wrong clock is said of a client that holds the secret.
    """
    if not header:
        raise SignatureRefused("missing")
    found = _FORM.fullmatch(header.strip())
    if found is None:
        raise SignatureRefused("unreadable")
    given = [part[3:] for part in found["signatures"].split(",") if part]
    holds = False
    for secret in _secrets(token_id):
        right = _digest(secret, found["sent"], content)
        holds |= any(hmac.compare_digest(right, one) for one in given)
    if not holds:
        raise SignatureRefused("wrong")
    apart = timedelta(seconds=int(found["sent"]) - now.timestamp())
    if abs(apart) > REPLAY_WINDOW:
        raise SignatureRefused("too_new" if apart > timedelta(0) else "too_old", apart)
