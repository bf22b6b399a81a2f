"""What is typed about reaching somebody safely. Nothing is ticked beforehand: not asked is an answer."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.deadlines import clock
from darwin.deadlines.clock import LONDON
from darwin.outbound import thresholds
from darwin.outbound.channels import channels_of
from darwin.outbound.judging import Answer
from darwin.outbound.models import IdentifiedHow, PointKind
from darwin.outbound.permissions import REACH_OUT
from darwin.outbound.services.overrides import DO_NOT_RING
from darwin.outbound.wording import CONDITION_WORDS
from darwin.staff.models import Account

ANSWERS = [
    (Answer.ALLOWED.value, gettext_lazy("Safe")),
    (Answer.NOT_ALLOWED.value, gettext_lazy("Not safe")),
    (Answer.NOT_ASKED.value, gettext_lazy("Not asked")),
]
DAYS = [
    ("0", gettext_lazy("Mon")),
    ("1", gettext_lazy("Tue")),
    ("2", gettext_lazy("Wed")),
    ("3", gettext_lazy("Thu")),
    ("4", gettext_lazy("Fri")),
    ("5", gettext_lazy("Sat")),
    ("6", gettext_lazy("Sun")),
]
IDENTIFIED = [
    (IdentifiedHow.NOT.value, gettext_lazy("Not identified")),
    (IdentifiedHow.QUESTIONS.value, gettext_lazy("Answered security questions")),
    (IdentifiedHow.IN_PERSON.value, gettext_lazy("Seen in person")),
    (IdentifiedHow.PARTNER.value, gettext_lazy("Vouched for by a partner agency")),
]
CONDITIONS = [(condition.value, words) for condition, words in CONDITION_WORDS.items()]
KINDS = [
    (PointKind.TELEPHONE.value, gettext_lazy("Telephone number")),
    (PointKind.EMAIL.value, gettext_lazy("E-mail address")),
    (PointKind.POSTAL.value, gettext_lazy("Postal address")),
]


class HourField(forms.TimeField):
    """A time of day typed as 8, 8:30, 08.30 or 0830."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%H:%M", "%H.%M", "%H%M", "%H"],
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={
                "invalid": gettext_lazy("This is no time of day. Write it as 08:30. What you typed is kept.")
            },
            **kwargs,
        )


class PointForm(forms.Form):
    """Which number or address."""

    kind = forms.ChoiceField(
        choices=KINDS, initial=PointKind.TELEPHONE.value, label=gettext_lazy("Number or address: which")
    )
    number = forms.CharField(
        max_length=400,
        label=gettext_lazy("Number or address"),
        error_messages={"required": gettext_lazy("Type a number or an address: nothing is looked up yet.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SafeContactForm(forms.Form):
    """One person's answer about one number or address; a question for each channel that leads there."""

    person = forms.UUIDField(required=False, widget=forms.HiddenInput)
    conditions = forms.MultipleChoiceField(
        required=False,
        choices=CONDITIONS,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("If we ring"),
    )
    days = forms.MultipleChoiceField(
        required=False,
        choices=DAYS,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Safe days; none ticked is any day"),
    )
    hour_from = HourField(required=False, label=gettext_lazy("Safe from, London time"))
    hour_to = HourField(required=False, label=gettext_lazy("Safe until"))
    words = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("Words agreed"),
        help_text=gettext_lazy("What to say, or who to say we are, if somebody else answers"),
    )
    identified_how = forms.ChoiceField(
        required=False, choices=IDENTIFIED, label=gettext_lazy("How you know who this is")
    )

    def __init__(self, kind: PointKind, *args: Any, **kwargs: Any) -> None:
        # One page shows several of them: their identifiers must differ.
        kwargs.setdefault("auto_id", "safe-%s")
        super().__init__(*args, **kwargs)
        self.channels = channels_of(kind)
        asked = {
            f"answer_{channel.code}": forms.ChoiceField(
                choices=ANSWERS,
                initial=Answer.NOT_ASKED.value,
                required=False,
                widget=forms.RadioSelect,
                label=str(channel.label),
            )
            for channel in self.channels
        }
        self.fields = {**asked, **self.fields}
        if kind is not PointKind.TELEPHONE:
            del self.fields["conditions"]

    def clean(self) -> dict[str, Any]:
        """Hours come in pairs."""
        cleaned: dict[str, Any] = super().clean() or {}
        starts, ends = cleaned.get("hour_from"), cleaned.get("hour_to")
        if (starts is None) != (ends is None) and not {"hour_from", "hour_to"} & set(self.errors):
            self.add_error(
                "hour_to" if ends is None else "hour_from",
                _("Give both hours, from and until, or neither for the whole day. What you typed is kept."),
            )
        return cleaned

    def said(self) -> dict[str, Any]:
        """What the form says, as the service takes it. To be asked of a valid form only."""
        cleaned = self.cleaned_data
        answers = {channel.code: cleaned[f"answer_{channel.code}"] for channel in self.channels}
        return {
            "allowed": [code for code, answer in answers.items() if answer == Answer.ALLOWED],
            "not_allowed": [code for code, answer in answers.items() if answer == Answer.NOT_ALLOWED],
            "conditions": cleaned.get("conditions", []),
            "windows": self._windows(cleaned),
            "words": cleaned["words"],
            "identified_how": cleaned["identified_how"],
            "person": cleaned["person"],
        }

    @staticmethod
    def _windows(cleaned: Mapping[str, Any]) -> list[dict[str, Any]]:
        days, starts, ends = cleaned["days"], cleaned["hour_from"], cleaned["hour_to"]
        if not days and starts is None:
            return []
        return [
            {
                "days": [int(day) for day in days] or [*range(7)],
                "from": f"{starts or time():%H:%M}",
                "to": f"{ends or time():%H:%M}",
            }
        ]


class SecondPersonForm(forms.Form):
    """Why a second person stands for an answer, or does not."""

    reason = forms.CharField(
        max_length=500,
        label=gettext_lazy("Why"),
        error_messages={"required": gettext_lazy("Say why: it is kept with your name.")},
    )


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of colleagues by the name that they go by."""

    def label_from_instance(self, obj: Account) -> str:
        return obj.display_name


class OverrideForm(forms.Form):
    """A supervisor's decision about a number that is not safe."""

    method = forms.ChoiceField(
        choices=[
            ("ring", gettext_lazy("Let one person ring it once, under these conditions")),
            (DO_NOT_RING, gettext_lazy("Do not ring; look again later")),
        ],
        widget=forms.RadioSelect,
        label=gettext_lazy("What is to be done"),
        error_messages={"required": gettext_lazy("Choose one. Until then nobody rings.")},
    )
    conditions = forms.MultipleChoiceField(
        required=False,
        choices=CONDITIONS,
        initial=[code for code, _words in CONDITIONS],
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("How it is rung"),
    )
    rung_by = PersonField(
        Account.objects.none(),
        required=False,
        empty_label=gettext_lazy("I ring it myself"),
        label=gettext_lazy("Who rings"),
    )
    until = HourField(
        required=False,
        label=gettext_lazy("Until, or when to look again"),
        help_text=gettext_lazy("A time within the next 24 hours; leave it empty for the usual time to ring"),
    )
    reason = forms.CharField(
        max_length=500,
        label=gettext_lazy("Why"),
        error_messages={"required": gettext_lazy("Say why: the next supervisor has to understand it.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ringer = self.fields["rung_by"]
        assert isinstance(ringer, forms.ModelChoiceField)
        ringer.queryset = (
            Account.objects.filter(is_active=True, holdings__role__in=REACH_OUT.roles)
            .distinct()
            .order_by("display_name")
        )

    def decided(self) -> dict[str, Any]:
        """The decision, as the service takes it. To be asked of a valid form only."""
        cleaned = self.cleaned_data
        ringer: Account | None = cleaned["rung_by"]
        ring = cleaned["method"] != DO_NOT_RING
        by: UUID | None = ringer.id if ringer and ring else None
        return {
            "method": cleaned["conditions"] if ring else DO_NOT_RING,
            "rung_by": by,
            "until": next_time(cleaned["until"]),
            "reason": cleaned["reason"],
        }


class FinishForm(forms.Form):
    """What came of an attempt."""

    result = forms.ChoiceField(
        label=gettext_lazy("What came of it"),
        error_messages={
            "required": gettext_lazy(
                "Say what came of it: choose one of the results. The number is still yours."
            )
        },
    )
    note = forms.CharField(required=False, max_length=2000, label=gettext_lazy("Note"))

    def __init__(self, at: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        result = self.fields["result"]
        assert isinstance(result, forms.ChoiceField)
        result.choices = [("", _("Choose"))] + [
            (code, str(value))
            for code, value in thresholds.results(at).items()
            if value.attributes.get("chosen")
        ]


def next_time(hour: time | None) -> datetime | None:
    """The next moment at which London's clocks show this time; None for none."""
    if hour is None:
        return None
    now = clock.now().astimezone(LONDON)
    found = datetime.combine(now.date(), hour, LONDON)
    if found <= now:
        found = datetime.combine(now.date() + timedelta(days=1), hour, LONDON)
    return found
