"""What the API says when it does not do what was asked: one form for every refusal (RFC 9457).

`title` says what was wrong, `where` in which part of the request, `kept` what became of the content, `do`
what to do; `detail` is all of it in one. `code` is for programs and does not change.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from darwin.errors import DarwinError

CONTENT_TYPE = "application/problem+json"
NOTHING_KEPT = "Nothing was kept."
log = logging.getLogger("darwin.api")


class ApiRefused(DarwinError):
    """A request that is not done. more: members that a program can use beside the sentences."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        where: str = "",
        kept: str = NOTHING_KEPT,
        do: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(" ".join(part for part in (title, kept, do) if part))
        self.status, self.code, self.title, self.where = status, code, title, where
        self.kept, self.do, self.headers, self.more = kept, do, dict(headers or {}), more

    def response(self) -> HttpResponse:
        """The refusal as it is sent."""
        said = {
            "status": self.status,
            "code": self.code,
            "title": self.title,
            "detail": str(self),
            "where": self.where,
            "kept": self.kept,
            "do": self.do,
        }
        answer = JsonResponse({**said, **self.more}, status=self.status, headers=self.headers)
        answer["Content-Type"] = CONTENT_TYPE
        return answer


def no_such_address() -> ApiRefused:
    return ApiRefused(
        404,
        "no_such_address",
        "The API has no such address.",
        where="address",
        do="Its addresses are listed at /api/openapi.json.",
    )


def not_found(what: str, do: str) -> ApiRefused:
    """Something asked for is not there, or not for this token: the two are not told apart."""
    return ApiRefused(404, "not_found", what, where="address", kept="", do=do)


def answer_refusals(api: NinjaAPI) -> None:
    """Let every error of an address of this API be answered in the house's form."""

    def refused(request: HttpRequest, problem: Any) -> HttpResponse:
        return as_refusal(problem).response()

    for kind in (Exception, ApiRefused, DarwinError, HttpError, Http404, ValidationError):
        api.add_exception_handler(kind, refused)


def as_refusal(problem: Exception) -> ApiRefused:
    """The refusal that tells of an error; one that nobody foresaw goes to the log, without its text."""
    if isinstance(problem, ApiRefused):
        return problem
    if isinstance(problem, ValidationError):
        return _of_fields(problem)
    if isinstance(problem, DarwinError):
        return ApiRefused(422, "refused", str(problem), kept="")
    if isinstance(problem, Http404):
        return not_found("There is no such record.", "Check its identifier.")
    if isinstance(problem, HttpError) and problem.status_code == HTTPStatus.BAD_REQUEST:
        return not_json()
    if isinstance(problem, OperationalError | InterfaceError):
        log.warning("a request to the API met a database that does not answer", exc_info=problem)
        return ApiRefused(
            503,
            "database_away",
            "The database does not answer.",
            kept="What was sent is not kept; what was saved before is safe.",
            do="Send the same request again in ten seconds.",
            headers={"Retry-After": "10"},
        )
    log.error("a request to the API ended by an error", exc_info=problem)
    return ApiRefused(
        500,
        "mistake_of_ours",
        "Darwin made a mistake.",
        do="Send the same request again later. If it goes on, tell the force's administrator the number in "
        "the header X-Request-ID.",
    )


def not_json(why: str = "") -> ApiRefused:
    """The content cannot be read at all."""
    return ApiRefused(
        400,
        "not_json",
        f"The content is not JSON{': ' + why if why else ''}.",
        where="content",
        do="Send JSON in UTF-8 with the header Content-Type: application/json.",
    )


# What pydantic calls a fault, in words. The value itself is never repeated: it may be somebody's number.
_WORDS = {
    "missing": "is missing",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "extra_forbidden": "is not a field of this address",
    "datetime_type": "must be a moment such as 2026-11-22T14:28:16Z",
    "datetime_parsing": "must be a moment such as 2026-11-22T14:28:16Z",
    "datetime_from_date_parsing": "must be a moment such as 2026-11-22T14:28:16Z",
    "timezone_aware": "has no offset from UTC: write Z or +00:00 at its end",
    "uuid_parsing": "must be an identifier (UUID)",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "dict_type": "must be an object",
}


def _of_fields(problem: ValidationError) -> ApiRefused:
    return wrong_fields([(_place(fault), f"{_words(fault)}.") for fault in problem.errors])


def wrong_fields(found: Sequence[tuple[str, str]]) -> ApiRefused:
    """Fields that are wrong, all at once: (field, what is wrong with it, as the end of a sentence) each."""
    faults = [{"where": where, "wrong": wrong} for where, wrong in found]
    first = faults[0]
    others = f" {len(faults) - 1} more are listed in faults." if len(faults) > 1 else ""
    return ApiRefused(
        422,
        "fields_wrong",
        f"{first['where']} {first['wrong']}{others}",
        where=first["where"],
        do="Mend what faults lists, then send it again with the same Idempotency-Key.",
        faults=faults,
    )


def _place(fault: Mapping[str, Any]) -> str:
    source, *rest = (str(part) for part in fault["loc"])
    # Ninja puts the name of the view's argument before the fields of a body.
    rest = rest[1:] if source == "body" and len(rest) > 1 else rest
    return ".".join(rest) if rest else source


def _words(fault: Mapping[str, Any]) -> str:
    kind, limits = fault["type"], fault.get("ctx", {})
    if kind == "string_too_long":
        return f"has more than {limits['max_length']:,} characters"
    if kind == "string_too_short":
        return "is empty"
    if kind in ("too_long", "list_too_long"):
        return f"has more than {limits['max_length']:,} entries"
    if kind == "value_error":
        return str(limits["error"])
    return _WORDS.get(kind, "cannot be used")
