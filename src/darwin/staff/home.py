"""The home of a role: what waits for a person, worst first. Rooms put their lines here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.staff.models import Account
from darwin.staff.permissions import Rule
from darwin.theme.formats import Words

# From this long before its due time a line is marked "soon".
_SOON = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class HomeItem:
    """One line of the home page.

    rule: who sees the line. title: what waits ("Lost callers not rung back"). count: how many wait for this
    person; at most one query. sentence: what the line says below its title, for the person and the count
    (0 included: say what would change it). url: where "Open" leads, or "" to lead nowhere. clock: the due
    time of the worst of them, or None; asked only when something waits.
    """

    rule: Rule
    title: Words
    count: Callable[[Account], int]
    sentence: Callable[[Account, int], str]
    url: Callable[[], str]
    clock: Callable[[Account], datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class HomeLine:
    """A line as it is shown. due: when the worst is due. state: "late", "soon" or ""."""

    title: Words
    count: int
    sentence: str
    url: str
    due: datetime | None
    state: str
    time_left: str


_items: list[HomeItem] = []


def put_on_home(item: HomeItem) -> None:
    """Put a line on the home of everyone whom its rule permits."""
    _items.append(item)


def home_lines(account: Account) -> list[HomeLine]:
    """What waits for this person: late first, then by due time, then what has no clock, zero last."""
    now = clock.now()
    lines = [_line(item, account, now) for item in _items if item.rule.permits(account)]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(lines, key=lambda line: (line.count == 0, line.due or far))


def _line(item: HomeItem, account: Account, now: datetime) -> HomeLine:
    count = item.count(account)
    due = item.clock(account) if item.clock and count else None
    state = ""
    if due is not None:
        state = "late" if due < now else "soon" if due - now <= _SOON else ""
    return HomeLine(
        title=item.title,
        count=count,
        sentence=item.sentence(account, count),
        url=item.url(),
        due=due,
        state=state,
        time_left=_words(due, now) if due else "",
    )


def _words(due: datetime, now: datetime) -> str:
    """A clock as SCREENS section 8 writes it: "12:06 over", "5:20 left", "1 h 44 over", "3 days left"."""
    seconds = int(abs((due - now).total_seconds()))
    word = "over" if due < now else "left"
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02} {word}"
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours < 10:
        return f"{hours} h {minutes:02} {word}"
    return f"{hours} h {word}" if hours < 48 else f"{hours // 24} days {word}"


def greeting(now: datetime, name: str) -> str:
    """ "Good afternoon, Ruth" by London's hour; the night greets with the evening until 4."""
    hour = now.astimezone(clock.LONDON).hour
    if 4 <= hour < 12:
        return _("Good morning, {name}").format(name=name)
    if 12 <= hour < 18:
        return _("Good afternoon, {name}").format(name=name)
    return _("Good evening, {name}").format(name=name)
