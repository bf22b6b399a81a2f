"""What a handler asks of the switch from their screen: answer, hang up, ready, not ready."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from darwin.contact.models import CommandKind, FloorCall, FloorStage, SwitchCommand
from darwin.contact.permissions import TAKE_CALLS
from darwin.contact.services.switch_commands import SwitchRefuses, ask_switch
from darwin.contact.taking.desk import Desk, desk_of
from darwin.contact.taking.screen import draft_of
from darwin.contact.views import asking
from darwin.deadlines import clock
from darwin.reference.queries import UnknownReference, code
from darwin.staff.gate import page
from darwin.staff.idle import in_background
from darwin.staff.models import Account

_ASKED = {kind.value for kind in CommandKind} - {CommandKind.RING_OUT.value}


class NothingToDo(SwitchRefuses):
    """The press has nothing to act on any more; the sentence says where the call stands."""


@never_cache
@require_POST
@page(TAKE_CALLS, personal=False)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the switch. A script gets JSON: the command, or the sentence why there is none; a form goes back to
    the page, which says it."""
    kind = request.POST.get("kind", "")
    if kind not in _ASKED:
        raise Http404
    account = asking.asker(request)
    try:
        command = _asked(account, CommandKind(kind), request)
    except SwitchRefuses as refused:
        return _answer(request, {"sentence": str(refused)}, {"trouble": str(refused)})
    if command is None:
        return _answer(request, {"ask_again": True}, {"asked": "hang_up"})
    return _answer(request, {"command": str(command.id)}, {})


def _answer(request: HttpRequest, told: dict[str, object], query: dict[str, str]) -> HttpResponse:
    if "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse(told)
    where = reverse("contact:my_call")
    return redirect(f"{where}?{urlencode(query)}" if query else where)


def _asked(account: Account, kind: CommandKind, request: HttpRequest) -> SwitchCommand | None:
    """The command; None where the hanging up has to be asked once more. Raises SwitchRefuses."""
    desk = desk_of(account, clock.now())
    telephone = desk.telephone
    if telephone is None:
        raise NothingToDo(_("No telephone is linked to your account. Use the telephone itself."))
    detail: dict[str, str] = {}
    call_id = ""
    if kind in (CommandKind.ANSWER, CommandKind.HANG_UP):
        call = _call_meant(desk, kind, request.POST.get("contact", ""))
        if kind is CommandKind.HANG_UP and _asks_first(account, call, request):
            return None
        call_id = call.call_id
    elif kind is CommandKind.NOT_READY:
        detail["reason"] = _reason(request.POST.get("reason", ""))
    return ask_switch(
        actor=account.actor,
        switch=telephone.switch,
        kind=kind,
        interface=telephone.interface,
        call_id=call_id,
        detail=detail,
    )


def _call_meant(desk: Desk, kind: CommandKind, contact: str) -> FloorCall:
    """The call that the press meant: the one that stood on the screen, at the stage that the press is for. A
    press that comes late must never answer, or cut off, another caller."""
    call = desk.call
    if call is None or (contact and contact != str(call.contact_id)):
        raise NothingToDo(_("That call is over. Nothing was done."))
    if kind is CommandKind.ANSWER and call.stage != FloorStage.RINGING:
        raise NothingToDo(_("You are on this call already. Nothing was done."))
    if kind is CommandKind.HANG_UP and call.stage != FloorStage.TALKING:
        raise NothingToDo(_("This call only rings: leave it, or answer it. Nothing was done."))
    return call


def _asks_first(account: Account, call: FloorCall, request: HttpRequest) -> bool:
    """Hanging up is asked once if nobody has said what became of the contact."""
    if request.POST.get("asked") or request.POST.get("disposition"):
        return False
    draft = draft_of(account, call.contact_id)
    return not (draft and draft.words.get("disposition"))


def _reason(given: str) -> str:
    try:
        return code("pause_reason", given).code
    except UnknownReference:
        raise NothingToDo(_("Choose why you are not ready. Nothing was done.")) from None


@never_cache
@require_GET
@in_background
@page(TAKE_CALLS, personal=False)
def asked(request: HttpRequest, command_id: UUID) -> HttpResponse:
    """How a command of one's own ended; outcome "" while it has not."""
    account = asking.asker(request)
    command = SwitchCommand.objects.filter(id=command_id, asked_by=account.pk).first()
    if command is None:
        raise Http404
    return JsonResponse({"outcome": command.outcome, "trouble": command.trouble})
