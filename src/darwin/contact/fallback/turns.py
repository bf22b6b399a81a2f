"""Renewing the printed pack, turn after turn, whatever fails in one of them."""

import logging
from datetime import datetime
from pathlib import Path
from threading import Event

from django.db import Error, close_old_connections

from darwin.contact.fallback.pack import newest_pack
from darwin.contact.services.fallback import renew_pack
from darwin.contact.thresholds import pack_renewed_after
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor

log = logging.getLogger(__name__)
ACTOR = Actor.system("fallback")
LOOK_EVERY_S = 5.0


def renew_forever(stopped: Event, folder: Path) -> None:
    """Renew the pack whenever it is due, until `stopped` is set. With the database or the disk away the last
    pack stays where it is, which is what it is for."""
    told = False
    while not stopped.is_set():
        try:
            if is_due(clock.now()):
                renew_pack(actor=ACTOR, folder=folder)
            told = False
        except (Error, OSError, DarwinError) as fault:
            if not told:
                log.warning(
                    "The fall-back pack was not renewed (%s). The last one stays.", type(fault).__name__
                )
            told = True
        finally:
            close_old_connections()
        stopped.wait(LOOK_EVERY_S)


def is_due(at: datetime) -> bool:
    """Whether the newest pack has reached its age."""
    newest = newest_pack()
    return newest is None or at - newest.made_at >= pack_renewed_after(at)
