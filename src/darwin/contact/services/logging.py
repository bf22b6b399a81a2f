"""Recording a contact as a person or a partner tells it: the handler's screen and the API end here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.contact.models import Contact, ContactRecord, ReferralNote
from darwin.contact.services.bulk import change_rows
from darwin.contact.services.promises import make_promise
from darwin.contact.services.queues import TELEPHONE
from darwin.deadlines import clock
from darwin.errors import DarwinError
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.ids import new_id
from darwin.ledger.services import record_entry
from darwin.reference.queries import UnknownReference, code
from darwin.science.numbers import kept_number

BY_HAND = "by hand"
"""The source of a contact that no switch and no log delivered: its key is its own identifier."""


class ContactRefused(DarwinError):
    """A contact could not be recorded as it was told. faults: (field, sentence) each."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(sentence for _field, sentence in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralEntry:
    """To whom a contact is passed on, and why."""

    agency: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEntry:
    """What is told of a contact. Codes are those of reference data, None where nobody said.

    taken_at: when it began, aware. caller: the number in any written form, "" withheld, None not told; used
    only for a contact that is not known yet. promise_by: the force promised to call back by then.
    promised_at: when it said so; None: when this is recorded. entered_later: it was kept on paper or on a
    machine, because the server was away.
    """

    taken_at: datetime
    channel: str = TELEPHONE
    caller: str | None = None
    narrative: str = ""
    location: str = ""
    access_needs: str = ""
    caller_role: str | None = None
    disposition: str | None = None
    language: str | None = None
    access_route: str | None = None
    tags: tuple[str, ...] = ()
    promise_by: datetime | None = None
    promised_at: datetime | None = None
    referrals: tuple[ReferralEntry, ...] = ()
    entered_later: bool = False


@dataclass(frozen=True, slots=True)
class Logged:
    """The contact and the newest record of it. fresh: this call wrote the record; it was not known yet."""

    contact_id: UUID
    record: ContactRecord
    fresh: bool


_CODES = {
    "channel": "contact_channel",
    "caller_role": "caller_role",
    "disposition": "contact_disposition",
    "language": "language",
    "access_route": "access_route",
}
_TEXTS = ("narrative", "location", "access_needs")
_SAID = ("caller_role", "disposition", "language", "access_route")
LONGEST = {"location": 500, "access_needs": 500, "agency": 200}


def log_contact(
    *,
    actor: Actor,
    entry: ContactEntry,
    contact_id: UUID | None = None,
    source: str = BY_HAND,
    source_key: str = "",
) -> Logged:
    """Record a contact with what came of it: the record, its tags, promise and referrals; one ledger entry.

    A contact that is known, by contact_id or by (source, source_key), keeps what its source said of it and
    gets another version of the record; any other is made, under contact_id if one is given. Told again word
    for word, nothing changes and the answer says so. Raises ContactRefused with every fault; then nothing is
    stored.
    """
    faults = [*_code_faults(entry), *_text_faults(entry)]
    if faults:
        raise ContactRefused(faults)
    # Nothing below is caught by anybody, so an outer transaction needs no point to come back to.
    with transaction.atomic(savepoint=False):
        return _log(actor, entry, *_contact(entry, contact_id, source, source_key))


def _log(actor: Actor, entry: ContactEntry, contact: Contact, made: bool) -> Logged:
    newest = None if made else contact.records.order_by("-version").first()
    said = {name: getattr(entry, name) for name in (*_TEXTS, *_SAID, "taken_at", "entered_later")}
    # By it other contacts of the same place are found.
    said["location"] = " ".join(entry.location.split())
    if newest is not None and all(getattr(newest, name) == value for name, value in said.items()):
        record, fresh = newest, False
    else:
        version = newest.version + 1 if newest else 1
        record = ContactRecord.objects.create(
            contact=contact, version=version, recorded_at=clock.now(), recorded_by=actor.id, **said
        )
        fresh = True
    if not made:
        _say_on_contact(contact, entry)
    tagged = _tag(actor, contact.id, entry.tags)
    referred = _refer(actor, contact.id, entry)
    if entry.promise_by is not None:
        make_promise(
            actor=actor,
            contact_id=contact.id,
            promised_at=entry.promised_at or record.recorded_at,
            promised_by=entry.promise_by,
        )
    if fresh or tagged or referred:
        record_entry(
            actor=actor,
            verb=Verb.COLLECT if record.version == 1 else Verb.ALTER,
            event="contact.contact_logged",
            subjects=[Subject("contact", contact.id)],
            fields=[name for name in (*_TEXTS, *_SAID) if said[name]],
            counts={"version": record.version, "tags": tagged, "referrals": referred},
            reason_code="entered_later" if entry.entered_later else "",
        )
    return Logged(contact.id, record, fresh)


def _code_faults(entry: ContactEntry) -> Iterable[tuple[str, str]]:
    wanted = [(name, list_code, getattr(entry, name)) for name, list_code in _CODES.items()]
    wanted += [("tags", "failure_demand", tag) for tag in entry.tags]
    for name, list_code, value in wanted:
        if value is None:
            continue
        try:
            code(list_code, value, at=entry.taken_at)
        except UnknownReference:
            yield (
                name,
                _("“%(value)s” is not on the force’s list. Choose one of the list. What you typed is kept.")
                % {"value": value},
            )


def _text_faults(entry: ContactEntry) -> Iterable[tuple[str, str]]:
    texts = [("location", entry.location), ("access_needs", entry.access_needs)]
    texts += [("agency", referral.agency) for referral in entry.referrals]
    for name, text in texts:
        if len(text) > LONGEST[name]:
            yield (
                name,
                _("It is longer than %(n)s characters. Shorten it, or move it into the notes; it is kept.")
                % {"n": LONGEST[name]},
            )
    if any(not referral.agency.strip() for referral in entry.referrals):
        yield "agency", _("Say to whom it was referred. The reason you typed is kept.")


def _contact(
    entry: ContactEntry, contact_id: UUID | None, source: str, source_key: str
) -> tuple[Contact, bool]:
    """The contact that is known, or a new one with all that was said of it, and whether this call made it.
    Of two at once one makes it."""
    identifier = contact_id or new_id()
    key = source_key or str(identifier)
    known = Contact.objects.filter(id=contact_id).first() if contact_id else None
    if known is None and (contact_id or source_key):
        known = Contact.objects.filter(source=source, source_key=key).first()
    if known is not None:
        return known, False
    caller = kept_number(entry.caller)
    contact = Contact(
        id=identifier,
        channel=entry.channel,
        first_offered_at=entry.taken_at,
        caller_number=caller or None,
        withheld=caller == "",
        source=source,
        source_key=key,
        **{name: getattr(entry, name) for name in _SAID},
    )
    made = change_rows(
        "INSERT INTO contact_contact (id, channel, first_offered_at, caller_number, withheld, source, "
        "source_key, caller_role, disposition, language, access_route) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            identifier, entry.channel, entry.taken_at, caller or None, caller == "", source, key,
            entry.caller_role, entry.disposition, entry.language, entry.access_route,
        ),
    )  # fmt: skip
    return (contact, True) if made else (Contact.objects.get(source=source, source_key=key), False)


def _say_on_contact(contact: Contact, entry: ContactEntry) -> None:
    """The newest codes stand on the contact itself, where measures count them; what nobody said stays."""
    changed = {
        name: getattr(entry, name)
        for name in _SAID
        if getattr(entry, name) is not None and getattr(entry, name) != getattr(contact, name)
    }
    if changed:
        Contact.objects.filter(id=contact.id).update(**changed)


def _tag(actor: Actor, contact_id: UUID, causes: Iterable[str]) -> int:
    told = list(dict.fromkeys(causes))
    if not told:
        return 0
    return change_rows(
        "INSERT INTO contact_failuredemandtag (id, contact_id, cause, tagged_at, tagged_by) "
        "SELECT id, %s, cause, %s, %s FROM unnest(%s::uuid[], %s::text[]) AS told (id, cause) "
        "ON CONFLICT (contact_id, cause) DO NOTHING",
        (contact_id, clock.now(), actor.id, [new_id() for _ in told], told),
    )


def _refer(actor: Actor, contact_id: UUID, entry: ContactEntry) -> int:
    at = entry.promised_at or entry.taken_at
    return sum(
        ReferralNote.objects.get_or_create(
            contact_id=contact_id,
            agency=referral.agency.strip(),
            referred_at=at,
            defaults={"reason": referral.reason, "referred_by": actor.id},
        )[1]
        for referral in entry.referrals
    )
