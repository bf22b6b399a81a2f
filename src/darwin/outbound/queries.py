"""Reads of the room that no decision rests on."""

from django.db.models import QuerySet

from darwin.outbound.models import SafeContact


def waiting_answers() -> QuerySet[SafeContact]:
    """Answers that take protection away and that no second person has decided about."""
    return SafeContact.objects.filter(
        needs_second_person=True, confirmed_at=None, declined_at=None, superseded_at=None
    )
