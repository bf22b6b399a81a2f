"""Whether one number or address may be reached now, and how: a pure function over plain values.

The danger it exists for: a person whose telephone is read by somebody who hurts them is rung back, and is
hurt. So what is not known is not taken for safe, what restricts holds at once, and what permits holds only
once somebody answers for it. No database, no clock: `deciding` reads what is known and asks here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from darwin.deadlines.clock import LONDON
from darwin.records.links import protects

ADVISED_KINDS = frozenset({"shared", "care_home", "prison", "switchboard"})
"""Numbers that somebody other than the caller may answer."""


class Answer(StrEnum):
    """What a person said of one channel; NOT_ASKED is not known, never yes."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not_allowed"
    NOT_ASKED = "not_asked"


class Condition(StrEnum):
    """How a call is to be placed."""

    WITHHELD = "withheld"  # our number is not shown
    NO_VOICEMAIL = "no_voicemail"
    ASK_FIRST = "ask_first"  # first ask whether it is safe to talk


class Why(StrEnum):
    """Why a number may not be reached, or not now, in the order in which it is told."""

    NO_NUMBER = "no_number"  # withheld, or not told
    NOT_DIALLED = "not_dialled"  # nothing the channel can reach
    ASKED_NOT_TO = "asked_not_to"
    DECIDED_NOT_TO = "decided_not_to"
    TOLD_NOT_SAFE = "told_not_safe"
    LINKED = "linked"
    NOBODY_ASKED = "nobody_asked"
    TAKEN = "taken"
    NOT_THESE_HOURS = "not_these_hours"  # the person's own
    OUT_OF_HOURS = "out_of_hours"  # the house's
    TOO_SOON = "too_soon"
    TRIED_TODAY = "tried_today"
    TRIED_ENOUGH = "tried_enough"


CANNOT = frozenset({Why.NO_NUMBER, Why.NOT_DIALLED})
NOT_SAFE = frozenset({Why.ASKED_NOT_TO, Why.DECIDED_NOT_TO, Why.TOLD_NOT_SAFE, Why.LINKED, Why.NOBODY_ASKED})


@dataclass(frozen=True, slots=True)
class Window:
    """Days and hours, London. days: 0 is Monday; ends at or before it starts: it ends on the next day."""

    days: frozenset[int]
    starts: time
    ends: time

    def covers(self, at: datetime) -> bool:
        """Does the moment lie in it? The start is in, the end is out."""
        local = at.astimezone(LONDON)
        clock, day = local.time(), local.weekday()
        if self.starts < self.ends:
            return day in self.days and self.starts <= clock < self.ends
        return (day in self.days and clock >= self.starts) or (
            (day - 1) % 7 in self.days and clock < self.ends
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What one person, or somebody who was not identified, said of one number or address.

    allowed, not_allowed: codes of channels; a channel in neither was not asked about. windows: when it is
    safe, empty for any time. confirmed: a second person stands for it, who knew of so many kinds of link
    (confirmed_links). standing: False while it waits for that second person, so that what it permits does not
    hold yet, and what it restricts does.
    """

    allowed: frozenset[str] = frozenset()
    not_allowed: frozenset[str] = frozenset()
    conditions: frozenset[Condition] = frozenset()
    windows: tuple[Window, ...] = ()
    asked_at: datetime
    confirmed_at: datetime | None = None
    confirmed_links: int = 0
    standing: bool = True
    words: str = ""

    def answer(self, channel: str) -> Answer:
        """What was said of this channel; a no beats a yes."""
        if channel in self.not_allowed:
            return Answer.NOT_ALLOWED
        return Answer.ALLOWED if channel in self.allowed else Answer.NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A supervisor's decision on a number that is not safe; the latest one only.

    rung_by None: it is not to be rung, look again at `until`. Otherwise that person may ring once, before
    `until`, under these conditions. attempt: the one that used it.
    """

    decided_at: datetime
    until: datetime
    rung_by: UUID | None = None
    conditions: frozenset[Condition] = frozenset()
    attempt: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """An attempt that was made. disturbs: it rang or buzzed. told_not_safe: they said it was not safe.

    ended_at None: it is open, and the number is with `held_by` (account, name).
    """

    id: UUID
    begun_at: datetime
    ended_at: datetime | None
    disturbs: bool
    told_not_safe: bool = False
    held_by: UUID | None = None
    held_by_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the force set. hours: when people are rung. tries_enough: for one subject, in all."""

    hours: Window
    gap: timedelta
    tries_a_day: int
    tries_enough: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What a channel does at the other end. rings: a person is to answer. leaves_words: something stays that
    another may read. at_once: it arrives at the moment it is sent, so a person's own hours matter. disturbs:
    it makes a noise, so the house's hours, the gap and the number of tries matter."""

    code: str
    rings: bool
    leaves_words: bool
    at_once: bool
    disturbs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a decision rests on.

    reachable: the value is something the channel can reach. links, kind: what the records say of the number.
    tries: the attempts of today, the last one, open ones, and those that told it was not safe. tries_before:
    attempts made for the same subject. any_hour: the purpose does not wait for the morning. by: who would do
    it, None if that is open. attempt: the open attempt that asks again before it is carried out.
    """

    way: Way
    at: datetime
    given: bool = True
    reachable: bool = True
    kind: str = "not_known"
    links: frozenset[str] = frozenset()
    preferences: tuple[Preference, ...] = ()
    override: Override | None = None
    tries: tuple[Try, ...] = ()
    tries_before: int = 0
    limits: Limits
    any_hour: bool = False
    by: UUID | None = None
    attempt: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """May it be reached, why not, and how.

    allowed: now, by the person asked about. reasons: empty if allowed, otherwise in the order told.
    conditions: hold whenever it is reached. words: what was agreed with the person. kind: as in the records.
    holder: the name of who has the number now. not_before: when the gap is over. override: the one in force.
    """

    allowed: bool
    reasons: tuple[Why, ...] = ()
    conditions: frozenset[Condition] = frozenset()
    words: tuple[str, ...] = ()
    kind: str = "not_known"
    asked: bool = False
    holder: str = ""
    held_by: UUID | None = None
    not_before: datetime | None = None
    override: Override | None = None
    uses_override: bool = False
    by_telephone: bool = True

    @property
    def safe(self) -> bool:
        """False if it must not be reached whatever the hour: the number is a supervisor's, not a list's."""
        return not NOT_SAFE & set(self.reasons)

    @property
    def can_be_reached(self) -> bool:
        """False for a withheld number, and for what is none."""
        return not CANNOT & set(self.reasons)


def judge(situation: Situation) -> Decision:
    """The decision. What a person asked is never set aside; what the house fears, an override may be.

    1. Without a number that can be reached there is nothing to decide.
    2. A no of any person on this channel holds. So does a supervisor's "do not ring" until its time.
    3. A number with a link that is not harmless, or where somebody said that it was not safe, is not safe,
       unless a yes stands that a second person confirmed knowing it. What leaves words behind needs a yes.
       An override sets this rule aside for one call by the person it names.
    4. One number is with one person.
    5. The hours of every person hold. The house's hours hold where nobody gave their own; they, the gap and
       the number of tries are set aside by an override, the hours also by a purpose that cannot wait.
    """
    if not (situation.given and situation.reachable):
        why = Why.NOT_DIALLED if situation.given else Why.NO_NUMBER
        return Decision(
            allowed=False, reasons=(why,), kind=situation.kind, by_telephone=situation.way.disturbs
        )
    overridden = _may_use_override(situation)
    reasons = (*_not_safe(situation, overridden), *_taken(situation), *_not_now(situation, overridden))
    holder = _holder(situation)
    return Decision(
        allowed=not reasons,
        reasons=reasons,
        conditions=_conditions(situation, overridden),
        words=tuple(preference.words for preference in situation.preferences if preference.words),
        kind=situation.kind,
        asked=any(p.answer(situation.way.code) is not Answer.NOT_ASKED for p in situation.preferences),
        holder=holder.held_by_name if holder else "",
        held_by=holder.held_by if holder else None,
        not_before=_gap_ends(situation) if Why.TOO_SOON in reasons else None,
        override=situation.override,
        uses_override=overridden,
        by_telephone=situation.way.disturbs,
    )


def _may_use_override(s: Situation) -> bool:
    """Is there an override that lets this person place this one call?"""
    override = s.override
    if override is None or override.rung_by is None or not s.way.rings:
        return False
    if override.attempt is not None:
        return override.attempt == s.attempt
    told = _told_not_safe(s)
    if told is not None and told > override.decided_at:
        # The supervisor decided before they knew.
        return False
    return override.rung_by == s.by and override.decided_at <= s.at < override.until


def _not_safe(s: Situation, overridden: bool) -> Iterator[Why]:
    said_no = any(preference.answer(s.way.code) is Answer.NOT_ALLOWED for preference in s.preferences)
    if said_no:
        yield Why.ASKED_NOT_TO
    if s.override is not None and s.override.rung_by is None and s.at < s.override.until:
        yield Why.DECIDED_NOT_TO
    yes = _yes(s)
    confirmed = max((one.confirmed_at for one in yes if one.confirmed_at is not None), default=None)
    told = _told_not_safe(s)
    if told is not None and not overridden and (confirmed is None or confirmed <= told):
        yield Why.TOLD_NOT_SAFE
    links = unsafe_links(s)
    known = max((one.confirmed_links for one in yes if one.confirmed_at is not None), default=0)
    if links > known and not overridden:
        yield Why.LINKED
    if s.way.leaves_words and not yes and not said_no:
        yield Why.NOBODY_ASKED


def _told_not_safe(s: Situation) -> datetime | None:
    """When somebody at this number last said that it was not safe."""
    return max((one.begun_at for one in s.tries if one.told_not_safe), default=None)


def _yes(s: Situation) -> list[Preference]:
    """The preferences that stand and permit this channel."""
    return [one for one in s.preferences if one.standing and one.answer(s.way.code) is Answer.ALLOWED]


def _holder(s: Situation) -> Try | None:
    open_tries = [one for one in s.tries if one.ended_at is None and one.id != s.attempt]
    return open_tries[0] if open_tries else None


def _taken(s: Situation) -> Iterator[Why]:
    if _holder(s) is not None:
        yield Why.TAKEN


def _not_now(s: Situation, overridden: bool) -> Iterator[Why]:
    own_hours = [preference.windows for preference in s.preferences if preference.windows]
    if s.way.at_once and not all(any(one.covers(s.at) for one in windows) for windows in own_hours):
        yield Why.NOT_THESE_HOURS
    if overridden or not s.way.disturbs:
        return
    if not own_hours and not s.any_hour and not s.limits.hours.covers(s.at):
        yield Why.OUT_OF_HOURS
    ends = _gap_ends(s)
    if ends is not None and s.at < ends:
        yield Why.TOO_SOON
    today = s.at.astimezone(LONDON).date()
    made = [one for one in _disturbing(s) if one.begun_at.astimezone(LONDON).date() == today]
    if len(made) >= s.limits.tries_a_day:
        yield Why.TRIED_TODAY
    if s.tries_before >= s.limits.tries_enough:
        yield Why.TRIED_ENOUGH


def _disturbing(s: Situation) -> list[Try]:
    return [one for one in s.tries if one.disturbs and one.id != s.attempt]


def _gap_ends(s: Situation) -> datetime | None:
    """When the gap after the last attempt that rang is over; an open one counts from its beginning."""
    last = max((one.ended_at or one.begun_at for one in _disturbing(s)), default=None)
    return None if last is None else last + s.limits.gap


def _conditions(s: Situation, overridden: bool) -> frozenset[Condition]:
    """How it is to be placed: all that any person asked for, and what the number itself asks for."""
    if not s.way.rings:
        return frozenset()
    found = frozenset[Condition]().union(*(preference.conditions for preference in s.preferences))
    if overridden and s.override is not None:
        found |= s.override.conditions
    elif not _yes(s):
        # Nobody said who listens to what is left behind.
        found |= {Condition.NO_VOICEMAIL}
    if s.kind in ADVISED_KINDS:
        found |= {Condition.NO_VOICEMAIL, Condition.ASK_FIRST}
    return found


def unsafe_links(situation: Situation) -> int:
    """How many kinds of link make the number not safe."""
    return sum(map(protects, situation.links))


def guarded(situation: Situation) -> bool:
    """Is it a number about which a yes needs a second person: a link that is not harmless, or somebody said
    at an attempt that it was not safe?"""
    return unsafe_links(situation) > 0 or _told_not_safe(situation) is not None


def widens(earlier: Preference, later: Preference) -> bool:
    """Does the later answer take away protection that the earlier one gave? Then it needs a second person.

    A no that is no longer said, a condition dropped, or a time added at which it may be reached.
    """
    if earlier.not_allowed - later.not_allowed:
        return True
    if earlier.conditions - later.conditions:
        return True
    return not _minutes(later.windows) <= _minutes(earlier.windows)


def _minutes(windows: tuple[Window, ...]) -> set[tuple[int, int]]:
    """Every (day, minute of the day) that the windows cover; all of them where none was given."""
    if not windows:
        return {(day, minute) for day in range(7) for minute in range(1440)}
    covered: set[tuple[int, int]] = set()
    for window in windows:
        starts = window.starts.hour * 60 + window.starts.minute
        ends = window.ends.hour * 60 + window.ends.minute
        for day in window.days:
            if starts < ends:
                covered.update((day, minute) for minute in range(starts, ends))
            else:
                covered.update((day, minute) for minute in range(starts, 1440))
                covered.update(((day + 1) % 7, minute) for minute in range(ends))
    return covered
