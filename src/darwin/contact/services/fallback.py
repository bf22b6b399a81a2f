"""Writing down that a pack was printed, and that a contact came from paper."""

from pathlib import Path

from django.db import transaction

from darwin.contact.fallback.pack import make_pack, put_on_disk
from darwin.contact.models import FallbackPack
from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.reference.queries import installation, one_version


def renew_pack(*, actor: Actor, folder: Path) -> FallbackPack:
    """Make the pack of this moment, put it on the disk and write down that it left the database.

    The file comes last: a pack that is in nobody's record is never on the disk. Raises OSError if the folder
    cannot be written; the record then says that a pack was made, and the next turn makes another.
    """
    house = installation()
    with one_version():
        pack = make_pack(clock.now(), practice=house is not None and house.mode == "practice")
    with transaction.atomic():
        row, _ = FallbackPack.objects.update_or_create(
            code=pack.code,
            defaults={"made_at": pack.made_at, "forms": len(pack.forms), "rows": pack.rows},
        )
        record_entry(
            actor=actor,
            verb=Verb.DISCLOSE,
            event="contact.fallback_pack_made",
            subjects=[Subject("fallback_pack", row.id), *pack.subjects],
            counts={"rows": pack.rows, "forms": len(pack.forms)},
        )
    put_on_disk(pack, folder)
    return row
