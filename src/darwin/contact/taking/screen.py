"""What the handler's screen shows: which contact, at which stage, with what is known of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from darwin.contact.models import (
    CallerIdentity,
    Contact,
    ContactDraft,
    ContactLeg,
    FloorCall,
    FloorStage,
    IdentityKind,
)
from darwin.contact.permissions import KEEP_NOTES, TAKE_CALLS
from darwin.contact.taking.desk import Desk, desk_of
from darwin.contact.taking.number import NumberShown, number_shown
from darwin.contact.taking.people import PersonKnown, known, person_as_known
from darwin.staff.models import Account
from darwin.theme import formats
from darwin.theme.parts import Stop

NONE, RINGING, TALKING, NOTES, BY_HAND = "none", "ringing", "talking", "notes", "by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScreen:
    """stage: none (no contact chosen), ringing, talking, notes (the call is over) or by_hand (no switch
    told of it). since: when the stage began, None where no clock runs. number: None without a contact of a
    source. person: who is speaking, where it has been recorded. draft: what has been typed, None: nothing."""

    stage: str
    desk: Desk
    key: UUID | None = None
    contact: Contact | None = None
    since: datetime | None = None
    number: NumberShown | None = None
    identity: CallerIdentity | None = None
    person: PersonKnown | None = None
    draft: ContactDraft | None = None
    stops: tuple[Stop, ...] = ()

    @property
    def begun_at(self) -> datetime | None:
        """When the contact began."""
        if self.contact is not None:
            return self.contact.first_offered_at
        return self.draft.begun_at if self.draft else None

    @property
    def person_id(self) -> UUID | None:
        """Who is speaking, where it has been recorded."""
        return self.identity.person_id if self.identity else None

    @property
    def name_not_given(self) -> bool:
        return self.identity is not None and self.identity.kind == IdentityKind.NOT_GIVEN


def screen_for(account: Account, at: datetime) -> CallScreen:
    """The screen that opens by itself: the call that is theirs now, else the newest notes not finished."""
    desk = desk_of(account, at)
    if desk.call is not None:
        return _of_call(account, desk, desk.call, at)
    draft = unfinished_drafts(account).first()
    if draft is None:
        return CallScreen(stage=NONE, desk=desk)
    contact = Contact.objects.filter(id=draft.key).first()
    return _at_rest(account, desk, draft.key, contact, draft, at)


def screen_of(account: Account, key: UUID, at: datetime) -> CallScreen | None:
    """The screen of one contact; None where it is neither the person's own nor open to them."""
    desk = desk_of(account, at)
    if desk.call is not None and desk.call.contact_id == key:
        return _of_call(account, desk, desk.call, at)
    contact = TAKE_CALLS.visible(account, Contact.objects.filter(id=key)).first()
    draft = draft_of(account, key)
    if contact is None and draft is None:
        return None
    return _at_rest(account, desk, key, contact, draft, at)


def draft_of(account: Account, key: UUID) -> ContactDraft | None:
    """The draft of a contact that this person goes on with: their own, else one that they may help with."""
    drafts = KEEP_NOTES.visible(account, ContactDraft.objects.filter(key=key)).order_by("-saved_at")
    return min(drafts, key=lambda draft: draft.account_id != account.pk, default=None)


def unfinished_drafts(account: Account):  # type: ignore[no-untyped-def]
    """What the person has begun and not finished, the newest first."""
    return ContactDraft.objects.filter(account=account, finished_at=None).order_by("-begun_at")


def who_is_speaking(key: UUID, at: datetime) -> tuple[CallerIdentity | None, PersonKnown | None]:
    """What came of asking who is speaking, and the person; None where it was not asked. One query."""
    asked = CallerIdentity.objects.filter(key=key).order_by("-asked_at", "-id")
    identity = asked.annotate(told=person_as_known("person_id")).first()
    return identity, known(identity.told, at) if identity else None


def opens(account: Account, key: UUID) -> bool:
    """May this person open the contact at all? One query where they have written of it."""
    if draft_of(account, key) is not None:
        return True
    return TAKE_CALLS.visible(account, Contact.objects.filter(id=key)).exists()


def _of_call(account: Account, desk: Desk, call: FloorCall, at: datetime) -> CallScreen:
    identity, person = who_is_speaking(call.contact_id, at)
    return CallScreen(
        stage=TALKING if call.stage == FloorStage.TALKING else RINGING,
        desk=desk,
        key=call.contact_id,
        contact=call.contact,
        since=call.since,
        number=number_shown(call.contact, at),
        identity=identity,
        person=person,
        draft=draft_of(account, call.contact_id),
        stops=tuple(_stops_of_call(call, identity, at)),
    )


def _at_rest(
    account: Account,
    desk: Desk,
    key: UUID,
    contact: Contact | None,
    draft: ContactDraft | None,
    at: datetime,
) -> CallScreen:
    """A contact that no call of one's own telephone belongs to any more, or that was begun by hand."""
    identity, person = who_is_speaking(key, at)
    return CallScreen(
        stage=BY_HAND if contact is None else NOTES,
        desk=desk,
        key=key,
        contact=contact,
        number=number_shown(contact, at) if contact else None,
        identity=identity,
        person=person,
        draft=draft,
        stops=tuple(_stops_at_rest(contact, draft, identity)),
    )


def _stops_of_call(call: FloorCall, identity: CallerIdentity | None, at: datetime) -> list[Stop]:
    """The one line of a living call: rang, in the queue, ringing you or answered, who it is, ended."""
    stops = [
        Stop(_("rang"), formats.record_time(call.arrived_at), "done"),
        Stop(call.queue.label, formats.record_time(call.joined_at), "done"),
    ]
    if call.stage == FloorStage.TALKING:
        stops.append(Stop(_("answered"), formats.record_time(call.connected_at or call.since), "done"))
        return [*stops, _who_stop(identity, "now"), Stop(_("finished"), "", "to-come")]
    waited = formats.wait(int((call.since - call.joined_at).total_seconds() * 1000))
    stops.append(Stop(_("ringing you"), _("waited %(wait)s") % {"wait": waited}, "now"))
    return [*stops, _who_stop(identity, "to-come")]


def _who_stop(identity: CallerIdentity | None, state: str) -> Stop:
    if identity is None:
        return Stop(_("who is it?"), "", "now" if state == "now" else "to-come")
    word = _("name not given") if identity.kind == IdentityKind.NOT_GIVEN else _("who is known")
    return Stop(word, formats.record_time(identity.asked_at), "done")


def _stops_at_rest(
    contact: Contact | None, draft: ContactDraft | None, identity: CallerIdentity | None
) -> list[Stop]:
    """The one line of a contact whose call is over: what happened, and that it is to be finished."""
    stops: list[Stop] = []
    if contact is not None:
        stops.append(Stop(_("rang"), formats.record_time(contact.first_offered_at), "done"))
        legs = ContactLeg.objects.filter(contact=contact, connected_at__isnull=False).order_by("connected_at")
        leg = legs.last()
        if leg is not None:
            stops.append(Stop(_("answered"), formats.record_time(leg.connected_at), "done"))
            if leg.completed_at:
                stops.append(Stop(_("ended"), formats.record_time(leg.completed_at), "done"))
    elif draft is not None:
        stops.append(Stop(_("begun by hand"), formats.record_time(draft.begun_at), "done"))
    if identity is not None:
        stops.append(_who_stop(identity, "done"))
    if draft is not None and draft.finished_at:
        return [*stops, Stop(_("finished"), formats.record_time(draft.finished_at), "done")]
    return [*stops, Stop(_("to be finished"), "", "now")]
