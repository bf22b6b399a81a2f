"""What stands on the page of parts and states: invented people and figures, the numbers kept for drama."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator

from darwin.theme.forms import PeriodForm
from darwin.theme.parts import STATE_WORDS, VIEW_WORDS, ClockFace, Crumb, Stop, Tile, View, Work
from darwin.theme.showcase_charts import shown_results

_NOW = datetime(2026, 11, 22, 14, 25, 28, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


class _Form(forms.Form):
    """A form with one answer that cannot be and one of each kind of control."""

    when = forms.CharField(label="When did it happen?")
    channel = forms.ChoiceField(
        label="How did they reach us?", choices=[("101", "101"), ("999", "999")], widget=forms.RadioSelect
    )
    queue = forms.ChoiceField(label="Queue", choices=[("101", "101"), ("bank", "Bank")])
    gave_up = forms.BooleanField(label="Only those who gave up", required=False)

    def clean_when(self) -> str:
        raise forms.ValidationError("The 31st of November does not exist. What you typed is kept.")


def _clock(left: timedelta, whole: timedelta, soon: timedelta = 5 * _MINUTE) -> ClockFace:
    due = _NOW + left
    return ClockFace.until(due, now=_NOW, started_at=due - whole, soon_ms=int(soon.total_seconds() * 1000))


def _tiles() -> list[Tile]:
    return [
        Tile("7", "waiting now"),
        Tile("1:48", "longest wait, min:s", "over 30 s", "late"),
        Tile("79%", "101 in 30 s today", "626 of 789 offered"),
        Tile("3 min 10 s", "gap, 11:02 to 11:05", "4 calls filled in", "gap"),
    ]


def _works(late: ClockFace, soon: ClockFace) -> list[Work]:
    return [
        Work(9, "Lost callers not rung back", "Oldest 51 min.", late, "Work the list", "#more-parts"),
        Work(
            2,
            "Second person wanted",
            "The higher grade stands until you answer.",
            soon,
            "Decide",
            "#parts",
        ),
        Work(0, "Complaints waiting", "Nothing waits here. You are told when that changes."),
    ]


def showcase() -> dict[str, Any]:
    """The context of theme/parts.html."""
    answers = {"when": "31/11/2026", "channel": "101", "queue": "101"}
    late = _clock(timedelta(minutes=-1, seconds=-20), 10 * _MINUTE)
    soon = _clock(timedelta(minutes=3, seconds=12), 18 * _MINUTE)
    return {
        "period": PeriodForm({"from_day": "1/10/2026", "to_day": "31 Oct 2026"}, auto_id="period-%s"),
        "form": _Form(answers, auto_id="more-%s"),
        "sides": [
            {
                "theme": theme,
                "title": title,
                "banner_name": title,
                "form": _Form(answers, auto_id=f"{theme}-%s"),
            }
            for theme, title in (("light", "Light"), ("low-light", "Low light"))
        ],
        "grades": [(1, "Immediate"), (2, "Priority"), (3, "Scheduled"), (4, "Diary"), (5, "No visit")],
        "clocks": [
            _clock(timedelta(minutes=41, seconds=7), 60 * _MINUTE),
            soon,
            late,
            ClockFace.unknown(),
            ClockFace.paused("caller asked"),
        ],
        "stops": [
            Stop("rang", "14:22:10", "done"),
            Stop("answered", "14:24:06", "done"),
            Stop("unowned", "1:22 ago", "now"),
            Stop("en route", "", "to-come"),
            Stop("at scene", "by 14:43:18", "to-come"),
        ],
        "states": [(name, "repeat victim" if name == "repeat" else "") for name in STATE_WORDS],
        "numbers": [
            {"number": "01164960111", "wait_ms": 671_000, "calls": 1111, "share": 71.1},
            {"number": "01164960888", "wait_ms": 488_000, "calls": 20888, "share": 88.0},
        ],
        "crumbs": [Crumb("Measures", "#more-parts"), Crumb("Answering 101")],
        "shown_tiles": _tiles(),
        "works": _works(late, soon),
        "terms": [
            ("Counts", "101 calls answered by a person, 30.0 s or less after joining the queue"),
            ("Wait", "end to end, all legs"),
        ],
        "views": [View(name, word, "#more-parts") for name, word in VIEW_WORDS.items()],
        "results": shown_results(),
        "page": Paginator(range(180), 20).page(3),
    }
