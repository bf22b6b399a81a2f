"""How much of the made-up force is in."""

from dataclasses import dataclass
from datetime import datetime

from darwin.deadlines import clock
from darwin.practice.models import LiveStretch, LoadedMonth, PracticeForce
from darwin.practice.records import milliseconds
from darwin.practice.spans import MonthSpan, months_until, pending_spans
from darwin.practice.story import Story
from darwin.practice.stretches import Stretch


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far the loading has come. up_to: the latest moment that is in, None before the first month."""

    months_in: int
    months_in_all: int
    contacts: int
    up_to: datetime | None

    @property
    def complete(self) -> bool:
        return self.months_in == self.months_in_all

    @property
    def sentence(self) -> str:
        """For the page: “13 of 25 months are in.”, or "" when all are."""
        if self.complete:
            return ""
        return f"{self.months_in} of {self.months_in_all} months are in."


def story_of(force: PracticeForce) -> Story:
    """The story that decides every call of `force`."""
    return Story(force.present_month, force.seed)


def spans_to_load(force: PracticeForce) -> list[MonthSpan]:
    """What is missing until now, the newest month first. While calls are played live, the history goes no
    further than they have come: what follows may still be theirs."""
    loaded = {month.month: milliseconds(month.loaded_to) for month in force.months.all()}
    live = LiveStretch.objects.filter(force=force, closed=False).first()
    until = clock.now() if live is None else min(clock.now(), live.to_at)
    return pending_spans(story_of(force), loaded, milliseconds(until))


def stretches_of(force: PracticeForce, *, ended_now: bool = False) -> list[Stretch]:
    """The stretches that were played live, in order. ended_now: the one that still goes on ends where it has
    come to."""
    return [
        Stretch(
            milliseconds(stretch.from_at),
            milliseconds(stretch.to_at) if stretch.closed or ended_now else None,
        )
        for stretch in force.stretches.order_by("from_at")
    ]


def load_progress() -> LoadProgress | None:
    """How much of the made-up force is in; None if there is none (every mode but practice). Two queries."""
    force = PracticeForce.objects.first()
    if force is None:
        return None
    months = list(LoadedMonth.objects.filter(force=force))
    return LoadProgress(
        months_in=len(months),
        months_in_all=len(months_until(story_of(force), milliseconds(clock.now()))),
        contacts=sum(month.contacts for month in months),
        up_to=max((month.loaded_to for month in months), default=None),
    )
