"""The forms that put a question to the planning engine."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.contact.forms import QueueField, today
from darwin.contact.models import ContactQueue
from darwin.planning.forms.fields import NumberField
from darwin.theme import formats
from darwin.theme.forms import DayField

LONGEST_FORECAST_WEEKS = 52
LONGEST_ROSTER_WEEKS = 4


class QueueForm(forms.Form):
    """A form about one queue."""

    queue = QueueField(label=gettext_lazy("Queue"))

    def __init__(self, data: Any = None, *, queues: Sequence[ContactQueue], **kwargs: Any) -> None:
        super().__init__(data, auto_id="%s", **kwargs)
        self.fields["queue"].offer(queues)  # type: ignore[attr-defined]


class ForecastForm(QueueForm):
    """A forecast of a queue from tomorrow on."""

    weeks = NumberField(
        label=gettext_lazy("Weeks ahead"),
        what=gettext_lazy("The number of weeks"),
        least=1,
        most=LONGEST_FORECAST_WEEKS,
        whole=True,
        initial=8,
    )


class StaffingForm(forms.Form):
    """How many people a stretch of steady traffic needs."""

    calls_per_hour = NumberField(
        label=gettext_lazy("Contacts an hour"),
        what=gettext_lazy("The number of contacts an hour"),
        least=0.1,
        most=20_000,
    )
    aht = NumberField(
        label=gettext_lazy("Handling time, seconds"),
        help_text=gettext_lazy("Talk, hold and what is written after it, on average."),
        what=gettext_lazy("The handling time"),
        least=1,
        most=36_000,
        unit=gettext_lazy("seconds"),
    )
    patience = NumberField(
        label=gettext_lazy("Patience, seconds"),
        help_text=gettext_lazy("How long a caller would wait on average. Left empty: nobody gives up."),
        what=gettext_lazy("The patience"),
        least=1,
        most=86_400,
        unit=gettext_lazy("seconds"),
        required=False,
    )
    target = NumberField(
        label=gettext_lazy("Answered in time, per cent of those offered"),
        what=gettext_lazy("The share answered in time"),
        least=1,
        most=99.9,
        unit="%",
    )
    within = NumberField(
        label=gettext_lazy("In time means within, seconds"),
        what=gettext_lazy("The time to answer"),
        least=0,
        most=3_600,
        unit=gettext_lazy("seconds"),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="%s", **kwargs)

    def asked(self) -> dict[str, float | None]:
        """What was asked, for the job. To be called of a valid form only."""
        return {name: self.cleaned_data[name] for name in self.fields}


class TwinCheckForm(QueueForm):
    """Fit the twin on some weeks, and let it predict the weeks after them."""

    fitted_weeks = NumberField(
        label=gettext_lazy("Fitted on, weeks"),
        what=gettext_lazy("The number of weeks to fit on"),
        least=2,
        most=104,
        whole=True,
        initial=8,
    )
    predicted_weeks = NumberField(
        label=gettext_lazy("Predicted, weeks after them"),
        what=gettext_lazy("The number of weeks to predict"),
        least=1,
        most=8,
        whole=True,
        initial=2,
    )


class RosterForm(QueueForm):
    """A roster from a Monday on."""

    first_day = DayField(
        label=gettext_lazy("From Monday"),
        help_text=gettext_lazy("For example 07/12/2026."),
        error_messages={"required": gettext_lazy("Say from which Monday.")},
    )
    weeks = NumberField(
        label=gettext_lazy("Weeks"),
        what=gettext_lazy("The number of weeks"),
        least=1,
        most=LONGEST_ROSTER_WEEKS,
        whole=True,
        initial=2,
    )
    seconds = NumberField(
        label=gettext_lazy("Search for at most, seconds"),
        help_text=gettext_lazy("It ends sooner where nothing cheaper can be."),
        what=gettext_lazy("The time to search"),
        least=5,
        most=3_600,
        unit=gettext_lazy("seconds"),
        whole=True,
        initial=60,
    )

    def clean_first_day(self) -> date:
        """A Monday that is still to come."""
        day: date = self.cleaned_data["first_day"]
        if day.weekday():
            monday = day - timedelta(days=day.weekday())
            raise forms.ValidationError(
                _("%(day)s is no Monday; the Monday before it is %(monday)s. What you typed is kept.")
                % {"day": formats.day(day), "monday": formats.day(monday)}
            )
        if day <= today():
            raise forms.ValidationError(
                _("%(day)s has begun already. Choose a Monday to come; for changes to a roster that runs, "
                  "re-plan it.") % {"day": formats.day(day)}
            )  # fmt: skip
        return day


def next_monday(after: date) -> date:
    """The first Monday after a day."""
    return after + timedelta(days=7 - after.weekday())
