"""The list behind a figure, and one contact of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.forms import OUTCOMES, EntriesForm, today
from darwin.contact.models import (
    AbandonPoint,
    CallbackPromise,
    CallEvent,
    Contact,
    ContactLeg,
    ContactRecord,
    FailureDemandTag,
    LegKind,
    NoAnswer,
)
from darwin.contact.permissions import LIST_CALLS, SEE_CONTACT
from darwin.contact.shown.channels import channel_words, code_words
from darwin.contact.views import asking
from darwin.contact.views.paging import page_of
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.gate import page
from darwin.theme import formats
from darwin.theme.parts import Stop

A_PAGE = 50
MOST_EVENTS = 200
WORDS = dict(OUTCOMES)
_CAUSES = ArraySubquery(
    FailureDemandTag.objects.filter(contact=OuterRef("pk")).order_by("tagged_at").values("cause")
)
# Contacts of the same number in the 28 days before.
_BEFORE = Subquery(
    Contact.objects.filter(
        caller_number=OuterRef("caller_number"),
        first_offered_at__lt=OuterRef("first_offered_at"),
        first_offered_at__gte=OuterRef("first_offered_at") - timedelta(days=28),
    )
    .order_by()
    .values("caller_number")
    .annotate(contacts=Count("pk"))
    .values("contacts")
)


@never_cache
@require_GET
@page(LIST_CALLS, personal=True)
def entries(request: HttpRequest) -> HttpResponse:
    """The entries of a queue that a figure counts, in order of time."""
    queues = asking.queues()
    if not queues:
        return asking.nothing_yet(request)
    day = today().isoformat()
    form = EntriesForm(request.GET, queues, {"queue": queues[0].slug, "from": day, "to": day})
    if not form.is_valid():
        return render(request, "contact/entries.html", {"form": form}, status=400)
    legs = LIST_CALLS.visible(asking.asker(request), _chosen(form))
    part, fault = page_of(Paginator(legs, A_PAGE), request.GET.get("page", "1"))
    rows = list(part)
    record_consultation(
        actor=asking.asker(request).actor,
        screen="contact.entries",
        subjects=[Subject("queue", form.queue.id), *(Subject("contact", leg.contact_id) for leg in rows)],
    )
    context = {
        "form": form,
        "queue": form.queue,
        "period": form.period,
        "counted": _counted(form),
        "part": part,
        "rows": [_row(leg) for leg in rows],
        "faults": [fault] if fault else [],
        "opens": SEE_CONTACT.permits(asking.asker(request)),
    }
    return render(request, "contact/entries.html", context, status=400 if fault else 200)


def _chosen(form: EntriesForm) -> QuerySet[ContactLeg]:
    period = form.period
    legs = ContactLeg.objects.filter(
        queue=form.queue, offered_at__gte=period.from_at, offered_at__lt=period.to_at
    )
    wanted = form.cleaned_data
    if wanted["outcome"]:
        legs = legs.filter(outcome=wanted["outcome"])
    if wanted["within"] is not None:
        legs = legs.filter(outcome="answered", wait_ms__lte=round(wanted["within"] * 1000))
    if wanted["point"]:
        legs = legs.filter(outcome="abandoned", abandon_point=wanted["point"])
    return legs.select_related("contact").order_by("offered_at", "id")


def _counted(form: EntriesForm) -> str:
    """What the list counts, in words."""
    wanted = form.cleaned_data
    words = str(WORDS[wanted["outcome"]]) if wanted["outcome"] else _("every outcome")
    if wanted["within"] is not None:
        words = _("answered within %(s)s seconds") % {"s": f"{wanted['within']:g}"}
    if wanted["point"]:
        words = _("gave up: %(point)s") % {"point": dict(AbandonPoint.choices)[wanted["point"]].lower()}
    return words


def _row(leg: ContactLeg) -> dict[str, Any]:
    return {
        "leg": leg,
        "number": "" if leg.contact.withheld else leg.contact.caller_number,
        "told": leg.contact.withheld or leg.contact.caller_number is not None,
        "outcome": WORDS.get(leg.outcome, leg.outcome),
        "point": dict(AbandonPoint.choices).get(leg.abandon_point, ""),
        "wait": 0 if leg.outcome == "refused" else leg.wait_ms,
    }


@never_cache
@require_GET
@page(SEE_CONTACT, personal=True)
def contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """One contact: its line, its legs with their waits, what the sources said of it."""
    seen = SEE_CONTACT.visible(asking.asker(request), Contact.objects.all())
    legs = ContactLeg.objects.select_related("queue").order_by("offered_at", "entry_no")
    rings = NoAnswer.objects.order_by("at")
    one = get_object_or_404(
        seen.prefetch_related(
            Prefetch("legs", legs),
            Prefetch("legs__no_answers", rings),
            "callback_promises",
            Prefetch("records", ContactRecord.objects.order_by("-version")),
            "referral_notes",
        ).annotate(causes=_CAUSES, before=_BEFORE),
        pk=contact_id,
    )
    record_consultation(
        actor=asking.asker(request).actor,
        screen="contact.contact",
        subjects=[Subject("contact", one.id)],
    )
    stood = list(one.legs.all())
    events = list(
        CallEvent.objects.filter(switch=one.source, call_id=one.source_key).order_by("at", "sequence")[
            :MOST_EVENTS
        ]
    )
    context = {
        "contact": one,
        "number": "" if one.withheld else one.caller_number,
        "told": one.withheld or one.caller_number is not None,
        "channel": channel_words(one.channel),
        "facts": _facts(one),
        "stops": _stops(one, stood),
        "legs": [_leg(leg) for leg in stood],
        "promises": [_promise(promise) for promise in one.callback_promises.all()],
        "records": [_recorded(record) for record in one.records.all()],
        "because": [code_words("failure_demand", cause) for cause in vars(one)["causes"]],
        "referrals": list(one.referral_notes.all()),
        "events": events,
        "by_number": _by_number(one, vars(one)["before"]),
    }
    return render(request, "contact/contact.html", context)


def _facts(one: Contact) -> list[tuple[str, str]]:
    return [
        (_("Channel"), channel_words(one.channel)),
        (_("Language"), code_words("language", one.language)),
        (_("Access route"), code_words("access_route", one.access_route)),
        (_("Disposition"), code_words("contact_disposition", one.disposition)),
        (_("Record of"), one.source),
        (_("Its identifier there"), one.source_key),
    ]


def _stops(one: Contact, legs: list[ContactLeg]) -> list[Stop]:
    """The one line of the contact: rang, waited, answered, ended."""
    stops = [Stop(_("reached us"), formats.record_time(one.first_offered_at), "done")]
    for leg in legs:
        if leg.joined_at:
            stops.append(
                Stop(
                    _("waited: %(queue)s") % {"queue": leg.queue.label},
                    formats.record_time(leg.joined_at),
                    "done",
                )
            )
        if leg.outcome == "answered":
            stops.append(Stop(_("answered"), formats.record_time(_answered_at(leg)), "done"))
        elif leg.left_at or leg.outcome == "refused":
            stops.append(
                Stop(
                    str(WORDS.get(leg.outcome, leg.outcome)),
                    formats.record_time(leg.left_at or leg.offered_at),
                    "done",
                )
            )
    ended = max((leg.completed_at for leg in legs if leg.completed_at), default=None)
    if ended:
        stops.append(Stop(_("ended"), formats.record_time(ended), "done"))
    return stops


def _answered_at(leg: ContactLeg) -> datetime | None:
    return leg.connected_at or leg.left_at


def _leg(leg: ContactLeg) -> dict[str, Any]:
    precise = _("whole seconds, from the log") if leg.wait_in_seconds else _("to the millisecond")
    return {
        "leg": leg,
        "kind": LegKind(leg.kind).label,
        "outcome": WORDS.get(leg.outcome, leg.outcome),
        "point": dict(AbandonPoint.choices).get(leg.abandon_point, ""),
        "wait": 0 if leg.outcome == "refused" else leg.wait_ms,
        "precise": precise if leg.wait_ms is not None else "",
        "handler": leg.member or leg.agent or "",
        "ended_by": {
            "caller": _("the caller"),
            "agent": _("the handler"),
            "blind_transfer": _("a transfer without an announcement"),
            "attended_transfer": _("an announced transfer"),
        }.get(leg.ended_by, ""),
        "rings": [(ring.member or ring.agent or _("not known"), ring) for ring in leg.no_answers.all()],
    }


def _promise(promise: CallbackPromise) -> str:
    kept = (
        _("Kept at %(at)s.") % {"at": formats.moment(promise.kept_at)}
        if promise.kept_at
        else _("Not kept as far as the records tell.")
    )
    by = formats.moment(promise.promised_by) if promise.promised_by else formats.count(None)
    return (
        _("Asked at %(at)s to be called back; promised by %(by)s.")
        % {
            "at": formats.moment(promise.promised_at),
            "by": by,
        }
        + f" {kept}"
    )


def _recorded(record: ContactRecord) -> dict[str, Any]:
    """One version of what was recorded of the contact, with its codes in words."""
    return {
        "record": record,
        "facts": [
            (_("Caller"), code_words("caller_role", record.caller_role)),
            (_("Disposition"), code_words("contact_disposition", record.disposition)),
            (_("Where"), record.location or _("not known")),
            (_("Access needs"), record.access_needs or _("not known")),
        ],
    }


def _by_number(one: Contact, before: int | None) -> str:
    """How often this number made contact in the 28 days before: a count, never the contacts themselves."""
    if not one.caller_number:
        return ""
    return _("%(n)s contacts of this number in the 28 days before. A number is not a person.") % {
        "n": formats.count(before or 0)
    }
