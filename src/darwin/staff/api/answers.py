"""One request, one effect: one with an Idempotency-Key that comes again is answered from what was kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import salted_hmac

from darwin.deadlines import clock
from darwin.staff.api.refusals import ApiRefused
from darwin.staff.models import ApiAnswer, ApiToken
from darwin.staff.services.answers import keep_answer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{8,200}", re.ASCII)
View = Callable[..., Any]


def answered_once(view: View) -> View:
    """Do what the view does once for each key of a token.

    The view runs in one transaction with the keeping of its answer, so that neither is there without the
    other; a second request with the same key waits for the first. A refusal keeps nothing: the key is free.
    Raises ApiRefused without a key, and for a key that came with other content.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        token: ApiToken = request.auth  # type: ignore[attr-defined]
        key = _key_of(request)
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            _take_turns(token, key)
            known = ApiAnswer.objects.filter(token=token, key=key, good_until__gt=clock.now()).first()
            if known is not None:
                return _again(known, fingerprint)
            answer = view(request, *args, **kwargs)
            status, said = answer if isinstance(answer, tuple) else (200, answer)
            keep_answer(token=token, key=key, fingerprint=fingerprint, status=status, answer=said)
        return status, said

    return once


def key_of(request: HttpRequest) -> str:
    """The request's key, once `answered_once` has let it in."""
    return request.headers[HEADER]


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "")
    if not _KEY.fullmatch(key):
        raise ApiRefused(
            400,
            "key_missing" if not key else "key_unreadable",
            f"The header {HEADER} is missing."
            if not key
            else f"The header {HEADER} cannot be used as a key.",
            where=f"header {HEADER}",
            do="Give each new request a key of its own of 8 to 200 visible ASCII characters, such as a UUID, "
            "and send the same key when you send the request again.",
        )
    return key


def _fingerprint(request: HttpRequest) -> str:
    """A keyed digest: the bare hash of a telephone number would be that number to whoever tries them all."""
    said = b"\n".join([str(request.method).encode(), request.get_full_path().encode(), request.body])
    return salted_hmac("darwin.staff.api.answers", said, algorithm="sha256").hexdigest()


def _take_turns(token: ApiToken, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [f"{token.id} {key}"])


def _again(known: ApiAnswer, fingerprint: str) -> HttpResponse:
    if known.fingerprint != fingerprint:
        raise ApiRefused(
            422,
            "key_reused",
            "This Idempotency-Key was used before for a request with other content.",
            where=f"header {HEADER}",
            kept="Nothing was kept of this request; the first one stands.",
            do="Give a new request a new key.",
        )
    return JsonResponse(known.answer, status=known.status, headers={REPLAYED: "true"})
