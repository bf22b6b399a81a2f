"""Letters: typeset as PDF and kept at their attempt, for somebody to print, fold and post."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.files.services.attachments import attach_file
from darwin.ledger.actors import Subject
from darwin.outbound.channels import NotSent, Outgoing
from darwin.outbound.models import PointKind
from darwin.outbound.points import destination
from darwin.reference.queries import force
from darwin.theme import formats
from darwin.theme.documents import typeset

TEMPLATE = Path(__file__).parent / "letter.typ"


def print_letter(going: Outgoing) -> None:
    """Typeset the letter and keep it at the attempt, where its files show it.

    Raises NotSent if it has no words, if its address lines are not those of the attempt, or if it could not
    be kept: a letter must not go to another house than the one that was decided about.
    """
    content = going.content
    if not content.paragraphs:
        raise NotSent(_("The letter has no words yet. Nothing was printed."))
    lines = content.addressee or (going.to,)
    point = going.attempt.point
    if destination(PointKind(point.kind), "\n".join(lines)).value != going.to:
        raise NotSent(
            _("The address on the letter is not the one that this attempt is for. Nothing was printed.")
        )
    at = clock.now()
    document = typeset(
        TEMPLATE,
        {
            "practice": _("Practice. Nobody here is real.") if settings.DARWIN_MODE == "practice" else "",
            "force": str(force(at=at)),
            "date": formats.day(at),
            "addressee": list(lines),
            "subject": content.subject,
            "paragraphs": list(content.paragraphs),
        },
        title=content.subject or _("Letter"),
    )
    try:
        attach_file(
            actor=going.actor,
            subject=Subject("attempt", going.attempt.id),
            name="letter.pdf",
            chunks=[document],
        )
    except DarwinError as refusal:
        raise NotSent(str(refusal)) from refusal
