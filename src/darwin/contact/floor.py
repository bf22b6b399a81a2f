"""Reading the floor now: calls that wait, handlers and their state, and whether the switch is heard.

Three queries give it all, however many calls and handlers there are; nothing here names a caller.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from darwin.contact.models import FloorCall, FloorMember, FloorStage, SwitchConnection, SwitchMember
from darwin.staff.models import Account


class HandlerState(StrEnum):
    """What a handler does now. NOTES: their call is over and they are not ready yet. OFF: logged off."""

    READY = "ready"
    RINGING = "ringing"
    ON_A_CALL = "on a call"
    NOTES = "notes"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerNow:
    """One handler's telephone. since: when this state began, None if not known. reason: why paused.
    account_id: who it is, where somebody has linked the telephone. call: the call that rings or talks."""

    switch: str
    interface: str
    member: str
    account_id: UUID | None
    state: HandlerState
    since: datetime | None
    reason: str = ""
    call: FloorCall | None = None


def calls_now() -> QuerySet[FloorCall]:
    """Every living call, the longest waiting first."""
    return FloorCall.objects.order_by("joined_at", "call_id")


def connections_now() -> list[SwitchConnection]:
    """How each switch is heard."""
    return list(SwitchConnection.objects.order_by("switch"))


def silent_since(line: SwitchConnection, at: datetime, gap_after: timedelta) -> datetime | None:
    """Since when nothing is known of a switch; None while it is heard. A listener that was killed says
    nothing of its end, so silence longer than gap_after counts as well."""
    if line.connected_since is None:
        return line.down_since or at
    if line.heard_at is not None and at - line.heard_at > gap_after:
        return line.heard_at
    return None


def interfaces_of(account: Account) -> list[tuple[str, str]]:
    """The telephones of a person, as (switch, interface)."""
    return list(
        SwitchMember.objects.filter(account=account).values_list("switch", "interface").order_by("interface")
    )


def call_of(account: Account) -> FloorCall | None:
    """The call that rings at this person's telephone or that they talk in; the talk before the ring."""
    own = interfaces_of(account)
    calls = FloorCall.objects.filter(agents__overlap=[interface for _, interface in own]).order_by("since")
    living = [call for call in calls if any((call.switch, agent) in own for agent in call.agents)]
    return next((call for call in living if call.stage == FloorStage.TALKING), next(iter(living), None))


def handlers_now(at: datetime, notes_for: timedelta, calls: Iterable[FloorCall]) -> list[HandlerNow]:
    """Every handler who is logged on anywhere, by name. calls: the living calls; notes_for: for how long
    after a call a handler counts as finishing notes, if they have not said otherwise."""
    accounts = {
        (switch, interface): account
        for switch, interface, account in SwitchMember.objects.filter(account__isnull=False).values_list(
            "switch", "interface", "account_id"
        )
    }
    return handlers_of(FloorMember.objects.order_by("member", "interface"), accounts, calls, at, notes_for)


def handlers_of(
    members: Iterable[FloorMember],
    accounts: Mapping[tuple[str, str], UUID],
    calls: Iterable[FloorCall],
    at: datetime,
    notes_for: timedelta,
) -> list[HandlerNow]:
    """The same from rows that were read already. accounts: by (switch, interface)."""
    busy = {
        (call.switch, agent): call
        for call in calls
        if call.stage != FloorStage.WAITING
        for agent in call.agents
    }
    rows: dict[tuple[str, str], list[FloorMember]] = defaultdict(list)
    for member in members:
        rows[member.switch, member.interface].append(member)
    return [
        _handler(members, accounts.get(key), busy.get(key), at, notes_for) for key, members in rows.items()
    ]


def _handler(
    members: list[FloorMember], account: UUID | None, call: FloorCall | None, at: datetime, notes: timedelta
) -> HandlerNow:
    on = [member for member in members if member.state != "logged off"]
    state, since, reason = _state(on, members, call, at, notes)
    return HandlerNow(
        switch=members[0].switch,
        interface=members[0].interface,
        member=next((member.member for member in members if member.member), members[0].interface),
        account_id=account,
        state=state,
        since=since,
        reason=reason,
        call=call,
    )


def _state(
    on: list[FloorMember], members: list[FloorMember], call: FloorCall | None, at: datetime, notes: timedelta
) -> tuple[HandlerState, datetime | None, str]:
    """State, since when, and why. A call stands above whatever else the telephone says of itself."""
    if call is not None:
        talking = call.stage == FloorStage.TALKING
        return (HandlerState.ON_A_CALL if talking else HandlerState.RINGING), call.since, ""
    if not on:
        return HandlerState.OFF, _latest(member.since for member in members), ""
    since = _latest(member.since for member in on)
    if all(member.state == "paused" for member in on):
        return HandlerState.PAUSED, since, next((member.reason for member in on if member.reason), "")
    if all(member.state in ("unavailable", "unusable", "unknown") for member in on):
        return HandlerState.UNREACHABLE, since, ""
    if any(member.state in ("in use", "busy", "on hold") for member in on):
        return HandlerState.ON_A_CALL, since, ""
    completed = _latest(member.completed_at for member in on)
    if completed is not None and at < completed + notes:
        return HandlerState.NOTES, completed, ""
    return HandlerState.READY, _latest((since, completed + notes if completed else None)), ""


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
