"""Response headers that Django does not set."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# Darwin's pages use none of these; a passkey is asked for by the page itself.
POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), "
    "midi=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


class PermissionsPolicy:
    """Middleware: tells the browser which of its powers the pages may use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", POLICY)
        return response
