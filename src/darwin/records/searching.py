"""Search over people: one answer from all that was typed, ranked, and why each was found.

A restricted record is found like any other and shows nothing of itself, not even why.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from darwin.deadlines import clock
from darwin.records.births import NOT_KNOWN, Birth
from darwin.records.models import Person, PersonLocation, RestrictedRecord
from darwin.records.permissions import SEARCH_RECORDS
from darwin.records.search.asked import Asked, read_query
from darwin.records.search.names import Found, people_by_name
from darwin.records.search.things import Thing, people_of, things_like
from darwin.staff.models import Account

# What has less than this share of the best one's bits is not what was meant.
_LEAST_SHARE = 0.55
_LEAST_BITS = 2.5
_NAME_NOT_MET = -3.0


@dataclass(frozen=True, slots=True)
class Match:
    """A person who was found. name, born, place: empty where restricted. reasons: why, in words.

    score: bits of evidence. restricted: shows no content to anyone before it is opened with a reason.
    """

    person_id: UUID
    name: str
    birth: Birth
    place: str
    reasons: tuple[str, ...]
    score: float
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question found: people, ranked; and the numbers, vehicles and places that were named."""

    asked: Asked
    people: list[Match]
    things: list[Thing]


def search_people(query: str | Asked, account: Account, limit: int = 20) -> list[Match]:
    """The people whom `query` may mean, the likeliest first, each with its reasons; none for an account that
    may not search. The caller records the consultation of those it shows."""
    return search(query, account, limit).people


def search(query: str | Asked, account: Account, limit: int = 20) -> Answer:
    """People, numbers, vehicles and places that fit. At most seven queries."""
    asked = query if isinstance(query, Asked) else ask(query)
    if (asked.empty and not asked.address) or not SEARCH_RECORDS.permits(account):
        return Answer(asked, [], [])
    things = things_like(asked)
    tied = people_of(things)
    found: dict[UUID, Found] = {}
    if asked.names or asked.birth.known:
        found = people_by_name(asked, also=tied)
    ranked = _rank(asked, found, tied)
    return Answer(asked, _shown(account, ranked, limit), things)


def ask(text: str, birth: Birth = NOT_KNOWN) -> Asked:
    """What was typed, taken apart."""
    return read_query(text, clock.now().astimezone(clock.LONDON).year, birth)


def _rank(
    asked: Asked, found: dict[UUID, Found], tied: dict[UUID, list[Thing]]
) -> list[tuple[float, UUID, tuple[str, ...]]]:
    scored = []
    for person_id in {*found, *tied}:
        by_name = found.get(person_id)
        bits = by_name.bits if by_name else _NAME_NOT_MET * len(asked.names)
        reasons = by_name.reasons if by_name else ()
        for thing in tied.get(person_id, ())[:3]:
            bits += thing.bits
            reasons = (*reasons, thing.reason)
        if bits >= _LEAST_BITS and reasons:
            scored.append((bits, person_id, reasons))
    scored.sort(key=lambda one: (-one[0], str(one[1])))
    return [one for one in scored if one[0] >= _LEAST_SHARE * scored[0][0]]


def _shown(account: Account, ranked: list[tuple[float, UUID, tuple[str, ...]]], limit: int) -> list[Match]:
    wanted = [person_id for _bits, person_id, _reasons in ranked[:limit]]
    lives = (
        PersonLocation.objects.filter(
            Q(person_id=OuterRef("pk")) | Q(person__merged_into_id=OuterRef("pk")), kind="HOME", until=None
        )
        .order_by("-since")
        .values("location__town")[:1]
    )
    rows = SEARCH_RECORDS.visible(account, Person.objects.filter(pk__in=wanted)).annotate(
        lives_in=Subquery(lives)
    )
    people = {person.id: person for person in rows}
    hidden = restricted_among("person", wanted)
    matches = []
    for bits, person_id, reasons in ranked[:limit]:
        person = people.get(person_id)
        if person is None:
            continue
        if person_id in hidden:
            matches.append(Match(person_id, "", NOT_KNOWN, "", (), bits, restricted=True))
            continue
        birth = Birth(person.birth_year, person.birth_month, person.birth_day)
        matches.append(Match(person_id, person.shown_name, birth, person.lives_in or "", reasons, bits))
    return matches


def restricted_among(kind: str, identifiers: list[UUID]) -> set[UUID]:
    """Which of these records show no content now. One query, or none for an empty list."""
    if not identifiers:
        return set()
    rows = RestrictedRecord.objects.filter(subject_kind=kind, subject_id__in=identifiers, ended_at=None)
    return set(rows.values_list("subject_id", flat=True))
