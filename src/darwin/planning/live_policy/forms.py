"""Proposing a policy, and deciding about one. What was typed stays, whatever is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.deadlines.clock import LONDON
from darwin.planning.live_policy.wording import TYPE_WORDS, WHOLE_WORDS, type_words
from darwin.planning.models import Run
from darwin.reference.services.policies import LONGEST_LOT_DAYS
from darwin.science.policy import Policy
from darwin.science.policy_data import PolicyUnreadable, policy_of_data
from darwin.theme.forms import DayField

_NO_NUMBER = gettext_lazy("This is no number. What you typed is kept.")
_BELOW_NOUGHT = gettext_lazy("This cannot be below 0. What you typed is kept.")
_MAY_BE_BELOW_NOUGHT = frozenset({"vulnerable_ahead", "repeat_ahead", "callback_ahead"})
_WHOLE = frozenset({"reserve", "callback_slots"})


@dataclass(frozen=True, slots=True)
class TypeFields:
    """The fields of one type of contact."""

    name: str
    fields: list[BoundField]


class ProposalForm(forms.Form):
    """The policy that holds, to be changed; a name and a reason; when it begins."""

    name = forms.CharField(
        max_length=120,
        label=gettext_lazy("What to call it"),
        error_messages={"required": gettext_lazy("Give it a name that tells it from the others.")},
    )
    reason = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "What it is to better, and what shows that it will. Whoever decides reads it."
        ),
        error_messages={"required": gettext_lazy("Say why. The person who decides reads it.")},
    )
    what_if = forms.ChoiceField(
        required=False,
        label=gettext_lazy("The what-if that it rests on"),
        help_text=gettext_lazy("What it showed is kept with the proposal"),
    )
    starts_on = DayField(
        required=False,
        label=gettext_lazy("Begins on"),
        help_text=gettext_lazy("Empty: as soon as it is decided"),
    )
    starts_at = forms.TimeField(
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H%M", "%H"],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        label=gettext_lazy("At, London time"),
        error_messages={
            "invalid": gettext_lazy("This is no time of day. Write it as 08:30. What you typed is kept.")
        },
    )
    days_by_lot = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST_LOT_DAYS,
        label=gettext_lazy("Days on which a lot decides"),
        help_text=gettext_lazy(
            "0: it holds every day. Otherwise a lot gives it half of so many days, so that its effect can be "
            "told from the weather; then the policy before holds again."
        ),
        error_messages={"invalid": _NO_NUMBER},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        held: Policy,
        now: datetime,
        runs: Iterable[Run] = (),
        chosen: str = "",
    ) -> None:
        self._held, self._now = held, now
        super().__init__(data, initial={"days_by_lot": 0, "what_if": chosen})
        named = [(str(run.id), run.title) for run in runs]
        cast(forms.ChoiceField, self.fields["what_if"]).choices = [("", _("None")), *named]
        for place, rule in enumerate(held.types):
            for key, word in TYPE_WORDS.items():
                self.fields[f"type-{place}-{key}"] = _field(
                    key, getattr(rule, key), f"{type_words(rule.name)}: {word}"
                )
        for key, word in WHOLE_WORDS.items():
            self.fields[f"whole-{key}"] = _field(key, getattr(held, key), str(word))

    def types(self) -> Iterator[TypeFields]:
        """The fields of each type, in the policy's order."""
        for place, rule in enumerate(self._held.types):
            yield TypeFields(type_words(rule.name), [self[f"type-{place}-{key}"] for key in TYPE_WORDS])

    def whole(self) -> list[BoundField]:
        """The fields of the whole policy."""
        return [self[f"whole-{key}"] for key in WHOLE_WORDS]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        day, hour = self.cleaned_data["starts_on"], self.cleaned_data["starts_at"]
        if hour is not None and day is None:
            self.add_error("starts_on", _("Say on which day, too. What you typed is kept."))
        elif day is not None and self.starts() < self._now:
            self.add_error("starts_on", _("That moment is past. What you typed is kept."))
        try:
            policy_of_data(self.parameters())
        except PolicyUnreadable as fault:
            self.add_error(None, str(fault))
        return cleaned

    def starts(self) -> datetime:
        """When it is to begin; now, where no day was given."""
        day = self.cleaned_data["starts_on"]
        if day is None:
            return self._now
        return datetime.combine(day, self.cleaned_data["starts_at"] or time(), LONDON)

    def parameters(self) -> dict[str, Any]:
        """The policy as data. Of a form without faults only."""
        data = self._held.as_dict()
        for place in range(len(self._held.types)):
            for key in TYPE_WORDS:
                data["types"][place][key] = self.cleaned_data[f"type-{place}-{key}"]
        for key in WHOLE_WORDS:
            data[key] = self.cleaned_data[f"whole-{key}"]
        return policy_of_data(data).as_dict()


def _field(key: str, value: Any, word: str) -> forms.Field:
    if isinstance(value, bool):
        return forms.BooleanField(required=False, initial=value, label=word)
    kind = forms.IntegerField if key in _WHOLE else forms.FloatField
    least = None if key in _MAY_BE_BELOW_NOUGHT else 0
    return kind(
        min_value=least,
        initial=f"{value:g}",
        label=word,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
        error_messages={"invalid": _NO_NUMBER, "required": _NO_NUMBER, "min_value": _BELOW_NOUGHT},
    )


class DecisionForm(forms.Form):
    """Why it is switched on, or refused."""

    decision = forms.CharField(
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Why you decide so"),
    )
