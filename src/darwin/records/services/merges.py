"""Joining two records of one person, and taking them apart again.

What a merge changes it writes down row by row, so that an undo restores each of them, and says of whatever
was changed since that it was left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from darwin.deadlines import clock
from darwin.ledger.actors import Actor, Subject, Verb
from darwin.ledger.services import record_entry
from darwin.records.merging import ABSORBED, FIELD_GROUPS, SURVIVOR, MergeRefused, plan_merge
from darwin.records.models import Person, PersonMerge
from darwin.records.references import PersonReference, reference_named, references
from darwin.records.services.keys import refresh_people
from darwin.records.services.people import keep_values


@transaction.atomic
def merge_people(
    *, actor: Actor, survivor: Person, absorbed: Person, choices: Mapping[str, str], reason: str
) -> PersonMerge:
    """Join `absorbed` to `survivor`, in one transaction with one entry.

    choices: "survivor" or "absorbed" by group of merging.FIELD_GROUPS; a group that is not named follows the
    plan. What the absorbed record holds moves to the survivor, but for what says the same there. Raises
    MergeRefused if a conflict is not chosen, without a reason, or for records that are not in use.
    """
    if not reason.strip():
        raise MergeRefused(_("Say why these two records are one person. Nothing was joined."))
    held = _hold(survivor.pk, absorbed.pk)
    survivor, absorbed = held[survivor.pk], held[absorbed.pk]
    plan = plan_merge(survivor, absorbed)
    if left := [name for name in plan.conflicts if choices.get(name) not in (SURVIVOR, ABSORBED)]:
        raise MergeRefused(
            _("The records differ in: %(fields)s. Choose one of the two for each. Nothing was joined.")
            % {"fields": ", ".join(left)}
        )
    chosen = {**plan.choices, **{name: side for name, side in choices.items() if name in FIELD_GROUPS}}
    changed = _values_taken(survivor, absorbed, chosen)
    before = {name: getattr(survivor, name) for name in changed}
    later = max(survivor.last_event_on, absorbed.last_event_on)
    values = {name: {"before": before[name], "after": after} for name, after in changed.items()}
    values["last_event_on"] = {"before": survivor.last_event_on.isoformat(), "after": later.isoformat()}
    moves = {
        reference.name: _move(reference, absorbed.id, survivor.id)
        for reference in references()
        if reference.moves
    }
    keep_values(survivor, changed, cause="merged", actor=actor)
    for name, value in changed.items():
        setattr(survivor, name, value)
    survivor.last_event_on = later
    survivor.save(update_fields=[*changed, "last_event_on"])
    # Records joined to the absorbed one before go with it: whoever opens them is led to the survivor.
    followers = list(Person.objects.filter(merged_into=absorbed).values_list("id", flat=True))
    Person.objects.filter(pk__in=[absorbed.pk, *followers]).update(merged_into=survivor)
    merge = PersonMerge.objects.create(
        survivor=survivor,
        absorbed=absorbed,
        choices=chosen,
        values=values,
        moves={**moves, "followers": [str(follower) for follower in followers]},
        reason=reason,
        merged_at=clock.now(),
        merged_by=actor.id,
    )
    refresh_people([survivor.id, absorbed.id])
    _entry(actor, "records.people_merged", merge, sorted(changed), sum(map(len, moves.values())), reason)
    return merge


@transaction.atomic
def undo_merge(*, actor: Actor, merge: PersonMerge, reason: str) -> PersonMerge:
    """Take two records apart as they were; `not_undone` of the result says what was changed since and stayed.

    What was recorded since the merge stays with the survivor. Raises MergeRefused if it was undone already,
    without a reason, or if one of the records was joined further or disposed of since.
    """
    if not reason.strip():
        raise MergeRefused(_("Say why these are two people. Nothing was taken apart."))
    merge = PersonMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at is not None:
        raise MergeRefused(_("These records were taken apart already. Nothing was changed."))
    held = _hold(merge.survivor_id, merge.absorbed_id)
    survivor, absorbed = held[merge.survivor_id], held[merge.absorbed_id]
    if absorbed.merged_into_id != survivor.id or survivor.merged_into_id is not None:
        raise MergeRefused(
            _("The joined record was joined to another since. Take that apart first. Nothing was changed.")
        )
    if survivor.disposed_at is not None or absorbed.disposed_at is not None:
        raise MergeRefused(_("One of the records was disposed of since. It cannot come back."))
    left = _restore_values(survivor, merge, actor)
    moved = 0
    for name, rows in merge.moves.items():
        reference = reference_named(name)
        if reference is None:
            continue
        back = reference.rows(survivor.id).filter(pk__in=rows).update(**{reference.field: absorbed.id})
        moved += back
        if back < len(rows):
            left.append(
                _("%(n)s of %(label)s: moved or removed since")
                % {"n": len(rows) - back, "label": reference.label}
            )
    Person.objects.filter(pk=absorbed.pk).update(merged_into=None)
    followers = [UUID(follower) for follower in merge.moves.get("followers", [])]
    Person.objects.filter(pk__in=followers, merged_into=survivor).update(merged_into=absorbed)
    merge.undone_at, merge.undone_by, merge.undo_reason = clock.now(), actor.id, reason
    merge.not_undone = left
    merge.save(update_fields=["undone_at", "undone_by", "undo_reason", "not_undone"])
    refresh_people([survivor.id, absorbed.id])
    _entry(actor, "records.people_unmerged", merge, sorted(merge.values), moved, reason)
    return merge


def _hold(*people: UUID) -> dict[UUID, Person]:
    """Both rows, locked in the order of their keys, so that two merges never wait for each other."""
    rows = Person.objects.select_for_update().filter(pk__in=people).order_by("pk")
    return {row.pk: row for row in rows}


def _values_taken(survivor: Person, absorbed: Person, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The values that the survivor takes over, where they differ from its own."""
    return {
        field: getattr(absorbed, field)
        for name, side in chosen.items()
        if side == ABSORBED
        for field in FIELD_GROUPS[name]
        if getattr(absorbed, field) != getattr(survivor, field)
    }


def _move(reference: PersonReference, source: UUID, target: UUID) -> list[str]:
    """Move the rows that say something the target's do not; their keys, as text."""
    rows = reference.rows(source)
    if reference.same_as:
        there = set(reference.rows(target).values_list(*reference.same_as))
        said = rows.values_list("pk", *reference.same_as)
        keys = [row[0] for row in said if tuple(row[1:]) not in there]
    else:
        keys = list(rows.values_list("pk", flat=True))
    reference.rows(source).filter(pk__in=keys).update(**{reference.field: target})
    return [str(key) for key in keys]


def _restore_values(survivor: Person, merge: PersonMerge, actor: Actor) -> list[str]:
    """Give the survivor its own values back where nobody changed them since; what was left, in words."""
    left: list[str] = []
    back: dict[str, Any] = {}
    for name, value in merge.values.items():
        now = getattr(survivor, name)
        now = now.isoformat() if hasattr(now, "isoformat") else now
        if now == value["after"]:
            back[name] = value["before"]
        elif name != "last_event_on":
            left.append(_("%(field)s: corrected since, and left as it is") % {"field": name})
    keep_values(
        survivor,
        {name: value for name, value in back.items() if name != "last_event_on"},
        cause="unmerged",
        actor=actor,
    )
    Person.objects.filter(pk=survivor.pk).update(**back)
    return left


def _entry(actor: Actor, event: str, merge: PersonMerge, fields: list[str], moved: int, reason: str) -> None:
    record_entry(
        actor=actor,
        verb=Verb.COMBINE,
        event=event,
        subjects=[Subject("person", merge.survivor_id), Subject("person", merge.absorbed_id)],
        fields=fields,
        counts={"rows": moved},
        reason=reason,
    )
