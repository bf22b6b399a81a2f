"""The line: how long callers waited, who gave up, in any period and by any step."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.forms import LineForm, today, usual_periods
from darwin.contact.measures.definitions import definition
from darwin.contact.measures.figures import GroupBy
from darwin.contact.models import ContactQueue
from darwin.contact.permissions import SEE_MEASURES, SEE_WALL
from darwin.contact.shown import line as shown_line
from darwin.contact.shown.changes import changes_shown
from darwin.contact.shown.line_steps import result as steps_result
from darwin.contact.shown.reader import Reader
from darwin.contact.views import asking
from darwin.deadlines import clock
from darwin.reference.presentation import source_line
from darwin.staff.gate import page


@never_cache
@require_GET
@page(SEE_MEASURES, personal=False)
def line(request: HttpRequest) -> HttpResponse:
    """One queue in one period: sentence, tiles, chart, table or CSV, definition, gaps."""
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    reader = Reader.of(asking.asker(request))
    by = GroupBy.DAY if reader.published else GroupBy.HALF_HOUR
    day = today().isoformat()
    defaults = {"queue": queues[0].slug, "from": day, "to": day, "by": by.value}
    form = LineForm(request.GET, queues, defaults, published=reader.published)
    if not form.is_valid():
        context = {"form": form, "periods": _periods(queues[0], reader)}
        return render(request, "contact/line.html", context, status=400)
    wait = request.GET.get("wait", "")
    whole_way = wait == "way" or (wait != "queue" and form.period.days <= shown_line.USUAL_WAY_DAYS)
    shown = shown_line.line_shown(
        form.queue, queues, form.period, form.by_step, clock.now(), whole_way=whole_way
    )
    whole_way = shown.way is not None
    steps = [(step.from_at, step.to_at) for step, _figures in shown.steps]
    changes = changes_shown(steps, shown.now, asking.asker(request))
    result = steps_result(shown, reader, changes)
    view = request.GET.get("view", "chart")
    if view == "csv":
        first, last = form.period.first_day, form.period.last_day
        return asking.csv_answer(result, f"line-{form.queue.slug}-{first}-to-{last}-by-{form.by_step}")
    context = {
        "form": form,
        "shown": shown,
        "periods": _periods(form.queue, reader),
        "sentence": shown_line.sentence(shown, reader),
        "tiles": shown_line.tiles(shown, reader, whole_way=whole_way),
        "whole_way": whole_way,
        "way_address": asking.same_address(request, wait="way"),
        "queue_address": asking.same_address(request, wait="queue"),
        "result": result,
        "changes": changes,
        "view": view if view in ("chart", "table") else "chart",
        "views": asking.views_of(request),
        "points": shown_line.points(shown, reader),
        "legs": _legs(shown, reader),
        "gaps": shown_line.gaps(shown),
        "definition": _definition(shown),
        "published": reader.published,
        "see_wall": SEE_WALL.permits(asking.asker(request)),
    }
    return render(request, "contact/line.html", context)


def _periods(queue: ContactQueue, reader: Reader) -> list[tuple[str, str]]:
    """The periods that stand ready, each with its address."""
    found = []
    for word, period, by in usual_periods():
        step = GroupBy.DAY if reader.published and by is GroupBy.HALF_HOUR else by
        found.append((word, f"?{urlencode({'queue': queue.slug, **period.query(), 'by': step.value})}"))
    return found


def _legs(shown: shown_line.LineShown, reader: Reader) -> list[dict[str, object]]:
    period = shown.period
    return [
        {
            "leg": leg,
            "joined": reader.words(leg.joined),
            "answered": reader.words(leg.answered),
            "gave_up": reader.words(leg.gave_up),
            "gave_up_href": reader.entries(leg.queue.slug, period, outcome="abandoned")
            if leg.gave_up
            else "",
            "median": None if leg.median_s is None else leg.median_s * 1000,
            "p90": None if leg.p90_s is None else leg.p90_s * 1000,
        }
        for leg in shown.legs or ()
    ]


def _definition(shown: shown_line.LineShown) -> dict[str, object]:
    meant = definition("pct_within_of_offered", shown.period.first_day)
    rows = [
        (_("Counts"), meant.numerator.replace("{threshold}", str(shown.within))),
        (_("Out of"), meant.denominator),
        (_("Wait"), meant.timing),
        (_("Within"), source_line(shown.within)),
        (_("Target"), source_line(shown.target)),
        (_("Data"), shown_line.age_of(shown)),
    ]
    version = _("version %(n)s") % {"n": meant.version}
    return {"version": version, "rows": [(term, words[:1].upper() + words[1:]) for term, words in rows]}
