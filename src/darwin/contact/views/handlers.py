"""The figures of one handler, for that handler and their line manager; one person at a time, no ranking."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.forms import today
from darwin.contact.measures.handlers import NO_TELEPHONE, HandlerFigures, handler_months
from darwin.contact.periods import Period, add_months
from darwin.contact.permissions import SEE_HANDLER_FIGURES
from darwin.contact.views import asking
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.gate import page
from darwin.staff.models import Account
from darwin.theme.charts import Column, Result

MONTHS = 6


@never_cache
@require_GET
@page(SEE_HANDLER_FIGURES, personal=True)
def me(request: HttpRequest) -> HttpResponse:
    """One's own figures, and the people whose line manager one is."""
    viewer = asking.asker(request)
    own = SEE_HANDLER_FIGURES.visible(viewer, Account.objects.filter(pk=viewer.pk)).first()
    return _shown(request, own)


@never_cache
@require_GET
@page(SEE_HANDLER_FIGURES, personal=True)
def handler(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The figures of a person whose line manager one is, or one's own."""
    seen = SEE_HANDLER_FIGURES.visible(asking.asker(request), Account.objects.all())
    return _shown(request, get_object_or_404(seen, pk=account_id))


def _shown(request: HttpRequest, person: Account | None) -> HttpResponse:
    """The page of `person`; of nobody for who answers no telephone and only manages those who do."""
    viewer = asking.asker(request)
    context: dict[str, Any] = {"person": person, "own": person is None or person.pk == viewer.pk}
    if person is None:
        record_consultation(
            actor=viewer.actor, screen="contact.handlers", subjects=[Subject("account", viewer.pk)]
        )
    else:
        month = today().replace(day=1)
        periods = [
            Period.of_days(add_months(month, -back), add_months(month, 1 - back) - timedelta(days=1))
            for back in range(MONTHS)
        ]
        figures = handler_months(viewer=viewer, handler=person, periods=periods)
        context["least"] = figures[0].least
        context["known"] = any(one.note != NO_TELEPHONE for one in figures)
        context["result"] = _result(periods, figures)
    managed = Account.objects.filter(line_manager_id=viewer.pk, is_active=True).exclude(pk=viewer.pk)
    context["reports"] = SEE_HANDLER_FIGURES.visible(viewer, managed).order_by("display_name", "id")
    return render(request, "contact/handler.html", context)


def _result(periods: list[Period], figures: list[HandlerFigures]) -> Result:
    columns = [
        Column("month", _("Month"), "month"),
        Column("answered", _("Answered"), "count", strong=True),
        Column("mean", _("Average talk"), "wait"),
        Column("median", _("Median talk"), "wait"),
        Column("transferred", _("Passed on"), "count"),
        Column("note", _("Why there is no figure")),
    ]
    rows: list[dict[str, Any]] = [
        {
            "month": period.first_day,
            "answered": one.answered,
            "mean": None if one.mean_talk_s is None else one.mean_talk_s * 1000,
            "median": None if one.median_talk_s is None else one.median_talk_s * 1000,
            "transferred": one.transferred,
            "note": _("fewer than %(n)s contacts") % {"n": one.least} if one.answered is None else "",
        }
        for period, one in zip(periods, figures, strict=True)
    ]
    return Result(_("Month by month"), _("The newest first; this month is still running"), columns, rows)
