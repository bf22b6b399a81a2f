"""What is asked of whoever rings somebody back, and of the supervisor who decides whether it is safe."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.outbound.services.overrides import DO_NOT_RING
from darwin.outbound.thresholds import results
from darwin.outbound.wording import CONDITION_WORDS


class CallBackResultForm(forms.Form):
    """What came of ringing somebody back."""

    result = forms.ChoiceField(label=gettext_lazy("What came of it"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Note, if there is something the next person must know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        result = self.fields["result"]
        assert isinstance(result, forms.ChoiceField)
        result.choices = [
            (code, str(value)) for code, value in results(at).items() if value.attributes["chosen"]
        ]
        result.error_messages["required"] = _("Choose what came of it. The number is still yours.")


class NotSafeReasonForm(forms.Form):
    """Why a number that is not safe to ring is opened."""

    reason = forms.CharField(
        label=gettext_lazy("Why you open it"),
        max_length=500,
        help_text=gettext_lazy("Kept with the reading, for the next supervisor and for audit."),
        error_messages={"required": gettext_lazy("Say why. It opens with a reason only.")},
    )


class NotSafeDecisionForm(forms.Form):
    """Ring once in this way, or do not ring and look again."""

    RING, LEAVE = "ring", "leave"
    choice = forms.ChoiceField(
        label=gettext_lazy("Decide"),
        choices=[
            (LEAVE, gettext_lazy("Do not ring. Look again later")),
            (RING, gettext_lazy("I ring now, once, in this way")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one. Nothing was decided.")},
    )
    look_again = forms.ChoiceField(
        label=gettext_lazy("Look again in"),
        choices=[
            ("1", gettext_lazy("1 hour")),
            ("4", gettext_lazy("4 hours")),
            ("12", gettext_lazy("12 hours")),
        ],
        initial="4",
        required=False,
    )
    conditions = forms.MultipleChoiceField(
        label=gettext_lazy("How it is rung"),
        choices=[(code.value, words) for code, words in CONDITION_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[code.value for code in CONDITION_WORDS],
        required=False,
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    @property
    def rings(self) -> bool:
        return bool(self.cleaned_data["choice"] == self.RING)

    @property
    def method(self) -> list[str] | str:
        """For outbound.services.overrides.decide_unsafe."""
        return list(self.cleaned_data["conditions"]) if self.rings else DO_NOT_RING

    @property
    def until(self) -> datetime | None:
        """When it is looked at again; None leaves the time to ring to the force's own."""
        return None if self.rings else self._at + timedelta(hours=int(self.cleaned_data["look_again"] or 4))
