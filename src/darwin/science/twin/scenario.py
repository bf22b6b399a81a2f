"""Reading a scenario: TOML in, a `Scenario` out, or one sentence that says what is wrong and in which line.

docs/reference/scenario.md documents every key; a test compares it with the keys declared in `reading.KEYS`.
"""

from collections.abc import Callable, Sequence

from darwin.science.policy import Policy, TypeRule
from darwin.science.twin.law_tables import read_law
from darwin.science.twin.laws import Law
from darwin.science.twin.model import (
    SLOT_S,
    SLOTS_A_WEEK,
    CallBack,
    ContactType,
    Group,
    Redial,
    Scenario,
    Shift,
    Transfer,
)
from darwin.science.twin.reading import ScenarioRefused, Table, nearest, no_files, parsed

__all__ = ["Scenario", "ScenarioRefused", "read_scenario"]

CHANNELS = ("phone", "chat", "message", "report")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_S = 86_400
NOTHING = Law("none")


def read_scenario(text: str, *, name: str = "", read_file: Callable[[str], str] | None = None) -> Scenario:
    """The scenario of a TOML text. `name` is what messages call it; `read_file` gives the text of a file.

    Raises ScenarioRefused, one sentence with the line, for anything that a simulation could not run on.
    """
    top = parsed(text, name, read_file or no_files)
    days, warm_up = top.whole("days", 365, least=1), top.whole("warm_up_days", 1)
    threshold = top.number("threshold_s", 30.0)
    lines = top.whole("lines", 0)
    cv = top.number("day_effect_cv", 0.0, most=3.0)
    type_tables, group_tables = top.tables("types", "types"), top.tables("groups", "groups")
    for key, tables in (("types", type_tables), ("groups", group_tables)):
        if not tables:
            raise top.refused(None, f"a scenario needs at least one [[{key}]].")
    names = _names(type_tables, "type")
    _names(group_tables, "group")
    types = tuple(_type(table, names, threshold) for table in type_tables)
    groups = tuple(_group(table, names) for table in group_tables)
    _check_skills(type_tables, types, groups)
    return Scenario(name, days, warm_up, lines, cv, types, groups, _policy(top, type_tables, types))


def _names(tables: Sequence[Table], what: str) -> list[str]:
    names: list[str] = []
    for table in tables:
        name = table.text("name")
        if name in names:
            raise table.refused("name", f'there is another {what} named "{name}".')
        table.called = f'{what} "{name}"'
        names.append(name)
    return names


def _position(table: Table, key: str, name: str, names: Sequence[str], *more: str | int) -> int:
    if name not in names:
        raise table.refused(key, f'there is no type "{name}".{nearest(name, names)}', *more)
    return names.index(name)


def _type(table: Table, names: Sequence[str], threshold: float) -> ContactType:
    channel = table.one_of("channel", "phone", CHANNELS)
    patience = read_law(table, "patience", NOTHING, may_never_end=True)
    if channel in ("message", "report") and patience.name != "none":
        raise table.refused("patience", f'a {channel} waits until somebody works it: its patience is "none".')
    if channel != "phone" and "callback" in table:
        raise table.refused("callback", f"a call-back can be offered to callers, not for a {channel}.")
    return ContactType(
        name=table.text("name"),
        rate=tuple(each / 3600 for each in table.week("rate_per_hour")),
        talk=read_law(table, "talk"),
        wrap=read_law(table, "wrap", NOTHING),
        patience=patience,
        channel=channel,
        threshold_s=table.number("threshold_s", threshold),
        day_effect_cv=table.number("day_effect_cv", 0.0, most=3.0),
        vulnerable=table.probability("vulnerable", 0.0),
        redial=_redial(table.table("redial", "redial"), names),
        callback=_callback(table.table("callback", "callback")) if "callback" in table else None,
        transfer=_transfer(table.table("transfer", "transfer"), names) if "transfer" in table else None,
        may_be_unstaffed=table.yes("may_be_unstaffed", channel in ("message", "report")),
    )


def _redial(table: Table, names: Sequence[str]) -> Redial:
    if not table.values:
        return Redial()
    probability = table.probability("probability")
    delay = read_law(table, "delay", NOTHING if probability == 0 else None)
    if "other_type" not in table:
        if "other_probability" in table:
            raise table.refused("other_probability", '"other_probability" needs "other_type".')
        return Redial(probability, delay)
    other = _position(table, "other_type", table.text("other_type"), names)
    return Redial(probability, delay, other, table.probability("other_probability"))


def _callback(table: Table) -> CallBack:
    return CallBack(
        accepted=table.probability("accepted"),
        over_s=table.number("over_s", 0.0),
        later=read_law(table, "later", NOTHING),
        ring_s=table.number("ring_s", 20.0),
        reached=table.probability("reached", 1.0),
        tries=table.whole("tries", 3, least=1, most=100),
        retry_s=table.number("retry_s", 900.0),
    )


def _transfer(table: Table, names: Sequence[str]) -> Transfer:
    return Transfer(table.probability("probability"), _position(table, "to", table.text("to"), names))


def _group(table: Table, names: Sequence[str]) -> Group:
    if ("handlers" in table) == ("shifts" in table):
        raise table.refused(None, 'a group has either "handlers" or "shifts".')
    handlers: tuple[int, ...] = ()
    if "handlers" in table:
        numbers = table.week("handlers")
        if any(each != int(each) for each in numbers):
            raise table.refused("handlers", '"handlers" must be whole numbers.')
        handlers = tuple(int(each) for each in numbers)
    return Group(
        name=table.text("name"),
        skills=_skills(table, names),
        handlers=handlers,
        shifts=tuple(_shift(each) for each in table.tables("shifts", "shifts")),
        absence=table.probability("absence", 0.0),
        chats=table.whole("chats", 1, least=1, most=20),
    )


def _skills(table: Table, names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Names in the order of the list, or tables of type and level: (position, level from 1)."""
    listed = table.needed("skills")
    if not isinstance(listed, list) or not listed:
        raise table.refused("skills", '"skills" must be a list of the types that the group can take.')
    found: dict[int, int] = {}
    for at, each in enumerate(listed):
        if isinstance(each, dict):
            inner = Table(table.source, "skills", (*table.path, "skills", at), each, table.called)
            name, level = inner.text("type"), inner.whole("level", least=1, most=100)
        else:
            name, level = each, at + 1
        if not isinstance(name, str):
            raise table.refused("skills", '"skills" must hold names of types.', at)
        position = _position(table, "skills", name, names, at)
        if position in found:
            raise table.refused("skills", f'"{name}" is twice in "skills".', at)
        found[position] = level
    return tuple(found.items())


def _shift(table: Table) -> Shift:
    days = table.values.get("days", list(DAYS))
    if not isinstance(days, list) or not days or any(day not in DAYS for day in days):
        raise table.refused("days", f'"days" must be a list out of {", ".join(DAYS)}.')
    hours = table.number("hours", most=16.0)
    if hours == 0:
        raise table.refused("hours", '"hours" is 0; a shift has a length.')
    breaks = []
    for each in table.tables("breaks", "breaks"):
        after, minutes = each.number("after_hours"), each.number("minutes")
        if after + minutes / 60 > hours:
            raise each.refused("after_hours", f"this break ends after its shift of {hours:g} hours.")
        breaks.append((round(after * 3600), round(minutes * 60)))
    return Shift(
        days=tuple(sorted({DAYS.index(day) for day in days})),
        start_s=_clock(table),
        length_s=round(hours * 3600),
        handlers=table.whole("handlers", least=1, most=10_000),
        breaks=tuple(sorted(breaks)),
    )


def _clock(table: Table) -> int:
    """ "22:30" in seconds after midnight."""
    text = table.text("start")
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise table.refused("start", f'"{text}" is not a time of day such as "22:30".')
    return int(hour) * 3600 + int(minute) * 60


def on_duty(group: Group) -> list[int]:
    """How many of a group are there in each half-hour of the week; with shifts, at the half-hour's start."""
    if group.handlers:
        return list(group.handlers)
    found = [0] * SLOTS_A_WEEK
    for shift in group.shifts:
        for day in shift.days:
            start = day * DAY_S + shift.start_s
            first = -(-start // SLOT_S)
            for slot in range(first, -(-(start + shift.length_s) // SLOT_S)):
                found[slot % SLOTS_A_WEEK] += shift.handlers
    return found


def _check_skills(tables: Sequence[Table], types: Sequence[ContactType], groups: Sequence[Group]) -> None:
    """Every type has somebody who can take it, in every half-hour in which contacts come."""
    for position, (table, each) in enumerate(zip(tables, types, strict=True)):
        able = [group for group in groups if position in dict(group.skills)]
        if not able:
            raise table.refused("name", "nobody has this skill: it is in the list of no group.")
        if each.may_be_unstaffed:
            continue
        there = [sum(slot) for slot in zip(*(on_duty(group) for group in able), strict=True)]
        for slot, (rate, count) in enumerate(zip(each.rate, there, strict=True)):
            if rate > 0 and count == 0:
                day, at = divmod(slot, 48)
                raise table.refused(
                    "rate_per_hour",
                    f"contacts come on {DAYS[day]} at {at // 2:02}:{at % 2 * 30:02}, when nobody who can "
                    "take them is on duty. Put somebody on, set the rate to 0 there, or say "
                    '"may_be_unstaffed".',
                )


def _policy(top: Table, tables: Sequence[Table], types: Sequence[ContactType]) -> Policy:
    table = top.table("policy", "policy")
    rules = tuple(
        TypeRule(
            name=each.name,
            priority=type_table.number("priority", 1.0),
            ages_every_s=type_table.number("ages_every_s", 0.0),
            overflow_after_s=type_table.number("overflow_after_s", 0.0),
            reserve=type_table.whole("reserve", 0),
            chat=each.channel == "chat",
        )
        for type_table, each in zip(tables, types, strict=True)
    )
    return Policy(
        types=rules,
        own_list_first=table.yes("own_list_first", True),
        vulnerable_ahead=table.number("vulnerable_ahead", 0.0, least=-100.0, most=100.0),
        repeat_ahead=table.number("repeat_ahead", 0.0, least=-100.0, most=100.0),
        callback_ahead=table.number("callback_ahead", 0.0, least=-100.0, most=100.0),
        callback_slots=table.whole("callback_slots", 0),
    )
