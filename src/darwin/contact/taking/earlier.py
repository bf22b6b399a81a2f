"""This room's own history cards: promises not kept, earlier contacts of the person, and at the address."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.contact.history import HistoryAsk, HistoryCard, HistoryLine, register_card
from darwin.contact.models import CallbackPromise, CallerIdentity, Contact, ContactRecord
from darwin.contact.permissions import TAKE_CALLS
from darwin.contact.shown.channels import channel_words, code_words
from darwin.ledger.actors import Subject
from darwin.theme import formats

MOST = 12
SHOWN_CHARACTERS = 240


def _keys_of_person(ask: HistoryAsk) -> QuerySet[CallerIdentity, UUID]:
    return CallerIdentity.objects.filter(person_id__in=ask.persons).values_list("key", flat=True)


def _newest(field: str) -> Subquery:
    records = ContactRecord.objects.filter(contact=OuterRef("pk")).order_by("-version")
    return Subquery(records.values(field)[:1])


def _lines(contacts: QuerySet[Contact]) -> list[HistoryLine]:
    told = contacts.annotate(narrative=_newest("narrative")).order_by("-first_offered_at")[:MOST]
    return [
        HistoryLine(
            at=one.first_offered_at,
            title=f"{channel_words(one.channel)}: {code_words('contact_disposition', one.disposition)}",
            text=_shortened(one.narrative or ""),
            subjects=(Subject("contact", one.id),),
        )
        for one in told
    ]


def _shortened(text: str) -> str:
    one_line = " ".join(text.split())
    if len(one_line) <= SHOWN_CHARACTERS:
        return one_line
    return f"{one_line[:SHOWN_CHARACTERS].rsplit(' ', 1)[0]} …"


def contacts_of_person(ask: HistoryAsk) -> Sequence[HistoryLine]:
    """The contacts in which this person was the one who spoke, without the present one."""
    keys = _keys_of_person(ask)
    return _lines(Contact.objects.filter(id__in=keys).exclude(id=ask.key))


def contacts_at_address(ask: HistoryAsk) -> Sequence[HistoryLine]:
    """The contacts that told of the same place, whoever spoke, without the present one."""
    place = " ".join(ask.location.split())
    if not place:
        return []
    there = ContactRecord.objects.filter(location__iexact=place).values("contact")
    return _lines(Contact.objects.filter(id__in=there).exclude(id=ask.key))


def promises_to_person(ask: HistoryAsk) -> Sequence[HistoryLine]:
    """Call-backs that this person was promised and that are not kept."""
    keys = _keys_of_person(ask)
    promises = CallbackPromise.objects.filter(contact_id__in=keys, kept_at=None).exclude(contact_id=ask.key)
    return [
        HistoryLine(
            at=promise.promised_at,
            title=_("Ring by %(at)s") % {"at": formats.moment(promise.promised_by)},
            text=_("Not kept.") if promise.promised_by and promise.promised_by < ask.at else "",
            state="late" if promise.promised_by and promise.promised_by < ask.at else "open",
            subjects=(Subject("callback_promise", promise.id),),
        )
        for promise in promises.order_by("promised_by")[:MOST]
    ]


def register() -> None:
    """Declare the cards of this room."""
    for order, name, title, lines, none in (
        (
            10,
            "promises",
            gettext_lazy("Promises"),
            promises_to_person,
            gettext_lazy("No promise to this person is open."),
        ),
        (
            30,
            "of_person",
            gettext_lazy("Earlier contacts"),
            contacts_of_person,
            gettext_lazy("This person is on record in no earlier contact."),
        ),
        (
            40,
            "at_address",
            gettext_lazy("At this address"),
            contacts_at_address,
            gettext_lazy("No earlier contact told of this place, or no place is written yet."),
        ),
    ):
        register_card(
            HistoryCard(
                name=f"contact.{name}", title=title, order=order, rule=TAKE_CALLS, lines=lines, none=none
            )
        )
