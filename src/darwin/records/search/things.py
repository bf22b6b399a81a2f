"""Numbers, vehicles and places by a part of them, and the people that belong to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jellyfish
from django.db import connection
from django.utils.translation import gettext as _

from darwin.records.search import pieces
from darwin.records.search.asked import LEAST_MARK, Asked
from darwin.records.search.reading import rows_by_index
from darwin.records.search.sounds import sounds_of

MOST_THINGS = 60
_WHOLE_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Thing:
    """kind: phone, vehicle or location. shown: number, mark or address. bits: weight. reason: in words."""

    kind: str
    id: UUID
    shown: str
    bits: float
    reason: str


_FOUND = """
SELECT key.kind, key.subject_id, key.form,
  CASE key.kind WHEN 'phone' THEN phone.number WHEN 'vehicle' THEN vehicle.vrm ELSE
    concat_ws(', ', nullif(place.sub_building, ''), nullif(place.building, ''),
      nullif(concat_ws(' ', nullif(place.street_number, ''), nullif(place.street, '')), ''),
      nullif(place.locality, ''), nullif(place.town, ''), nullif(place.postcode, '')) END,
  place.postcode
FROM ({asked}) AS key
LEFT JOIN records_phoneidentity AS phone ON phone.id = key.subject_id AND key.kind = 'phone'
LEFT JOIN records_vehicle AS vehicle ON vehicle.id = key.subject_id AND key.kind = 'vehicle'
LEFT JOIN records_location AS place ON place.id = key.subject_id AND key.kind = 'location'
"""
_KEYS = "(SELECT kind, subject_id, form FROM records_searchkey WHERE kind = %s AND {how} LIMIT {most})"
_PEOPLE = """
SELECT thing, coalesce(person.merged_into_id, person.id) FROM (
  SELECT phone_id AS thing, person_id FROM records_phoneuse WHERE phone_id = ANY(%(things)s)
  UNION SELECT vehicle_id, person_id FROM records_personvehicle WHERE vehicle_id = ANY(%(things)s)
  UNION SELECT location_id, person_id FROM records_personlocation WHERE location_id = ANY(%(things)s)
) AS tied JOIN records_person AS person ON person.id = tied.person_id AND person.disposed_at IS NULL
"""


def things_like(asked: Asked) -> list[Thing]:
    """The numbers, vehicles and places that fit, the best first. One query, or none if none is asked for."""
    statements, values = _asked_for(asked)
    if not statements:
        return []
    rows = rows_by_index(_FOUND.format(asked=" UNION ALL ".join(statements)), values)
    found = [thing for row in dict.fromkeys(rows) if (thing := _judge(asked, *row)) is not None]
    return sorted(found, key=lambda thing: (-thing.bits, thing.shown))


def people_of(things: Sequence[Thing]) -> dict[UUID, list[Thing]]:
    """The people that belong to the things, each with the things they belong to. One query, or none."""
    if not things:
        return {}
    by_id = {thing.id: thing for thing in things}
    found: dict[UUID, list[Thing]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"things": list(by_id)})
        for thing_id, person_id in cursor.fetchall():
            found.setdefault(person_id, []).append(by_id[thing_id])
    return found


def _asked_for(asked: Asked) -> tuple[list[str], list[Any]]:
    statements: list[str] = []
    values: list[Any] = []

    def ask(kind: str, how: str, *given: Any) -> None:
        statements.append(_KEYS.format(how=how, most=MOST_THINGS * 5))
        values.extend((kind, *given))

    if asked.digits:
        ends = pieces.part_of_number_pieces(asked.digits, at_end=True)
        ask("phone", "pieces @> %s::varchar[]", ends)
        if not asked.at_end:
            within = pieces.part_of_number_pieces(asked.digits, at_end=False)
            ask("phone", "pieces @> %s::varchar[]", within)
    if len(asked.mark) >= LEAST_MARK:
        parts = pieces.mark_pieces(asked.mark)
        ask("vehicle", "pieces @> %s::varchar[]", parts)
        if len(asked.mark) >= 6:
            ask("vehicle", "pieces && %s::varchar[]", parts)
    place = [f"p:{asked.postcode}"] if asked.postcode else []
    if asked.address:
        conditions, given = [], []
        for word in asked.address:
            like = [f"w:{word}", *(f"s:{sound}" for sound in sounds_of(word) if len(word) >= 4)]
            conditions.append("pieces && %s::varchar[]")
            given.append(like)
        if place:
            conditions.append("pieces @> %s::varchar[]")
            given.append(place)
        ask("location", " AND ".join(conditions), *given)
    elif place:
        ask("location", "pieces @> %s::varchar[]", place)
    return statements, values


def _judge(
    asked: Asked, kind: str, subject_id: UUID, form: str, shown: str, postcode: str | None
) -> Thing | None:
    judged = {"phone": _number, "vehicle": _vehicle, "location": _place}[kind](asked, form, shown, postcode)
    return Thing(kind, subject_id, shown, *judged) if judged else None


def _number(asked: Asked, form: str, shown: str, _postcode: str | None) -> tuple[float, str] | None:
    digits = asked.digits
    if form == digits:
        return 22.0, _("number %(number)s") % {"number": shown}
    if form.endswith(digits):
        return min(22.0, 3.0 * len(digits)), _("number ends %(digits)s") % {"digits": digits[-6:]}
    if not asked.at_end and digits in form and len(digits) < _WHOLE_NUMBER:
        return 2.6 * len(digits), _("number has %(digits)s in it") % {"digits": digits}
    return None


def _vehicle(asked: Asked, form: str, shown: str, _postcode: str | None) -> tuple[float, str] | None:
    heard = pieces.heard_mark(asked.mark)
    if shown == asked.mark:
        return 22.0, _("vehicle %(mark)s") % {"mark": shown}
    if form == heard:
        return 20.0, _("vehicle %(mark)s, with letters and figures that look alike") % {"mark": shown}
    if heard in form:
        return 3.0 * len(heard), _("vehicle %(mark)s has %(part)s in it") % {
            "mark": shown,
            "part": asked.mark,
        }
    if len(heard) >= 6 and jellyfish.damerau_levenshtein_distance(heard, form) == 1:
        return 13.0, _("vehicle %(mark)s, one character from %(typed)s") % {
            "mark": shown,
            "typed": asked.mark,
        }
    return None


def _place(asked: Asked, form: str, shown: str, postcode: str | None) -> tuple[float, str]:
    kept = pieces.plain_postcode(postcode or "")
    bits = 0.0
    if asked.postcode:
        bits += 13.0 if kept == asked.postcode else 7.0
    same = [word for word in asked.address if word in form.split()]
    bits += 5.0 * len(same) + 3.0 * (len(asked.address) - len(same))
    if len(same) == len(asked.address):
        return bits, _("at %(place)s") % {"place": shown}
    return bits, _("at %(place)s, which sounds like what was typed") % {"place": shown}
