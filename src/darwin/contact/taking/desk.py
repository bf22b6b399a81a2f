"""One handler's desk: their telephones, whether the switch is heard, and the call that is theirs now."""

from dataclasses import dataclass
from datetime import datetime

from darwin.contact.floor import call_of
from darwin.contact.models import FloorCall, FloorStage
from darwin.contact.services.bulk import select_rows
from darwin.contact.services.switch_commands import HEARD_WITHIN
from darwin.deadlines import clock
from darwin.staff.models import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """A telephone of the person. heard: its switch is. paused: it takes no call; reason: why, as the switch
    has it. logged_on: in some queue.
    completed_at: when its last call was over."""

    switch: str
    interface: str
    heard: bool
    logged_on: bool
    paused: bool
    reason: str
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """telephones: all of the person's; call: the one that rings or is spoken, with contact and queue."""

    telephones: tuple[Telephone, ...]
    call: FloorCall | None

    @property
    def telephone(self) -> Telephone | None:
        """The telephone of the call, else the one that is logged on, else any."""
        if self.call is not None:
            for one in self.telephones:
                if one.switch == self.call.switch and one.interface in self.call.agents:
                    return one
        return next((one for one in self.telephones if one.logged_on), next(iter(self.telephones), None))

    @property
    def word(self) -> str:
        """ "" where nothing is known, else ringing, talking, paused, off or ready."""
        if self.call is not None:
            return str(self.call.stage)
        telephone = self.telephone
        if telephone is None or not telephone.heard:
            return ""
        if not telephone.logged_on:
            return "off"
        return "paused" if telephone.paused else "ready"


_TELEPHONES = """
SELECT own.switch, own.interface,
  coalesce(line.connected_since IS NOT NULL AND line.heard_at >= %(since)s, false),
  coalesce(bool_or(floor.state <> 'logged off'), false),
  coalesce(bool_and(floor.state = 'paused') FILTER (WHERE floor.state <> 'logged off'), false),
  coalesce(max(floor.reason) FILTER (WHERE floor.state = 'paused'), ''),
  max(floor.completed_at)
FROM (SELECT DISTINCT switch, interface FROM contact_switchmember WHERE account_id = %(account)s) AS own
LEFT JOIN contact_switchconnection AS line ON line.switch = own.switch
LEFT JOIN contact_floormember AS floor ON floor.switch = own.switch AND floor.interface = own.interface
GROUP BY own.switch, own.interface, line.connected_since, line.heard_at
ORDER BY own.interface
"""


def desk_of(account: Account, at: datetime) -> Desk:
    """The desk of a person. Two queries; one for somebody without a telephone."""
    rows = select_rows(_TELEPHONES, {"account": account.pk, "since": at - clock.shown_in(HEARD_WITHIN)})
    telephones = tuple(
        Telephone(
            switch=switch,
            interface=interface,
            heard=heard,
            logged_on=on,
            paused=paused,
            reason=reason,
            completed_at=completed,
        )
        for switch, interface, heard, on, paused, reason, completed in rows
    )
    return Desk(telephones=telephones, call=_call(telephones) if telephones else None)


def _call(telephones: tuple[Telephone, ...]) -> FloorCall | None:
    """The call that is spoken at one of these telephones, else the one that has rung longest."""
    own = {(one.switch, one.interface) for one in telephones}
    calls = (
        FloorCall.objects.filter(agents__overlap=[interface for _, interface in own])
        .exclude(stage=FloorStage.WAITING)
        .select_related("contact", "queue")
        .order_by("since", "call_id")
    )
    living = [call for call in calls if any((call.switch, agent) in own for agent in call.agents)]
    return min(living, key=lambda call: call.stage != FloorStage.TALKING, default=None)


def on_live_call(account: Account) -> bool:
    """For the idle lock: is a caller on this person's line? A screen is never locked then."""
    return call_of(account) is not None
