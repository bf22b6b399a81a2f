"""Writing down that a pack was printed, and that a contact came from paper."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from darwin.contact.fallback.pack import make_pack, put_on_disk
from darwin.contact.models import FallbackPack, PaperForm
from darwin.contact.services.bulk import change_rows
from darwin.contact.services.logging import ContactEntry, log_contact
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.reference.queries import installation, one_version
from darwin.staff.models import Account
from darwin.theme import formats

PAPER = "paper"
"""The source of a contact that was taken on paper: its key is the number of the form."""


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


class AlreadyKeyed(DarwinError):
    """The form was keyed in before. contact_id: what it became."""

    def __init__(self, text: str, contact_id: UUID) -> None:
        super().__init__(text)
        self.contact_id = contact_id


@transaction.atomic
def enter_paper_form(
    *, account: Account, form_number: str, taken_by: str, entry: ContactEntry, contact_id: UUID | None = None
) -> PaperForm:
    """Key in what was taken on paper, with its true time, marked as entered later.

    form_number: as printed; capitals and spaces make no other form. contact_id: the contact that the switch
    recorded, where it is known to be this call. Raises AlreadyKeyed, and ContactRefused as log_contact does.
    """
    number = "".join(form_number.split()).upper()
    change_rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", (f"contact.paper_form {number}",))
    known = PaperForm.objects.select_related("entered_by").filter(form_number=number).first()
    if known is not None:
        words = {
            "number": number,
            "name": known.entered_by.display_name,
            "at": formats.moment(known.entered_at),
        }
        raise AlreadyKeyed(
            gettext(
                "The form %(number)s was keyed in by %(name)s on %(at)s. Nothing was stored again; what you "
                "typed is kept on this page."
            )
            % words,
            known.contact_id,
        )
    logged = log_contact(
        actor=account.actor,
        entry=replace(entry, entered_later=True),
        contact_id=contact_id,
        source=PAPER,
        source_key=number,
    )
    form = PaperForm.objects.create(
        form_number=number,
        contact_id=logged.contact_id,
        taken_by=taken_by.strip(),
        entered_at=clock.now(),
        entered_by=account,
    )
    record_entry(
        actor=account.actor,
        verb=Verb.COLLECT,
        event="contact.paper_form_entered",
        subjects=[Subject("paper_form", form.id), Subject("contact", logged.contact_id)],
        reason_code="entered_later",
    )
    return form
