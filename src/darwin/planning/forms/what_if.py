"""The form of a what-if: up to six scenarios beside today, each a set of levers."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.contact.models import ContactQueue
from darwin.planning.forms.asking import QueueForm
from darwin.planning.forms.fields import NumberField
from darwin.theme.parts import Fault

MOST_SCENARIOS = 6
HOURS: list[tuple[str, str]] = [(str(hour), f"{hour:02d}:00") for hour in range(24)]
SHIFTS = (
    ("", gettext_lazy("as today")),
    ("fitted", gettext_lazy("the same paid hours, put where the forecast needs them")),
    ("earlier", gettext_lazy("every shift an hour earlier")),
    ("later", gettext_lazy("every shift an hour later")),
)
PRIORITIES = (
    ("", gettext_lazy("as today")),
    ("repeat", gettext_lazy("those who gave up before first")),
    ("urgency", gettext_lazy("the most urgent first, whatever a handler takes by habit")),
    ("ageing", gettext_lazy("the longer the wait, the higher the priority")),
)


class WhatIfForm(QueueForm):
    """What all scenarios share."""

    title = forms.CharField(
        label=gettext_lazy("Name of this what-if"),
        max_length=100,
        error_messages={
            "required": gettext_lazy("Give the what-if a name, so that you find it again."),
            "max_length": gettext_lazy("A name has 100 characters at most. What you typed is kept."),
        },
    )
    weeks = NumberField(
        label=gettext_lazy("Fitted on the last, weeks"),
        what=gettext_lazy("The number of weeks to fit on"),
        least=2,
        most=104,
        whole=True,
        initial=8,
    )


class ScenarioForm(forms.Form):
    """One scenario: its name and its levers; a lever left empty stays as today."""

    PEOPLE: ClassVar = ("people", "people_from", "people_to")
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        required=False,
        error_messages={
            "max_length": gettext_lazy("A name has 60 characters at most. What you typed is kept.")
        },
    )
    people = NumberField(
        label=gettext_lazy("People more (or fewer, with a minus)"),
        what=gettext_lazy("The number of people"),
        least=-100,
        most=100,
        whole=True,
        required=False,
    )
    people_from = forms.ChoiceField(label=gettext_lazy("From"), choices=HOURS, initial="0")
    people_to = forms.ChoiceField(label=gettext_lazy("To"), choices=HOURS, initial="0")
    shifts = forms.ChoiceField(label=gettext_lazy("Shifts"), choices=SHIFTS, required=False)
    call_back_after = NumberField(
        label=gettext_lazy("Offer a call-back to who would wait, seconds"),
        what=gettext_lazy("The wait before a call-back is offered"),
        least=0,
        most=3_600,
        unit=gettext_lazy("seconds"),
        required=False,
    )
    call_back_taken = NumberField(
        label=gettext_lazy("Who takes it, %"),
        what=gettext_lazy("The share that takes a call-back"),
        least=0,
        most=100,
        unit="%",
        required=False,
        initial=40,
    )
    online = NumberField(
        label=gettext_lazy("Callers moved online, %"),
        what=gettext_lazy("The share moved online"),
        least=0,
        most=90,
        unit="%",
        required=False,
    )
    online_minutes = NumberField(
        label=gettext_lazy("Minutes that a report online takes"),
        what=gettext_lazy("The time that a report online takes"),
        least=0,
        most=120,
        unit=gettext_lazy("minutes"),
        required=False,
        initial=6,
    )
    skilled = NumberField(
        label=gettext_lazy("Handlers of this queue who also take the other, %"),
        what=gettext_lazy("The share with the new skill"),
        least=0,
        most=100,
        unit="%",
        required=False,
    )
    skilled_queue = forms.ChoiceField(label=gettext_lazy("The other queue"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("Priority rule"), choices=PRIORITIES, required=False)

    def __init__(
        self, data: Any = None, *, number: int, queues: Sequence[ContactQueue], **kwargs: Any
    ) -> None:
        self.number = number
        super().__init__(data, prefix=f"s{number}", auto_id="%s", **kwargs)
        others = [("", _("none")), *((queue.slug, queue.label) for queue in queues)]
        self.fields["skilled_queue"].choices = others  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.error_messages.setdefault("invalid_choice", _("Choose one of the list."))

    def clean(self) -> dict[str, Any]:
        """A scenario changes something, and a new skill says which."""
        cleaned = self.cleaned_data
        if cleaned.get("skilled") and not cleaned.get("skilled_queue"):
            self.add_error("skilled_queue", _("Say which other queue they also take."))
        if not self.errors and not self.levers():
            self.add_error(
                "people", _("This scenario changes nothing. Move a lever, or take the scenario away.")
            )
        return cleaned

    def levers(self) -> dict[str, Any]:
        """The levers that were moved, by name, for the job."""
        cleaned, found = self.cleaned_data, {}
        if cleaned.get("people"):
            found["people"] = {
                "more": cleaned["people"],
                "from": int(cleaned["people_from"]),
                "to": int(cleaned["people_to"]),
            }
        if cleaned.get("shifts"):
            found["shifts"] = cleaned["shifts"]
        if cleaned.get("call_back_after") is not None:
            taken = cleaned.get("call_back_taken")
            found["call_back"] = {
                "after_s": cleaned["call_back_after"],
                "taken": (40 if taken is None else taken) / 100,
            }
        if cleaned.get("online"):
            minutes = cleaned.get("online_minutes")
            found["online"] = {
                "share": cleaned["online"] / 100,
                "minutes": 6 if minutes is None else minutes,
            }
        if cleaned.get("skilled") and cleaned.get("skilled_queue"):
            found["skill"] = {"share": cleaned["skilled"] / 100, "queue": cleaned["skilled_queue"]}
        if cleaned.get("priority"):
            found["priority"] = cleaned["priority"]
        return found

    def asked(self) -> dict[str, Any]:
        """The scenario for the job. To be called of a valid form only."""
        name = self.cleaned_data.get("name") or _("Scenario %(n)s") % {"n": self.number}
        return {"name": name, "levers": self.levers()}

    def faults(self) -> list[Fault]:
        """What was wrong, each line with its scenario."""
        return [
            Fault(
                _("Scenario %(n)s: %(fault)s") % {"n": self.number, "fault": error},
                self[name].id_for_label if name in self.fields else "",
            )
            for name, errors in self.errors.items()
            for error in errors
        ]
