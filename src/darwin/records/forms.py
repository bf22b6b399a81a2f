"""What people type on the pages of this room. What was typed is kept, whatever is wrong with it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from darwin.deadlines import clock
from darwin.records.births import Birth, NotABirth, read_birth
from darwin.records.models import LinkKind, PhoneKind
from darwin.records.search.asked import LONGEST_QUERY


def this_year() -> int:
    """The year in London."""
    return clock.now().astimezone(clock.LONDON).year


class SearchForm(forms.Form):
    """One box for all that is known, and a date of birth of its own."""

    q = forms.CharField(
        label=_("Name, number, registration mark or address"),
        help_text=_("As it was heard: “desay priya”, “ends 0142”, “LK19”, “12 narborough road”."),
        required=False,
        max_length=LONGEST_QUERY,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": _("300 characters at most. What you typed is kept.")},
    )
    born = forms.CharField(
        label=_("Date of birth"),
        help_text=_("Or as much as is known: 3/1984, 1984."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed, auto_id="%s")

    def clean_born(self) -> Birth:
        try:
            return read_birth(self.cleaned_data["born"], this_year())
        except NotABirth as fault:
            raise forms.ValidationError(str(fault)) from None


class ReasonForm(forms.Form):
    """Why a restricted record is opened, or why something is done."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": _("Say why. It is recorded beside your name."),
            "max_length": _("500 characters at most. What you typed is kept."),
        },
    )

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed, auto_id="%s")


class MarkNumberForm(ReasonForm):
    """What a number is."""

    kind = forms.ChoiceField(label=_("This number is"), choices=PhoneKind.choices)
    field_order = ["kind", "reason"]


class LinkNumberForm(ReasonForm):
    """Why a number is treated with care."""

    link = forms.ChoiceField(label=_("It is linked to"), choices=LinkKind.choices)
    field_order = ["link", "reason"]


class AccessForm(ReasonForm):
    """To whom a pack goes, on which request, and in which form."""

    recipient = forms.CharField(
        label=_("To whom it goes"),
        max_length=200,
        error_messages={"required": _("Say to whom the pack goes.")},
    )
    form = forms.ChoiceField(
        label=_("As"), choices=(("pdf", _("a document (PDF)")), ("json", _("data (JSON)"))), initial="pdf"
    )
    field_order = ["recipient", "reason", "form"]


class HoldForm(ReasonForm):
    """For which case a record is held."""

    basis = forms.CharField(
        label=_("Case, or law"),
        max_length=120,
        error_messages={"required": _("Say for which case or under which law the record is held.")},
    )
    field_order = ["basis", "reason"]
