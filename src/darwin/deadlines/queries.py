"""Reads of due times."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from darwin.deadlines.models import Deadline, State


def next_moment() -> datetime | None:
    """When a worker next has something to do; None if nothing is open."""
    waiting = Deadline.objects.filter(state=State.OPEN).order_by("act_at", "id")
    return waiting.values_list("act_at", flat=True).first()


def deadlines_of(subject_id: UUID) -> QuerySet[Deadline]:
    """Every deadline there has been on one thing, newest last."""
    return Deadline.objects.filter(subject_id=subject_id).order_by("started_at", "id")


def open_deadlines(kind: str) -> QuerySet[Deadline]:
    """The open deadlines of a kind, the first due first."""
    return Deadline.objects.filter(kind=kind, state=State.OPEN).order_by("due_at", "id")


def put_off_since() -> datetime | None:
    """Since when the oldest deadline that could not be acted on has been due; None if there is none."""
    put_off = Deadline.objects.filter(state=State.OPEN, attempts__gt=0).order_by("due_at")
    return put_off.values_list("due_at", flat=True).first()
