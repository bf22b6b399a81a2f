"""The channels by which something leaves the house, each declared once; a higher room may give its sender."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from darwin.errors import DarwinError
from darwin.ledger.actors import Actor
from darwin.outbound.judging import Condition, Way
from darwin.outbound.models import Attempt, PointKind
from darwin.theme.formats import Words


class UnknownChannel(DarwinError):
    """A channel that nobody declares."""


class NoSender(DarwinError):
    """The channel has nothing that carries it out here. The sentence says what to do by hand."""


class NotSent(DarwinError):
    """The sender could not let it leave. The sentence says what was wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is written: a subject or heading, and paragraphs of plain text. A call has none.

    addressee: the lines of a letter's address as they are to be printed.
    """

    subject: str = ""
    paragraphs: tuple[str, ...] = ()
    addressee: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What a sender gets: an attempt that the gateway let through, and the one place it may go to."""

    actor: Actor
    attempt: Attempt
    to: str
    conditions: frozenset[Condition]
    content: Content


Sender = Callable[[Outgoing], None]
"""Lets it leave, or raises NotSent. It sends to `to` and nowhere else, and keeps every condition."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out. code: in preferences and attempts. send: None where nothing here carries it out; then
    `by_hand` is the sentence that says what to do instead."""

    code: str
    label: Words
    send: Sender | None = None
    kind: PointKind = PointKind.TELEPHONE
    rings: bool = False
    leaves_words: bool = True
    at_once: bool = True
    disturbs: bool = True
    by_hand: Words = ""

    @property
    def way(self) -> Way:
        """What it does at the other end, for the decision."""
        return Way(
            code=self.code,
            rings=self.rings,
            leaves_words=self.leaves_words,
            at_once=self.at_once,
            disturbs=self.disturbs,
        )


_channels: dict[str, Channel] = {}


def register_channel(channel: Channel) -> None:
    """Declare a channel, or give one that is declared its sender: all else of it stays as first declared, so
    that no later room can make a channel quieter than it is. Raises ValueError if it has a sender already."""
    known = _channels.get(channel.code)
    if known is None:
        _channels[channel.code] = channel
        return
    if known.send is not None and channel.send is not known.send:
        raise ValueError(f"the channel {channel.code} has a sender already")
    _channels[channel.code] = replace(known, send=channel.send)


def give_sender(code: str, send: Sender) -> None:
    """Say what carries out a declared channel. Raises UnknownChannel, or ValueError as register_channel."""
    register_channel(replace(channel_named(code), send=send))


def channel_named(code: str) -> Channel:
    """The channel of this code. Raises UnknownChannel if nobody declares it."""
    try:
        return _channels[code]
    except KeyError:
        raise UnknownChannel(
            f"No channel “{code}” is declared. Channels are: {', '.join(_channels)}."
        ) from None


def all_channels() -> list[Channel]:
    """Every channel, in the order declared."""
    return list(_channels.values())


def channels_of(kind: PointKind) -> list[Channel]:
    """The channels that lead to a number or address of this kind."""
    return [channel for channel in _channels.values() if channel.kind is kind]


CALL_BACK, TEXT, EMAIL, LETTER = "call_back", "text", "email", "letter"

register_channel(
    Channel(
        CALL_BACK,
        _("Ring"),
        rings=True,
        leaves_words=False,
        by_hand=_("Darwin cannot ring from here. Ring on your own telephone, under the conditions shown."),
    )
)
register_channel(
    Channel(
        TEXT,
        _("Text"),
        by_hand=_("Darwin sends no texts here. Use the force's own messaging, under the conditions shown."),
    )
)
register_channel(
    Channel(
        EMAIL,
        _("E-mail"),
        kind=PointKind.EMAIL,
        disturbs=False,
        by_hand=_("Darwin sends no e-mail here. Use the force's own mailbox, to this address only."),
    )
)
register_channel(
    Channel(
        LETTER,
        _("Letter"),
        kind=PointKind.POSTAL,
        at_once=False,
        disturbs=False,
        by_hand=_("Darwin prints no letters here. Write it by hand, to this address only."),
    )
)
