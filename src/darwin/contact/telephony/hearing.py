"""A switch that is heard now: chunks of bytes with the times of their receipt in, items of a recording out.

The same chunks written down with an index and read by `recording.read_recording` give the same items, which
is why a live line and the import of its recording give the same figures.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import count

from darwin.contact.telephony.ami import AmiCodec, Message, Piece, Spoiled
from darwin.contact.telephony.recording import Item, Received, SessionBegan, SessionEnded, Skew, timestamp_of


class Hearing:
    """The connections to one switch, one after the other. All times are aware."""

    def __init__(self) -> None:
        self.skew = Skew()
        self._ordinals = count()
        self._codec = AmiCodec()

    def begin(self, at: datetime) -> SessionBegan:
        """A connection was opened."""
        self._codec = AmiCodec()
        self.skew.begin_session()
        return SessionBegan(next(self._ordinals), self.skew.corrected(at))

    def feed(self, at: datetime, chunk: bytes) -> list[Item]:
        """What the bytes received at this moment complete."""
        return list(self._items(self._codec.feed(chunk), at))

    def end(self, at: datetime) -> list[Item]:
        """The connection is over; nothing was heard after `at`."""
        return [*self._items(self._codec.finish(), at), SessionEnded(self.skew.corrected(at))]

    def _items(self, pieces: Iterable[Piece], at: datetime) -> Iterable[Item]:
        for piece in pieces:
            if isinstance(piece, Message):
                stamp = timestamp_of(piece)
                if stamp:
                    self.skew.observe(at, stamp)
                yield Received(piece, stamp or self.skew.corrected(at), stamped=stamp is not None)
            elif isinstance(piece, Spoiled):
                yield piece
            elif piece.offset > 0:
                yield SessionEnded(self.skew.corrected(at))
                yield SessionBegan(next(self._ordinals), self.skew.corrected(at))
