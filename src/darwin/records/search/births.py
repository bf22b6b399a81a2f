"""How well a typed date of birth fits a recorded one, and the keys by which the likely ones are found.

Dates are taken down wrong in few ways: day and month swapped, a digit mis-heard, two digits turned round, a
year too young. Each has its weight in bits (how much more likely it is for the same person than for another;
log2 of 1 in 365.25 days times some 80 years is 14.8) and its words.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from darwin.records.births import Birth, NotABirth

SAME_BITS = 14.0
DIFFERENT_BITS = -6.0


@dataclass(frozen=True, slots=True)
class BirthFit:
    """bits: the weight of evidence, negative where the dates do not go together. reason: in words, or ""."""

    bits: float
    reason: str


NOTHING = BirthFit(0.0, "")


def keys_of(birth: Birth) -> list[str]:
    """The keys of a recorded date: "19840307", "1984", "--0307"; "1984?" where the year is all that is known,
    "198403?" where it is year and month."""
    keys = []
    if birth.whole:
        keys.append(_key(birth))
    if birth.year is not None:
        keys.append(str(birth.year))
        if birth.month is not None:
            keys.append(f"{birth.year}{birth.month:02}")
    if birth.month is not None and birth.day is not None:
        keys.append(f"--{birth.month:02}{birth.day:02}")
    if not birth.whole and birth.year is not None:
        keys.append(f"{birth.year}?" if birth.month is None else f"{birth.year}{birth.month:02}?")
    return keys


def likely_keys(typed: Birth) -> list[str]:
    """The keys under which somebody born on the typed date may be recorded, the most likely first."""
    if typed.year is None:
        known = typed.month is not None and typed.day is not None
        return [f"--{typed.month:02}{typed.day:02}"] if known else []
    if not typed.whole:
        month = f"{typed.year}{typed.month:02}" if typed.month is not None else ""
        return [key for key in (month, f"{typed.year}?" if month else str(typed.year)) if key]
    keys = [_key(birth) for birth in _slips(typed)]
    keys += [f"{typed.year}{typed.month:02}?", f"{typed.year}?"]
    return list(dict.fromkeys([_key(typed), *keys]))


def fit(typed: Birth, recorded: Birth) -> BirthFit:
    """How well the typed date fits the recorded one."""
    if not typed.known or not recorded.known:
        return NOTHING
    if typed.whole and recorded.whole:
        return _fit_whole(typed, recorded)
    return _fit_in_part(typed, recorded)


def _fit_whole(typed: Birth, recorded: Birth) -> BirthFit:
    if typed == recorded:
        return BirthFit(SAME_BITS, _("same date of birth"))
    same_year, same_month, same_day = (
        typed.year == recorded.year,
        typed.month == recorded.month,
        typed.day == recorded.day,
    )
    if same_year and (typed.day, typed.month) == (recorded.month, recorded.day):
        return BirthFit(12.0, _("day and month swapped"))
    if same_month and same_day:
        shown = {"typed": typed.year, "recorded": recorded.year}
        words = _("born in %(recorded)s, not %(typed)s") % shown
        return BirthFit(9.0 if _one_slip(f"{typed.year}", f"{recorded.year}") else 5.0, words)
    if same_year and same_month:
        shown = {"typed": typed.day, "recorded": recorded.day}
        words = _("born on the %(recorded)s of that month, not the %(typed)s") % shown
        return BirthFit(9.0 if _one_slip(f"{typed.day:02}", f"{recorded.day:02}") else 5.0, words)
    if same_year and same_day:
        return BirthFit(7.0, _("another month of that year, the same day"))
    if same_year:
        return BirthFit(0.0, _("born in the same year"))
    return BirthFit(DIFFERENT_BITS, "")


def _fit_in_part(typed: Birth, recorded: Birth) -> BirthFit:
    """What both dates tell must be alike; what only one tells says nothing."""
    told = [
        (own == other, bits)
        for own, other, bits in (
            (typed.year, recorded.year, 6.0),
            (typed.month, recorded.month, 3.5),
            (typed.day, recorded.day, 4.5),
        )
        if own is not None and other is not None
    ]
    if not told:
        return NOTHING
    if not all(alike for alike, _bits in told):
        near = typed.year is not None and recorded.year is not None and abs(typed.year - recorded.year) == 1
        return BirthFit(1.0, _("born a year apart")) if near else BirthFit(DIFFERENT_BITS, "")
    words = (
        _("the parts of the date of birth that are recorded are the same")
        if typed.whole
        else _("the date of birth fits as far as it was typed")
    )
    return BirthFit(sum(bits for _alike, bits in told), words)


def _key(birth: Birth) -> str:
    return f"{birth.year:04}{birth.month:02}{birth.day:02}"


def _slips(typed: Birth) -> Iterator[Birth]:
    """The dates from which one slip leads to the typed one; only days that exist."""
    year, month, day = typed.year or 0, typed.month or 0, typed.day or 0
    made: list[Callable[[], Birth]] = [lambda: Birth(year, day, month)]
    years = {*range(year - 2, year + 3), year - 10, year + 10, *_turned(f"{year}")}
    years |= {int(f"{year}"[:2] + tens + f"{year}"[3]) for tens in "0123456789"}
    years |= {int(f"{year}"[:3] + ones) for ones in "0123456789"}
    made += [lambda year=one: Birth(year, month, day) for one in sorted(years)]  # type: ignore[misc]
    made += [lambda day=one: Birth(year, month, day) for one in range(1, 32)]  # type: ignore[misc]
    made += [lambda month=one: Birth(year, month, day) for one in range(1, 13)]  # type: ignore[misc]
    for make in made:
        try:
            yield make()
        except NotABirth:
            continue


def _turned(figures: str) -> Iterator[int]:
    for place in range(len(figures) - 1):
        yield int(figures[:place] + figures[place + 1] + figures[place] + figures[place + 2 :])


def _one_slip(one: str, other: str) -> bool:
    """One digit differs, or two neighbours are turned round, or the numbers are neighbours. Of one length."""
    differing = [place for place, (own, its) in enumerate(zip(one, other, strict=True)) if own != its]
    if len(differing) == 1 or abs(int(one) - int(other)) == 1:
        return True
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and one[differing[0]] == other[differing[1]]
        and one[differing[1]] == other[differing[0]]
    )
