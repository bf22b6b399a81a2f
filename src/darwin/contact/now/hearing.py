"""Whether the switch is heard: from it follows what a live screen may show as if it were now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from darwin.contact.floor import silent_since
from darwin.contact.models import SwitchConnection

# A switch that has been silent for so long while another one is heard was taken away.
_GONE = timedelta(days=1)


class Heard(StrEnum):
    """LIVE: what is shown is of now. STALE: it is a little old. GAP: nothing is known of now. NEVER: no
    switch was ever connected."""

    LIVE = "live"
    STALE = "stale"
    GAP = "gap"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Hearing:
    """How the switch is heard. since: the last sign of life, where it is STALE or a GAP."""

    heard: Heard
    since: datetime | None = None

    @property
    def known(self) -> bool:
        """What the floor says may be shown."""
        return self.heard in (Heard.LIVE, Heard.STALE)


def hearing_of(
    connections: Iterable[SwitchConnection], at: datetime, stale_after: timedelta, gap_after: timedelta
) -> Hearing:
    """The hearing of all switches together: as bad as that of the worst."""
    silent = {line.switch: silent_since(line, at, gap_after) for line in connections}
    present = {
        line.switch: line
        for line in connections
        if not _is_gone(silent[line.switch], at, any(since is None for since in silent.values()))
    }
    if not present:
        return Hearing(Heard.NEVER)
    lost = [since for switch in present if (since := silent[switch]) is not None]
    if lost:
        return Hearing(Heard.GAP, min(lost))
    last = min(line.heard_at or at for line in present.values())
    if at - last > stale_after:
        return Hearing(Heard.STALE, last)
    return Hearing(Heard.LIVE)


def _is_gone(since: datetime | None, at: datetime, another_is_heard: bool) -> bool:
    return since is not None and another_is_heard and at - since > _GONE
