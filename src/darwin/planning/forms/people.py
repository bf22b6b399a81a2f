"""Forms about those who can be rostered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from darwin.planning.forms.asking import QueueForm
from darwin.planning.forms.fields import NumberField
from darwin.planning.models import AbsenceKind, PlannedPerson, RuleSet
from darwin.theme.forms import DayField


class TakeInForm(QueueForm):
    """Take in every contact handler who has an account and is not down for the queue yet."""


class PersonForm(forms.Form):
    """A person's contract, as far as a roster has to know it."""

    hours_a_week = NumberField(
        label=gettext_lazy("Hours a week"), what=gettext_lazy("The hours a week"), least=1, most=48
    )
    rule_set = forms.ChoiceField(label=gettext_lazy("Hours by"), choices=RuleSet.choices)
    nights = forms.BooleanField(label=gettext_lazy("May be given nights"), required=False)
    ended = forms.BooleanField(label=gettext_lazy("Is given no shifts any more"), required=False)

    def __init__(self, data: Any = None, *, person: PlannedPerson) -> None:
        initial = {
            "hours_a_week": f"{person.hours_a_week:g}",
            "rule_set": person.rule_set,
            "nights": person.nights,
            "ended": person.ended_at is not None,
        }
        super().__init__(data, auto_id="%s", initial=initial)


class AwayForm(forms.Form):
    """A person is away from one day to another, both included."""

    kind = forms.ChoiceField(label=gettext_lazy("Why"), choices=AbsenceKind.choices)
    first_day = DayField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("For example 07/12/2026."),
        error_messages={"required": gettext_lazy("Say from which day.")},
    )
    last_day = DayField(
        label=gettext_lazy("To, that day included"),
        error_messages={"required": gettext_lazy("Say up to which day.")},
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="%s", **kwargs)
