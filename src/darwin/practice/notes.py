"""What the made-up force wrote beside its measures: the exceptional month, and the programme's new limits."""

from darwin.contact.models import AnnotationKind, ContactQueue, MeasureAnnotation
from darwin.contact.services.annotations import annotate_measure, withdraw_annotation
from darwin.ledger.actors import Actor
from darwin.practice.story import Story

_MEASURES = ("answered-in-time", "end-to-end-wait", "average-wait", "gave-up")
_EXCEPTIONAL = "The switch was replaced, and the line worked from one site for two weeks."
_PROGRAMME = "Call-back key, new roster. Chosen before the figures were seen."


def write_notes(*, actor: Actor, story: Story) -> int:
    """Write the notes of `story` beside the measures of its 101 line, in the caller's transaction.

    Notes of an earlier force of this installation are taken back first. Gives how many were written.
    """
    queue = ContactQueue.objects.get(slug="101")
    for note_id in MeasureAnnotation.objects.filter(withdrawn_at=None).values_list("id", flat=True):
        withdraw_annotation(actor=actor, note_id=note_id)
    planted = (
        (story.exceptional_month, AnnotationKind.NOTE, _EXCEPTIONAL),
        (story.programme_from, AnnotationKind.REBASE, _PROGRAMME),
    )
    for measure in _MEASURES:
        for month, kind, text in planted:
            annotate_measure(actor=actor, measure=measure, queue=queue, month=month, kind=kind, text=text)
    return len(_MEASURES) * len(planted)
