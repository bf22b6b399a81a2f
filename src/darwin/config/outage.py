"""The page for a part of the house that is down, instead of the page for a mistake of ours."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from darwin.theme.views import server_error, unavailable


def server_error_or_outage(request: HttpRequest) -> HttpResponse:
    """handler500: 503 with its sentence when the database does not answer, else 500."""
    problem = sys.exc_info()[1]
    if isinstance(problem, OperationalError | InterfaceError):
        return unavailable(request, _("The database does not answer. What was saved is safe."))
    return server_error(request)
