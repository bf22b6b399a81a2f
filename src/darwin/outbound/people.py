"""What this room holds of an identified person, for a merge, a disposal and the pack that answers them."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.deadlines import clock
from darwin.outbound import thresholds
from darwin.outbound.channels import channel_named
from darwin.outbound.models import Attempt, AttemptNote, SafeContact
from darwin.outbound.shown import hours_words, value_shown
from darwin.outbound.wording import condition_words
from darwin.records.references import PersonReference, register_reference
from darwin.records.subject_access import Row, Source, register_source


def declare() -> None:
    """Tell the records room what of ours points to a person."""
    register_reference(
        PersonReference(
            name="outbound.safe_contact",
            label=gettext_lazy("answers on safe contact"),
            rows=lambda person: SafeContact.objects.filter(person_id=person),
            erases=forget_answers,
        )
    )
    register_reference(
        PersonReference(
            name="outbound.attempt",
            label=gettext_lazy("attempts to reach them"),
            rows=lambda person: Attempt.objects.filter(person_id=person),
            # A person has one open attempt: where both have one, the other's stays where it was begun until
            # it ends. All others move, an open one too, so that one colleague alone rings.
            same_as=("ended_at",),
            erases=forget_attempts,
        )
    )
    register_source(
        Source(name="outbound.answers", title=gettext_lazy("How you may be reached"), rows=_answers)
    )
    register_source(
        Source(name="outbound.attempts", title=gettext_lazy("Attempts to reach you"), rows=_attempts)
    )


def forget_answers(person: UUID) -> int:
    """Take the person, their words and their yes from their answers.

    What restricts stays, as nobody's in particular: a number does not become safe because a record was
    disposed of. What permits goes: nobody is left whose yes it would be.
    """
    return SafeContact.objects.filter(person_id=person).update(person_id=None, words="", allowed=[])


def forget_attempts(person: UUID) -> int:
    """Take the person and what was written about them from the attempts, which stay as counts."""
    AttemptNote.objects.filter(attempt__person_id=person).delete()
    return Attempt.objects.filter(person_id=person).update(person_id=None)


def _answers(people: Sequence[UUID]) -> list[Row]:
    rows = SafeContact.objects.filter(person_id__in=people).select_related("point")
    return [
        {
            _("Number or address"): value_shown(row.point),
            _("Safe"): [str(channel_named(code).label) for code in row.allowed],
            _("Not safe"): [str(channel_named(code).label) for code in row.not_allowed],
            _("Conditions"): condition_words(row.conditions),
            _("Hours"): hours_words(row.windows),
            _("Words agreed"): row.words,
            _("Asked"): row.asked_at,
        }
        for row in rows.order_by("asked_at", "id")
    ]


def _attempts(people: Sequence[UUID]) -> list[Row]:
    results = thresholds.results(clock.now())
    rows = Attempt.objects.filter(person_id__in=people).select_related("point").prefetch_related("notes")
    return [
        {
            _("Number or address"): value_shown(row.point),
            _("How"): str(channel_named(row.channel).label),
            _("Begun"): row.begun_at,
            _("What came of it"): str(results.get(row.result, "")),
            _("Note"): [note.text for note in row.notes.all()],
        }
        for row in rows.order_by("begun_at", "id")
    ]
