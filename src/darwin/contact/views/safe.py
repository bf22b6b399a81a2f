"""May the caller be rung back: what the gateway says of the number, and asking them once they are known."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from darwin.contact.models import Contact
from darwin.contact.permissions import TAKE_CALLS
from darwin.contact.taking import screen as screens
from darwin.contact.views import asking
from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.outbound.channels import CALL_BACK
from darwin.outbound.deciding import decide
from darwin.staff.gate import page
from darwin.staff.idle import in_background


@never_cache
@require_GET
@in_background
@page(TAKE_CALLS, personal=True)
def safe(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whether the number is safe to ring back, yes or no: who asked for what stands behind the identity."""
    account, now = asking.asker(request), clock.now()
    if not screens.opens(account, key):
        raise Http404
    number = Contact.objects.filter(id=key).values_list("caller_number", flat=True).first()
    identity, person = screens.who_is_speaking(key, now)
    record_consultation(
        actor=account.actor, screen="contact.safe_contact", subjects=[Subject("contact", key)]
    )
    context = {
        "number": number,
        "person": person,
        "identity": identity,
        "decision": decide(number, CALL_BACK, now) if number else None,
    }
    return render(request, "contact/call/safe.html", context)
