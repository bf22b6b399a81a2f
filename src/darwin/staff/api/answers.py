"""One request, one effect: one with an Idempotency-Key that comes again is answered from what was kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
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


class _AnsweredMeanwhile(Exception):
    """Another request with the same key was answered first: what this one did is undone."""


def answered_once(view: View) -> View:
    """Do what the view does once for each key of a token.

    The view runs in one transaction with the keeping of its answer, so that neither is there without the
    other. Of two requests at once with one key the second to end is undone and answered like the first. A
    refusal keeps nothing: the key is free. Raises ApiRefused without a key, and for a key that came with
    other content.
    """

    @wraps(view)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        token: ApiToken = request.auth  # type: ignore[attr-defined]
        key, fingerprint = _key_of(request), _fingerprint(request)
        if (known := _known(token, key)) is not None:
            return _again(known, fingerprint)
        try:
            with transaction.atomic():
                answer = view(request, *args, **kwargs)
                status, said = answer if isinstance(answer, tuple) else (200, answer)
                if not keep_answer(token=token, key=key, fingerprint=fingerprint, status=status, answer=said):
                    raise _AnsweredMeanwhile
        except _AnsweredMeanwhile:
            return _again(ApiAnswer.objects.get(token=token, key=key), fingerprint)
        return status, said

    return once


def _known(token: ApiToken, key: str) -> ApiAnswer | None:
    return ApiAnswer.objects.filter(token=token, key=key, good_until__gt=clock.now()).first()


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
