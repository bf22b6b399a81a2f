"""The supervisor's page: what the line does now, who is owed a call, and what each handler does."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.callbacks.listed import SUBJECT, call_backs
from darwin.contact.callbacks.shown import list_of, not_safe_of
from darwin.contact.now.drawn import draw_counts
from darwin.contact.now.floor import draw_floor, floor_of
from darwin.contact.now.reading import read_now
from darwin.contact.now.screens import COUNTS, FLOOR, screen_name
from darwin.contact.now.wall import wall_of
from darwin.contact.permissions import SEE_FLOOR
from darwin.contact.views import asking
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.gate import page


@never_cache
@require_GET
@page(SEE_FLOOR, personal=True)
def floor(request: HttpRequest) -> HttpResponse:
    """Counts and handlers follow the line by themselves; the two lists hold still until they are asked."""
    language = get_language() or settings.LANGUAGE_CODE
    reading, account = read_now(), asking.asker(request)
    lists = call_backs(reading.at)
    record_consultation(
        actor=account.actor,
        screen="contact.floor",
        subjects=[Subject(SUBJECT, row.key) for row in lists.listed],
    )
    counts, people = screen_name(COUNTS, language), screen_name(FLOOR, language)
    context = {
        # Every value in these was escaped by the templates that made them.
        "counts": mark_safe(draw_counts(wall_of(reading), language, reading.at)),  # noqa: S308
        "people": mark_safe(draw_floor(floor_of(reading), language, reading.at)),  # noqa: S308
        "counts_screen": counts,
        "people_screen": people,
        "rows": list_of(lists.listed, account, reading.at),
        "not_safe": not_safe_of(lists.not_safe, account, reading.at),
        "without": lists.without,
        "stale_after_s": f"{reading.stale_after.total_seconds():g}",
        "gap_after_s": f"{reading.gap_after.total_seconds():g}",
        "at": reading.at,
    }
    return render(request, "contact/floor.html", context)
