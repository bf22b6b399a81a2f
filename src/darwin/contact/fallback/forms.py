"""Keying in a form that was taken on paper. Only its number and the time of the call are needed: the number
so that no form is keyed twice, the time because the figures count the call where it happened."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.deadlines import clock
from darwin.reference.queries import codes

NO_CHOICE = [("", gettext_lazy("not said"))]
WITHHELD_WORD = "withheld"


def _line(label: Any, hint: Any = "", *, required: bool = False, size: int = 200) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, max_length=size)


class PaperFormForm(forms.Form):
    """What stands on the paper, in its own order."""

    form_number = _line(
        gettext_lazy("Number of the form"),
        gettext_lazy("As printed on it. Needed: no form is keyed in twice."),
        required=True,
        size=40,
    )
    came_at = _line(
        gettext_lazy("Rang at"),
        gettext_lazy("22/11/2026 14:05, or 14:05 for today. Needed: the call counts where it happened."),
        required=True,
    )
    taken_by = _line(gettext_lazy("Taken by"), gettext_lazy("Name and force number on the form."), size=120)
    channel = forms.ChoiceField(label=gettext_lazy("How it came"), required=False)
    number = _line(gettext_lazy("Number"), gettext_lazy("“withheld”, or empty if it was not written down."))
    location = _line(gettext_lazy("Where"), size=500)
    caller_role = forms.ChoiceField(label=gettext_lazy("The caller is"), required=False)
    access_needs = _line(gettext_lazy("Language, interpreter, other help needed"), size=500)
    narrative = forms.CharField(
        label=gettext_lazy("What the caller said, and what dispatch was told"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 9}),
    )
    disposition = forms.ChoiceField(label=gettext_lazy("What became of it"), required=False)
    promise_by = _line(gettext_lazy("Promised to ring back by"), gettext_lazy("It may have passed already."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at = clock.now()
        spoken = [entry for entry in codes("contact_channel", at) if entry.attributes["spoken"]]
        self._offer("channel", [(entry.code, str(entry)) for entry in spoken])
        self._offer("caller_role", [(entry.code, str(entry)) for entry in codes("caller_role", at)])
        self._offer("disposition", [(entry.code, str(entry)) for entry in codes("contact_disposition", at)])
        self.fields["channel"].initial = "PHONE_101"
        self.fields["form_number"].error_messages["required"] = _("Write the number that is printed on it.")
        self.fields["came_at"].error_messages["required"] = _("Write when the call came, as on the form.")

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*NO_CHOICE, *choices]

    @property
    def words(self) -> dict[str, str]:
        """For taking.words.entry_of: what was typed, without what only paper has."""
        own = ("form_number", "taken_by", "promise_by")
        typed = {name: value for name, value in self.cleaned_data.items() if name not in own}
        return typed | {"number": self.caller or ""}

    @property
    def caller(self) -> str | None:
        """The number for a contact: "" is withheld, None not written down."""
        written = str(self.cleaned_data["number"]).strip()
        return "" if written.casefold() == WITHHELD_WORD else written or None
