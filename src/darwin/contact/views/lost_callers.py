"""Lost callers: everyone who gave up, and whether and when they got through."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.forms import LostCallersForm, today, usual_periods
from darwin.contact.measures.lost_callers import Fate, LostCaller, LostCallers, lost_callers
from darwin.contact.measures.told import what_is_told
from darwin.contact.measures.tries import tries_of
from darwin.contact.models import AbandonPoint
from darwin.contact.permissions import SEE_LOST_CALLERS
from darwin.contact.shown.channels import channel_words
from darwin.contact.shown.reader import FigureColumn
from darwin.contact.views import asking
from darwin.contact.views.paging import Rows, page_of
from darwin.ledger.actors import Subject, Verb
from darwin.ledger.services import record_consultation, record_entry
from darwin.staff.gate import page
from darwin.theme import formats
from darwin.theme.charts import Result
from darwin.theme.parts import Tile

A_PAGE = 50
MOST_EXPORTED = 20_000
NOT_THROUGH = (Fate.CAME_BACK, Fate.NOT_SEEN, Fate.WITHHELD, Fate.NOT_TOLD)


@never_cache
@require_GET
@page(SEE_LOST_CALLERS, personal=True)
def lost(request: HttpRequest) -> HttpResponse:
    """Who gave up in a period, the latest first, matched to what the same number did next."""
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    day = today().isoformat()
    form = LostCallersForm(request.GET, queues, {"queue": queues[0].slug, "from": day, "to": day})
    periods = [
        (word, asking.same_address(request, **period.query(), page="", view=""))
        for word, period, _by in usual_periods()[:5]
    ]
    if not form.is_valid():
        return render(request, "contact/lost_callers.html", {"form": form, "periods": periods}, status=400)
    queue, period = form.queue, form.period
    fates = NOT_THROUGH if form.cleaned_data["show"] == "waiting" else None
    if request.GET.get("view") == "csv":
        return _export(request, form, fates)
    number = request.GET.get("page", "1")
    start = (int(number) - 1) * A_PAGE if number.isdecimal() and 0 < int(number) < 100_000 else 0
    found = lost_callers(queue, period.from_at, period.to_at, fates=fates, limit=A_PAGE, offset=start)
    shown_of = sum(found.counts[fate] for fate in fates) if fates else found.total
    part, fault = page_of(Paginator(Rows(found.rows, shown_of, start), A_PAGE), number)
    rows = list(part)
    told = what_is_told(queue, period.from_at, period.to_at) if not found.total else None
    record_consultation(
        actor=asking.asker(request).actor,
        screen="contact.lost_callers",
        subjects=[Subject("queue", queue.id), *(Subject("contact", row.contact_id) for row in rows)],
    )
    context = {
        "form": form,
        "periods": periods,
        "queue": queue,
        "period": period,
        "found": found,
        "tiles": _tiles(found),
        "rows": _rows(rows),
        "part": part,
        "faults": [fault] if fault else [],
        "minutes": int(found.match_within / timedelta(minutes=1)),
        "nothing_recorded": told is not None and told.nothing,
        "csv": asking.same_address(request, view="csv", page=""),
        "shared_in_practice": asking.SHARED_IN_PRACTICE,
    }
    return render(request, "contact/lost_callers.html", context, status=400 if fault else 200)


def _tiles(found: LostCallers) -> list[Tile]:
    counts = found.counts
    known = found.total - counts[Fate.WITHHELD] - counts[Fate.NOT_TOLD]
    back = counts[Fate.GOT_THROUGH] + counts[Fate.CAME_BACK]
    share = formats.share(back, known) if known else "–"
    probable = _("%(n)s of them probable: a shared number") % {"n": formats.count(found.probable)}
    return [
        Tile(formats.count(found.total), _("gave up")),
        Tile(
            formats.count(counts[Fate.GOT_THROUGH]),
            _("got through later"),
            probable if found.probable else "",
        ),
        Tile(formats.count(counts[Fate.CAME_BACK]), _("came back, not yet through")),
        Tile(formats.count(counts[Fate.NOT_SEEN]), _("not seen again")),
        Tile(
            formats.count(counts[Fate.WITHHELD] + counts[Fate.NOT_TOLD]),
            _("number withheld or not told"),
            _("cannot be matched"),
        ),
        Tile(share, _("came back, of those known"), formats.of(back, known)),
    ]


def _rows(rows: list[LostCaller]) -> list[dict[str, Any]]:
    tries = tries_of(rows)
    points = dict(AbandonPoint.choices)
    return [
        {
            "row": row,
            "tries": tries.get(row.leg_id),
            "wait": None if row.wait_s is None else row.wait_s * 1000,
            "point": points.get(row.abandon_point, _("not known")),
            "fate": _fate_words(row),
            "through": row.fate is Fate.GOT_THROUGH,
            "after": _after(row),
        }
        for row in rows
    ]


def _fate_words(row: LostCaller) -> str:
    match row.fate:
        case Fate.GOT_THROUGH:
            return _("got through %(at)s") % {"at": formats.clock_time(row.got_through_at)}
        case Fate.CAME_BACK:
            return _("came back %(at)s, not through") % {"at": formats.clock_time(row.next_at)}
        case Fate.NOT_SEEN:
            return _("not seen again")
        case Fate.WITHHELD:
            return _("withheld: cannot be matched")
        case Fate.NOT_TOLD:
            return _("no number told: cannot be matched")


def _after(row: LostCaller) -> str:
    """By which channel they came back, and how long after giving up."""
    if row.next_at is None:
        return ""
    came = row.got_through_at or row.next_at
    gone = max(0.0, (came - row.gave_up_at).total_seconds())
    words = {"channel": channel_words(row.next_channel), "wait": formats.wait_words(gone * 1000)}
    return _("%(channel)s, %(wait)s later") % words


def _export(request: HttpRequest, form: LostCallersForm, fates: tuple[Fate, ...] | None) -> HttpResponse:
    """The same rows as a file; taking it out of the house is a disclosure in the ledger."""
    queue, period = form.queue, form.period
    found = lost_callers(queue, period.from_at, period.to_at, fates=fates, limit=MOST_EXPORTED)
    subjects = [Subject("contact", row.contact_id) for row in found.rows]
    with transaction.atomic():
        record_entry(
            actor=asking.asker(request).actor,
            verb=Verb.DISCLOSE,
            event="contact.lost_callers_exported",
            subjects=[Subject("queue", queue.id), *subjects],
            counts={"rows": len(found.rows)},
        )
    return asking.csv_answer(
        _as_result(found), f"lost-callers-{queue.slug}-{period.first_day}-{period.last_day}"
    )


def _as_result(found: LostCallers) -> Result:
    columns = [
        FigureColumn("gave_up", _("Gave up at"), "moment"),
        FigureColumn("number", _("Number")),
        FigureColumn("wait", _("Wait"), "wait"),
        FigureColumn("point", _("Where they gave up")),
        FigureColumn("fate", _("What became of them")),
        FigureColumn("probable", _("Match")),
        FigureColumn("next", _("Came back at"), "moment"),
        FigureColumn("channel", _("By")),
        FigureColumn("through", _("Got through at"), "moment"),
    ]
    points = dict(AbandonPoint.choices)
    rows = [
        {
            "gave_up": row.gave_up_at,
            "number": formats.telephone(row.number).replace(formats.NO_SPACE_BREAK, " "),
            "wait": None if row.wait_s is None else row.wait_s * 1000,
            "point": points.get(row.abandon_point, _("not known")),
            "fate": row.fate.value.replace("_", " "),
            "probable": "" if row.next_at is None else _("probable") if row.probable else _("same number"),
            "next": row.next_at,
            "channel": channel_words(row.next_channel) if row.next_channel else "",
            "through": row.got_through_at,
        }
        for row in found.rows
    ]
    return Result(_("Lost callers"), "", columns, rows)
