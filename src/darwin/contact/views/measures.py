"""Measures by month: the index, one measure, and the notes beside it."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from darwin.contact.forms import NoteForm
from darwin.contact.measures.definitions import definition
from darwin.contact.measures.families import LINE, RECOVERY, REPEATS
from darwin.contact.measures.monthly import MONTHLY, MonthlyMeasure, Series, series_of
from darwin.contact.models import AnnotationKind, ContactQueue, LegKind, MeasureAnnotation
from darwin.contact.periods import NotADay, read_month
from darwin.contact.permissions import ANNOTATE_MEASURES, SEE_MEASURES
from darwin.contact.services.annotations import AnnotationRefused, annotate_measure, withdraw_annotation
from darwin.contact.shown import measure as shown_measure
from darwin.contact.shown.changes import changes_shown
from darwin.contact.shown.reader import Reader
from darwin.contact.views import asking
from darwin.contact.views.asking import SHARED_IN_PRACTICE
from darwin.deadlines import clock
from darwin.reference.presentation import source_line
from darwin.staff.gate import page
from darwin.theme import formats
from darwin.theme.charts import Result
from darwin.theme.parts import Crumb, Fault

TABLE_MONTHS = 12


@never_cache
@require_GET
@page(SEE_MEASURES, personal=False)
def measures(request: HttpRequest) -> HttpResponse:
    """Every measure with its last full month and what the rules say of it."""
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    queue, fault = _queue(request, queues)
    reader = Reader.of(asking.asker(request))
    notes = _notes(queue, None)
    lines: list[dict[str, Any]] = []
    for series in series_of(list(MONTHLY.values()), queue, clock.now(), inline=1):
        about = [note for note in notes if note.measure == series.measure.slug]
        shown = shown_measure.measure_shown(series, about, None, reader)
        lines.append(
            {
                "shown": shown,
                "address": _address(series.measure, queue),
                "verdict": shown_measure.verdict(shown),
                "value": shown_measure.written(shown, _value(shown)),
                "not_counted": series.not_counted,
            }
        )
    context = {
        "lines": lines,
        "queue": queue,
        "queues": [one for one in queues if one.leg_kind == LegKind.HANDLER_QUEUE],
        "faults": [fault] if fault else [],
        "month": next((line["shown"].month for line in lines if line["shown"].month), None),
    }
    return render(request, "contact/measures.html", context, status=400 if fault else 200)


@never_cache
@require_GET
@page(SEE_MEASURES, personal=False)
def measure(request: HttpRequest, slug: str) -> HttpResponse:
    """One measure: verdict, control chart, table or CSV, both ways of counting, definition, notes."""
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    chosen = _measure(slug)
    queue, fault = _queue(request, queues)
    reader = Reader.of(asking.asker(request))
    # Both ways of counting stand beside each measure of the line's own family.
    series = series_of([chosen], queue, clock.now())[0]
    month, month_fault = _month(request, series)
    notes = _notes(queue, chosen.slug)
    shown = shown_measure.measure_shown(series, notes, month, reader)
    steps = [(value.step.from_at, value.step.to_at) for value in series.months]
    changes = changes_shown(steps, clock.now(), asking.asker(request))
    result = shown_measure.result(shown, reader, changes)
    view = request.GET.get("view", "chart")
    if view == "csv" and not (fault or month_fault):
        return asking.csv_answer(result, f"{chosen.slug}-{queue.slug}")
    faults = [one for one in (fault, month_fault) if one]
    context = {
        "shown": shown,
        "queue": queue,
        "queues": [one for one in queues if one.leg_kind == LegKind.HANDLER_QUEUE],
        "verdict": shown_measure.verdict(shown),
        "result": result,
        "changes": changes,
        "newest": _newest(result),
        "view": view if view in ("chart", "table") else "chart",
        "views": asking.views_of(request),
        "trail": [
            Crumb(_("Measures"), f"{reverse('contact:measures')}?queue={queue.slug}"),
            Crumb(shown.title),
        ],
        "both": _both_ways(shown, reader),
        "definition": _definition(shown),
        "version": _("version %(n)s") % {"n": definition(chosen.name).version},
        "told": _told(shown),
        "notes": notes,
        "may_annotate": ANNOTATE_MEASURES.permits(asking.asker(request)),
        "all_months": "all" in request.GET,
        "all_address": asking.same_address(request, all="yes"),
        "faults": faults,
        "published": reader.published,
    }
    return render(request, "contact/measure.html", context, status=400 if faults else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@page(ANNOTATE_MEASURES, personal=False)
def note(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a note at a month of a measure, or set new limits from it."""
    chosen = _measure(slug)
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    queue, fault = _queue(request, queues)
    series = series_of([chosen], queue, clock.now(), inline=0)[0]
    months = [value.month for value in series.months]
    form = NoteForm(request.POST or None, months=months)
    if request.method == "POST" and form.is_valid():
        try:
            annotate_measure(
                actor=asking.asker(request).actor,
                measure=chosen.slug,
                queue=queue,
                month=form.cleaned_data["month"],
                kind=AnnotationKind(form.cleaned_data["kind"]),
                text=form.cleaned_data["text"],
            )
        except AnnotationRefused as refusal:
            form.add_error("month", str(refusal))
        else:
            messages.success(request, _("The note is kept. It stands beside the chart."))
            return redirect(_address(chosen, queue))
    context = {
        "form": form,
        "queue": queue,
        "faults": [fault] if fault else [],
        "title": shown_measure.title_of(series),
        "address": _address(chosen, queue),
        "trail": [
            Crumb(_("Measures"), f"{reverse('contact:measures')}?queue={queue.slug}"),
            Crumb(shown_measure.title_of(series), _address(chosen, queue)),
            Crumb(_("Add a note")),
        ],
    }
    return render(request, "contact/note.html", context, status=400 if form.errors or fault else 200)


@require_POST
@page(ANNOTATE_MEASURES, personal=False)
def note_withdraw(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Take a note back; it stays in the history."""
    kept = get_object_or_404(MeasureAnnotation.objects.select_related("queue"), pk=note_id)
    if withdraw_annotation(actor=asking.asker(request).actor, note_id=kept.id):
        messages.success(request, _("The note is taken back. It stays in the history of this measure."))
    return redirect(_address(_measure(kept.measure), kept.queue))


def _measure(slug: str) -> MonthlyMeasure:
    if slug not in MONTHLY:
        raise Http404(f"no measure {slug}")
    return MONTHLY[slug]


def _address(chosen: MonthlyMeasure, queue: ContactQueue) -> str:
    return f"{reverse('contact:measure', kwargs={'slug': chosen.slug})}?queue={queue.slug}"


def _queue(request: HttpRequest, queues: list[ContactQueue]) -> tuple[ContactQueue, Fault | None]:
    """The queue asked for; the first, and what was wrong, where no record names it."""
    asked = request.GET.get("queue", "").strip()
    if not asked:
        return queues[0], None
    for queue in queues:
        if queue.slug == asked:
            return queue, None
    words = _("No imported record names a queue “%(name)s”. This is %(line)s.")
    return queues[0], Fault(words % {"name": asked[:40], "line": queues[0].label}, "queue")


def _month(request: HttpRequest, series: Series) -> tuple[date | None, Fault | None]:
    """The month asked for; None, and what was wrong, where it is none of the series."""
    asked = request.GET.get("month", "").strip()
    if not asked:
        return None, None
    try:
        month = read_month(asked)
    except NotADay as problem:
        return None, Fault(str(problem), "month")
    if any(value.month == month for value in series.months):
        return month, None
    words = _(
        "No record covers %(month)s as a whole month, so it has no figure. This is the newest that has one."
    )
    return None, Fault(words % {"month": formats.month(month)}, "month")


def _notes(queue: ContactQueue, slug: str | None) -> list[MeasureAnnotation]:
    notes = MeasureAnnotation.objects.filter(queue=queue, withdrawn_at=None).select_related("chosen_by")
    return list(notes.filter(measure=slug) if slug else notes)


def _value(shown: shown_measure.MeasureShown) -> float | None:
    return None if shown.at is None else shown.chart.points[shown.at].value


def _newest(result: Result) -> Result:
    """The newest months for the table below the chart; without the column of what was changed where nothing
    was in them."""
    rows = result.rows[:TABLE_MONTHS]
    changed = any(row.get("changed") for row in rows)
    return replace(
        result,
        columns=[column for column in result.columns if changed or column.key != "changed"],
        rows=rows,
        links={place: href for place, href in result.links.items() if place < TABLE_MONTHS},
    )


def _both_ways(shown: shown_measure.MeasureShown, reader: Reader) -> list[dict[str, Any]]:
    """The month in question out of those offered and out of those answered."""
    month = shown.month
    if shown.measure.family is not LINE or not shown.measure.has_target or month is None or not month.figures:
        return []
    figures, target = month.figures, float(shown.target.value) if shown.target else None
    in_time = int(figures["in_time"] or 0)
    ways = (
        ("offered", _("Of calls offered"), _("on the chart")),
        ("answered", _("Of calls answered"), _("leaves out who gave up")),
    )
    return [
        {
            "head": head,
            "share": reader.share(in_time, int(figures[whole] or 0), target),
            "both": reader.both(in_time, int(figures[whole] or 0)),
            "note": words,
            "on_chart": whole == "offered",
        }
        for whole, head, words in ways
    ]


def _definition(shown: shown_measure.MeasureShown) -> list[tuple[str, str]]:
    month = shown.month.month if shown.month else None
    meant = definition(shown.measure.name, month)
    seconds = str(shown.within)
    rows = [(_("Counts"), meant.numerator or meant.meaning), (_("Out of"), meant.denominator)]
    rows += [(_("Wait"), meant.timing), (_("Left out"), meant.left_out)]
    rows.append((_("Month"), _("first to last midnight, London time")))
    if shown.target:
        rows += [(_("Within"), source_line(shown.within)), (_("Target"), source_line(shown.target))]
    rows.append((_("Wording"), meant.source))
    rows.append((_("Data"), _age(shown)))
    return [(term, _capital(words.replace("{threshold}", seconds))) for term, words in rows if words]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _told(shown: shown_measure.MeasureShown) -> list[str]:
    """What the reader has to know of the records and of the counting."""
    series = shown.series
    said: list[str] = []
    if settings.DARWIN_MODE == "practice" and shown.measure.family in (RECOVERY, REPEATS):
        said.append(str(SHARED_IN_PRACTICE))
    if series.not_counted:
        said.append(
            _("%(n)s of %(all)s months are not counted yet. They follow by themselves.")
            % {"n": series.not_counted, "all": len(series.months)}
        )
    return said


def _age(shown: shown_measure.MeasureShown) -> str:
    """Up to when the records go, and how much of the months shown is missing in them."""
    series = shown.series
    if not series.covered:
        return formats.count(None)
    words = _("as at %(at)s") % {"at": formats.moment(min(series.covered[-1][1], clock.now()))}
    gaps = [value for value in series.months if value.step.missing_minutes]
    if not gaps:
        return f"{words}. " + _("No gap")
    missing = _("%(n)s min not recorded, in %(months)s; the figures are of what was seen") % {
        "n": formats.count(series.missing_minutes),
        "months": ", ".join(formats.month(value.month) for value in gaps[:6]),
    }
    return f"{words}. {missing}"
