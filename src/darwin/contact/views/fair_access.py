"""Fair access: waits and giving up by language, access route and channel."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.forms import PeriodForm, usual_periods
from darwin.contact.measures.fair_access import Access, FairAccess, fair_access
from darwin.contact.measures.told import what_is_told
from darwin.contact.permissions import SEE_MEASURES
from darwin.contact.shown.channels import code_words
from darwin.contact.shown.reader import FigureColumn, Reader
from darwin.contact.views import asking
from darwin.staff.gate import page
from darwin.theme import formats
from darwin.theme.charts import Result

LONGEST_DAYS = 92
LISTS = {"language": "language", "route": "access_route", "channel": "contact_channel"}


@never_cache
@require_GET
@page(SEE_MEASURES, personal=False)
def fair(request: HttpRequest) -> HttpResponse:
    """Three tables side by side for one queue and period; "not known" is a row of its own."""
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    usual = usual_periods()
    form = PeriodForm(request.GET, queues, {"queue": queues[0].slug, **usual[3][1].query()})
    if form.is_valid() and form.period.days > LONGEST_DAYS:
        form.add_error(
            "from", _("%(n)s days at most are compared at once. Choose a shorter time.") % {"n": LONGEST_DAYS}
        )
    if not form.is_valid():
        return render(request, "contact/fair_access.html", {"form": form}, status=400)
    reader = Reader.of(asking.asker(request))
    queue, period = form.queue, form.period
    told = what_is_told(queue, period.from_at, period.to_at)
    results: dict[str, Result] = {}
    sentences: list[str] = []
    if not told.nothing:
        found = fair_access(queue, queues, period.from_at, period.to_at)
        results = {
            "language": _result(_("By language"), "language", found.languages, reader),
            "route": _result(_("By access route"), "route", found.routes, reader),
            "channel": _result(_("By channel"), "channel", found.channels, reader),
        }
        sentences = _sentences(found, reader)
    view = request.GET.get("view", "")
    if view.startswith("csv-") and view[4:] in results:
        name = f"fair-access-{view[4:]}-{queue.slug}-{period.first_day}-to-{period.last_day}"
        return asking.csv_answer(results[view[4:]], name)
    context = {
        "form": form,
        "queue": queue,
        "period": period,
        "results": [
            (name, shown, asking.same_address(request, view=f"csv-{name}")) for name, shown in results.items()
        ],
        "sentences": sentences,
        "periods": [(word, asking.same_address(request, **one.query())) for word, one, _by in usual[2:5]],
    }
    return render(request, "contact/fair_access.html", context)


def _sentences(found: FairAccess, reader: Reader) -> list[str]:
    """What stands before the tables: how many could be told apart at all, and who waited longest."""
    joined = sum(group.joined for group in found.languages)
    unknown = sum(group.joined for group in found.languages if group.code is None)
    said = [
        _("Of %(all)s who joined the queue, the language of %(unknown)s is not known.")
        % {"all": reader.words(joined), "unknown": reader.words(unknown)}
    ]
    helped = next((group for group in found.routes if group.code == "INTERPRETER"), None)
    if helped and helped.interpreter_s is not None and helped.interpreted >= formats.LEAST_FOR_A_SHARE:
        words = _("Of the %(n)s who needed an interpreter, half waited %(wait)s or longer for one.")
        wait = formats.wait_words(helped.interpreter_s * 1000)
        said.append(words % {"n": reader.words(helped.interpreted), "wait": wait})
    return said


def _result(title: str, kind: str, groups: list[Access], reader: Reader) -> Result:
    interpreted = any(group.interpreted for group in groups)
    columns = [
        FigureColumn(
            "group", {"language": _("Language"), "route": _("Access route"), "channel": _("Channel")}[kind]
        ),
        FigureColumn("joined", _("Joined"), "count"),
        FigureColumn("answered", _("Answered"), "count"),
        FigureColumn("gave_up", _("Gave up"), "count"),
        FigureColumn("share", _("of those who joined"), "percentage", strong=True),
        FigureColumn("median", _("Median wait"), "wait"),
        FigureColumn("p90", _("90th percentile"), "wait"),
    ]
    if kind == "channel":
        columns.insert(1, FigureColumn("contacts", _("Contacts"), "count"))
    if interpreted:
        columns.append(FigureColumn("interpreted", _("Waited for an interpreter"), "count"))
        columns.append(FigureColumn("interpreter", _("Median of that wait"), "wait"))
    return Result(title, _subtitle(kind), columns, [_row(group, kind, reader) for group in groups])


def _subtitle(kind: str) -> str:
    if kind == "channel":
        return _(
            "Every contact of the time; waits in the queues of contact handlers. “–”: no queue, or too few"
        )
    return _("Waits of the answered in this queue; below 20 the counts alone")


def _row(group: Access, kind: str, reader: Reader) -> dict[str, Any]:
    few = group.answered < formats.LEAST_FOR_A_SHARE or reader.hides(group.answered, group.joined)
    shared = 100 * group.gave_up / group.joined if group.joined else None
    hides_wait = group.interpreted < formats.LEAST_FOR_A_SHARE
    return {
        "group": formats.count(None).capitalize()
        if group.code is None
        else code_words(LISTS[kind], group.code),
        "contacts": reader.number(group.contacts),
        "joined": reader.number(group.joined) if group.joined else "–",
        "answered": reader.number(group.answered) if group.joined else "–",
        "gave_up": reader.number(group.gave_up) if group.joined else "–",
        "share": "–" if shared is None else reader.value(shared, group.gave_up, group.joined),
        "median": "–" if few or group.median_s is None else group.median_s * 1000,
        "p90": "–" if few or group.p90_s is None else group.p90_s * 1000,
        "interpreted": reader.number(group.interpreted) if group.interpreted else "–",
        "interpreter": "–" if hides_wait or group.interpreter_s is None else group.interpreter_s * 1000,
    }
