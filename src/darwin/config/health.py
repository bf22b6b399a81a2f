"""Is the house well? For machines (JSON, 200 or 503) and for people, each part named with its state."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from darwin.deadlines import clock
from darwin.supervisor.parts import HEALTHY_AFTER_S
from darwin.supervisor.state import PartState, read_state

DATABASE_LIMIT_S = 2
# PostgreSQL needs room for a few segments of its log (16 MB each) to go on at all.
LEAST_FREE_BYTES = 200_000_000
# A part that ended this often without a healthy minute is not well, though it may be running just now.
UNSTEADY_ENDS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the house. since: ISO 8601 in UTC, empty if not known."""

    part: str
    state: str
    well: bool
    since: str = ""
    restarts: int = 0

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.since).astimezone(clock.LONDON)


def find_out() -> list[Finding]:
    """Look at every part now. Takes at most two seconds, whatever is down."""
    state = read_state(settings.DARWIN_DATA_DIR)
    watched = {part.name: part for part in state.parts} if state else {}
    own = [Finding("web", "running", True), _database()]
    findings = [
        replace(finding, since=part.since, restarts=part.restarts)
        if (part := watched.pop(finding.part, None))
        else finding
        for finding in own
    ]
    return [*findings, _disk(), *map(_watched, watched.values())]


def _watched(part: PartState) -> Finding:
    keeps_ending = part.ends_in_a_row >= UNSTEADY_ENDS and not _healthy_for_long(part)
    well = part.condition in ("running", "starting", "done") and not keeps_ending
    state = "keeps ending" if keeps_ending else part.condition
    return Finding(part.name, state, well, part.since, part.restarts)


def _healthy_for_long(part: PartState) -> bool:
    since = datetime.fromisoformat(part.since)
    return part.condition == "running" and clock.now() - since >= timedelta(seconds=HEALTHY_AFTER_S)


def _database() -> Finding:
    chosen = connection.settings_dict
    try:
        with psycopg.connect(
            host=chosen["HOST"],
            port=chosen["PORT"] or None,
            dbname=chosen["NAME"],
            user=chosen["USER"],
            password=chosen["PASSWORD"],
            connect_timeout=DATABASE_LIMIT_S,
        ) as asking:
            asking.execute("SELECT 1")
    except psycopg.Error:
        return Finding("database", "does not answer", False)
    return Finding("database", "running", True)


def _disk() -> Finding:
    try:
        free = shutil.disk_usage(settings.DARWIN_DATA_DIR).free
    except OSError:
        return Finding("disk", "cannot be read", False)
    return Finding(
        "disk", "room left" if free >= LEAST_FREE_BYTES else "nearly full", free >= LEAST_FREE_BYTES
    )


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Does the web server answer at all? Asks nothing of any other part."""
    return HttpResponse("live\n", content_type="text/plain")


@never_cache
@require_safe
def for_machines(request: HttpRequest) -> JsonResponse:
    """200 if every part is well, else 503; the body names each."""
    findings = find_out()
    well = all(finding.well for finding in findings)
    parts = {
        finding.part: {"state": finding.state, "since": finding.since or None, "restarts": finding.restarts}
        for finding in findings
    }
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"well": well, "parts": parts}, status=status)


@never_cache
@require_safe
def for_people(request: HttpRequest) -> HttpResponse:
    """The same as a page."""
    findings = find_out()
    well = all(finding.well for finding in findings)
    verdict = _("Every part of Darwin works.") if well else _("A part of Darwin does not work.")
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    practice = settings.DARWIN_MODE == "practice"
    context = {"findings": findings, "verdict": verdict, "practice": practice}
    return HttpResponse(render_to_string("config/health.html", context), status=status)


class BeforeSessions:
    """Middleware: answer the health addresses before anything asks the database who is there.

    Otherwise a monitor that sends a session's cookie would get the page for an outage, not the findings.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/health/"):
            return self.get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return answer
