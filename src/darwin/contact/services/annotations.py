"""Writing beside a measure what happened, and taking it back."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from darwin.contact.models import AnnotationKind, ContactQueue, MeasureAnnotation
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry


class AnnotationRefused(DarwinError):
    """A note could not be kept. The text says why and what to do."""


def annotate_measure(
    *, actor: Actor, measure: str, queue: ContactQueue, month: date, kind: AnnotationKind, text: str
) -> MeasureAnnotation:
    """Keep a note at a month, or new limits from it; with one ledger entry.

    measure: the slug of a monthly measure. Raises AnnotationRefused where limits begin at that month already.
    """
    try:
        with transaction.atomic():
            note = MeasureAnnotation.objects.create(
                measure=measure,
                queue=queue,
                month=month.replace(day=1),
                kind=kind,
                text=text.strip(),
                chosen_by_id=actor.id,
                chosen_at=clock.now(),
            )
            record_entry(
                actor=actor,
                verb=Verb.COLLECT,
                event="contact.measure_annotated",
                subjects=[Subject("measure_annotation", note.id), Subject("queue", queue.id)],
                fields=["month", "kind", "text"],
            )
    except IntegrityError:
        raise AnnotationRefused(
            _("New limits begin at that month already. Take those back first, or write a note.")
        ) from None
    return note


@transaction.atomic
def withdraw_annotation(*, actor: Actor, note_id: UUID) -> bool:
    """Take a note back: it stays in the history and is shown no more. False if it was taken back already."""
    changed = MeasureAnnotation.objects.filter(pk=note_id, withdrawn_at=None).update(
        withdrawn_at=clock.now(), withdrawn_by_id=actor.id
    )
    if changed:
        record_entry(
            actor=actor,
            verb=Verb.ALTER,
            event="contact.annotation_withdrawn",
            subjects=[Subject("measure_annotation", note_id)],
            fields=["withdrawn_at"],
        )
    return bool(changed)
