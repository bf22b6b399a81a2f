"""One version of the reference data for the whole of a request, however its views and templates run."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from darwin.reference.queries import one_version

Next = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def one_version_per_request(get_response: Next) -> Next:
    """Ask once a request whether there is a newer adoption; every later question is answered from memory."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            with one_version():
                pending: Awaitable[HttpResponseBase] = get_response(request)
                return await pending

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        with one_version():
            response: HttpResponseBase = get_response(request)
            return response

    return answer
