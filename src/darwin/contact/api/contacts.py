"""Logging a contact from another system, through the service that the handler's own screen uses."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field, ValidationInfo, field_validator

from darwin.contact.models import Contact
from darwin.contact.permissions import LOG_CONTACTS, READ_OWN_CONTACTS, source_of_client
from darwin.contact.services.logging import (
    LONGEST,
    ContactEntry,
    ContactRefused,
    ReferralEntry,
    log_contact,
)
from darwin.contact.telephony.delivered.types import MOST_DIGITS, MOST_NUMBER
from darwin.deadlines import clock
from darwin.ledger.actors import Subject
from darwin.ledger.services import record_consultation
from darwin.staff.api.gate import operation
from darwin.staff.api.refusals import ApiRefused, not_found, wrong_fields
from darwin.staff.models import ApiToken

router = Router(tags=["contacts"])
MOST_NARRATIVE = 20_000
AHEAD = timedelta(minutes=5)
"""A contact cannot have been taken later than now; the rest is for two clocks."""
Code = Annotated[str, Field(min_length=1, max_length=40)]


def _kept(value: str) -> str:
    if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("holds a character that cannot be kept (NUL, or half of a pair)")
    return value


class ReferralIn(Schema):
    """To whom the contact was passed on."""

    model_config = ConfigDict(extra="forbid")
    agency: Annotated[str, Field(min_length=1, max_length=LONGEST["agency"])]
    reason: Annotated[str, Field(max_length=2_000)] = ""

    @field_validator("agency", "reason")
    @classmethod
    def _can_be_kept(cls, value: str, info: ValidationInfo) -> str:
        if info.field_name == "agency" and not value.strip():
            raise ValueError("is empty")
        return _kept(value)


class ContactIn(Schema):
    """A contact as another system tells it. Codes are those of the force's reference data."""

    model_config = ConfigDict(extra="forbid")
    channel: Code
    taken_at: AwareDatetime | None = Field(None, description="When it began; left out: now.")
    number: Annotated[str, Field(max_length=MOST_NUMBER)] | None = Field(
        None, description="The caller's, in any written form; empty: withheld; left out: not told."
    )
    caller_role: Code | None = None
    language: Code | None = None
    access_route: Code | None = None
    disposition: Code | None = None
    narrative: Annotated[str, Field(max_length=MOST_NARRATIVE)] = ""
    location: Annotated[str, Field(max_length=LONGEST["location"])] = ""
    access_needs: Annotated[str, Field(max_length=LONGEST["access_needs"])] = ""
    tags: Annotated[list[Code], Field(max_length=20)] = Field(
        default_factory=list, description="Causes of failure demand."
    )
    promise_by: AwareDatetime | None = Field(None, description="A call back was promised by then.")
    referrals: Annotated[list[ReferralIn], Field(max_length=20)] = Field(default_factory=list)
    entered_later: bool = Field(False, description="It was kept elsewhere and told after it was over.")
    reference: Annotated[str, Field(min_length=1, max_length=190)] | None = Field(
        None, description="Your own identifier of this contact: told again under it, it is a new version."
    )

    @field_validator("number")
    @classmethod
    def _can_be_rung(cls, value: str | None) -> str | None:
        digits = sum(char.isdecimal() for char in value or "")
        if digits > MOST_DIGITS:
            raise ValueError(f"has {digits} digits; a telephone number has at most {MOST_DIGITS}")
        return value

    @field_validator("number", "narrative", "location", "access_needs", "reference")
    @classmethod
    def _can_be_kept(cls, value: str | None) -> str | None:
        return None if value is None else _kept(value)


class LoggedSaid(Schema):
    """What became of it. version: of the record of this contact, 1 for the first."""

    id: UUID
    version: int
    already_known: bool


class RecordSaid(Schema):
    """The newest record of a contact."""

    version: int
    taken_at: datetime
    recorded_at: datetime
    entered_later: bool
    narrative: str
    location: str
    access_needs: str
    caller_role: str | None


class ContactSaid(Schema):
    """One contact that the client logged. number: null not told, empty withheld."""

    id: UUID
    reference: str
    channel: str
    first_offered_at: datetime
    number: str | None
    language: str | None
    access_route: str | None
    disposition: str | None
    tags: list[str]
    record: RecordSaid | None


@operation(
    router,
    "POST",
    "/contacts",
    name="contacts",
    scope=LOG_CONTACTS,
    summary="Log a contact, with what came of it",
    answered=True,
    response={201: LoggedSaid, 200: LoggedSaid},
)
def log(request: HttpRequest, told: ContactIn) -> tuple[int, dict[str, Any]]:
    """Told again under a known `reference` it becomes the next version of the record; nothing that was
    recorded is lost. Without one every new Idempotency-Key is another contact. 201: a new record."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    now = clock.now()
    taken_at = told.taken_at or now
    if taken_at > now + AHEAD:
        raise ApiRefused(
            422,
            "taken_ahead",
            "taken_at lies ahead of Darwin's clock.",
            where="taken_at",
            do="Set the sender's clock (NTP), or leave taken_at out for a contact of this moment.",
            now=now.isoformat(),
        )
    try:
        logged = log_contact(
            actor=token.actor,
            entry=_entry(told, taken_at),
            source=source_of_client(token),
            source_key=told.reference or "",
        )
    except ContactRefused as refused:
        raise _refused(refused) from None
    said = {
        "id": str(logged.contact_id),
        "version": logged.record.version,
        "already_known": not logged.fresh,
    }
    return (201 if logged.fresh else 200), said


def _entry(told: ContactIn, taken_at: datetime) -> ContactEntry:
    return ContactEntry(
        taken_at=taken_at,
        channel=told.channel,
        caller=told.number,
        narrative=told.narrative,
        location=told.location,
        access_needs=told.access_needs,
        caller_role=told.caller_role,
        disposition=told.disposition,
        language=told.language,
        access_route=told.access_route,
        tags=tuple(told.tags),
        promise_by=told.promise_by,
        promised_at=taken_at if told.promise_by else None,
        referrals=tuple(ReferralEntry(agency=one.agency, reason=one.reason) for one in told.referrals),
        entered_later=told.entered_later,
    )


def _refused(refused: ContactRefused) -> ApiRefused:
    """The service speaks to somebody at a form; lengths and blanks were refused before it, so what is left
    is a code that the force does not have."""
    return wrong_fields(
        [(field, "holds a code that is not on the force's list.") for field, _ in refused.faults]
    )


@operation(
    router,
    "GET",
    "/contacts/{uuid:contact_id}",
    name="contact",
    scope=READ_OWN_CONTACTS,
    summary="One contact that this client logged",
    response=ContactSaid,
)
def read(request: HttpRequest, contact_id: UUID) -> dict[str, Any]:
    """With the newest record of it. The reading is recorded."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    seen = READ_OWN_CONTACTS.visible(token, Contact.objects.all())
    contact = seen.prefetch_related("records", "failure_demand_tags").filter(pk=contact_id).first()
    if contact is None:
        raise not_found(
            "This client logged no contact with this identifier.",
            "Use the id that the logging answered with.",
        )
    record_consultation(
        actor=token.actor, screen="contact.api_contact", subjects=[Subject("contact", contact.id)]
    )
    newest = max(contact.records.all(), key=lambda record: record.version, default=None)
    said = {name: getattr(contact, name) for name in ("channel", "language", "access_route", "disposition")}
    return said | {
        "id": str(contact.id),
        "reference": "" if contact.source_key == str(contact.id) else contact.source_key,
        "first_offered_at": contact.first_offered_at.isoformat(),
        "number": "" if contact.withheld else contact.caller_number,
        "tags": sorted(tag.cause for tag in contact.failure_demand_tags.all()),
        "record": RecordSaid.from_orm(newest).model_dump(mode="json") if newest else None,
    }
