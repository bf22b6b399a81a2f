"""Where every session begins and ends, whatever way the person came in."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from darwin.ledger.actors import Subject, Verb
from darwin.ledger.services import record_entry
from darwin.reference.queries import UnknownReference, codes
from darwin.reference.values import CodeValue
from darwin.staff import idle
from darwin.staff.models import Account

WAY = "staff.way"
WAYS = ("practice", "passkey", "directory", "enrolment")


def begin_session(request: HttpRequest, account: Account, *, way: str, place: str = "") -> None:
    """Let a person in. way: one of WAYS, for the ledger and for how the screen unlocks.
    place: "zone:<code>" or "room:<code>" of reference data, or "" for elsewhere."""
    with transaction.atomic():
        login(request, account, backend="darwin.staff.backends.AccountBackend")
        request.session[WAY] = way
        zone, room = _zone_and_room(place)
        idle.begin(request.session, account, zone=zone, secure_room=room)
        record_entry(
            actor=account.actor,
            verb=Verb.ALTER,
            event="staff.began_session",
            subjects=[Subject("account", account.id)],
            reason_code=way,
        )


def end_session(request: HttpRequest) -> None:
    """Let a person out; nothing if nobody was in."""
    account = request.user
    if not account.is_authenticated:
        return
    with transaction.atomic():
        record_entry(
            actor=account.actor,
            verb=Verb.ALTER,
            event="staff.ended_session",
            subjects=[Subject("account", account.id)],
        )
        logout(request)


def unlock_session(request: HttpRequest, account: Account, *, way: str) -> None:
    """Open the lock of the session of `account`, who has just shown who they are."""
    with transaction.atomic():
        idle.wake(request.session, account)
        record_entry(
            actor=account.actor,
            verb=Verb.ALTER,
            event="staff.unlocked_session",
            subjects=[Subject("account", account.id)],
            reason_code=way,
        )


def places() -> tuple[list[CodeValue], list[CodeValue]]:
    """The zones and the declared secure rooms of this force, either empty where it has declared none."""
    return _list("idle_lock_zone"), _list("secure_room")


def _list(code: str) -> list[CodeValue]:
    try:
        return codes(code)
    except UnknownReference:
        return []


def _zone_and_room(place: str) -> tuple[str, str]:
    kind, _, code = place.partition(":")
    zones, rooms = places()
    dims = {zone.code: bool(zone.attributes.get("dims_when_secure")) for zone in zones}
    if kind == "room":
        for room in rooms:
            zone = str(room.attributes["zone"])
            if room.code == code and zone in dims:
                return zone, room.code if dims[zone] else ""
    return (code, "") if kind == "zone" and code in dims else ("", "")


def safe_next(request: HttpRequest, wanted: str) -> str:
    """`wanted` if it leads to a page of this house, else the home page."""
    here = {request.get_host()}
    if wanted and url_has_allowed_host_and_scheme(wanted, here, require_https=request.is_secure()):
        return wanted
    return "/"
