"""The tables of the contact room, one noun a file."""

from darwin.contact.models.annotations import AnnotationKind, MeasureAnnotation
from darwin.contact.models.contacts import Announcement, Contact
from darwin.contact.models.drafts import CallerIdentity, ContactDraft, DraftRevision, IdentityKind
from darwin.contact.models.evidence import CallEvent, Coverage, SwitchMember
from darwin.contact.models.fallback import FallbackPack, PaperForm
from darwin.contact.models.floor import (
    CommandKind,
    FloorCall,
    FloorMember,
    FloorStage,
    SwitchCommand,
    SwitchConnection,
    SwitchSnapshot,
)
from darwin.contact.models.follow_up import CallbackPromise, FailureDemandTag, RepeatContactLink
from darwin.contact.models.imports import ImportReject, ImportRun
from darwin.contact.models.kept_months import KeptMonth
from darwin.contact.models.leg_kinds import AbandonPoint, LegKind
from darwin.contact.models.legs import ContactLeg, NoAnswer
from darwin.contact.models.queues import ContactQueue
from darwin.contact.models.recorded import ContactRecord, ReferralNote
from darwin.contact.models.routing import RoutedKind, Routing, RoutingDecision, RoutingEnd

__all__ = [
    "AbandonPoint",
    "AnnotationKind",
    "Announcement",
    "CallEvent",
    "CallbackPromise",
    "CallerIdentity",
    "CommandKind",
    "Contact",
    "ContactDraft",
    "ContactLeg",
    "ContactQueue",
    "ContactRecord",
    "Coverage",
    "DraftRevision",
    "FailureDemandTag",
    "FallbackPack",
    "FloorCall",
    "FloorMember",
    "FloorStage",
    "IdentityKind",
    "ImportReject",
    "ImportRun",
    "KeptMonth",
    "LegKind",
    "MeasureAnnotation",
    "NoAnswer",
    "PaperForm",
    "ReferralNote",
    "RepeatContactLink",
    "RoutedKind",
    "Routing",
    "RoutingDecision",
    "RoutingEnd",
    "SwitchCommand",
    "SwitchConnection",
    "SwitchMember",
    "SwitchSnapshot",
]
