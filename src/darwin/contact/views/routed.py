"""What was routed to a handler: a quiet part of their pages, taking it, and passing it on."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from darwin.contact.models import RoutedKind
from darwin.contact.permissions import TAKE_ROUTED
from darwin.contact.routing.shown import routed_shown
from darwin.contact.services.routing import pass_on, take_routed
from darwin.contact.views import asking
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.gate import page
from darwin.staff.idle import in_background


@never_cache
@require_GET
@in_background
@page(TAKE_ROUTED, personal=False)
def routed(request: HttpRequest) -> HttpResponse:
    """The part by itself, as a page asks for it. It names nobody and shows no number."""
    shown = routed_shown(asking.asker(request), clock.now())
    return render(request, "contact/routed.html", {"routed": shown})


@never_cache
@require_POST
@page(TAKE_ROUTED, personal=True)
def take(request: HttpRequest, routing_id: UUID) -> HttpResponseBase:
    """Take it: a call-back to its page, a message to the notes that begin with it."""
    account = asking.asker(request)
    record_consultation(
        actor=account.actor, screen="contact.routed", subjects=[Subject("routing", routing_id)]
    )
    try:
        taken = take_routed(actor=account.actor, account=account, routing_id=routing_id)
    except DarwinError as refused:
        messages.error(request, str(refused))
        return redirect("contact:call_backs")
    if taken.kind == RoutedKind.MESSAGE:
        return redirect(f"{reverse('contact:my_call')}?contact={taken.contact_id}")
    return redirect("contact:call_back", attempt_id=taken.attempt_id)


@never_cache
@require_POST
@page(TAKE_ROUTED, personal=False)
def not_now(request: HttpRequest, routing_id: UUID) -> HttpResponseBase:
    """Pass it on to the next."""
    account = asking.asker(request)
    try:
        pass_on(actor=account.actor, account=account, routing_id=routing_id)
    except DarwinError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("It goes to another. Nothing more is kept for you until you are ready anew.")
        )
    return redirect("contact:call_backs")
