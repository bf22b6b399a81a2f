"""Numbers typed into a form: each fault has its own sentence, and what was typed stays."""

import math
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from darwin.theme.formats import Words


class NumberField(forms.CharField):
    """A number from `least` to `most`, typed as text: “90”, “7.5”, “1,200”. None where nothing was typed.

    what: what it is, as the beginning of the sentences about it ("The handling time"). unit: after the number
    in them ("seconds", "%"). whole: no part of one.
    """

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"})

    def __init__(
        self, *, what: Words, least: float, most: float, unit: Words = "", whole: bool = False, **kwargs: Any
    ) -> None:
        self.what, self.least, self.most, self.unit, self.whole = what, least, most, unit, whole
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The number. Raises ValidationError with a sentence."""
        text = str(value if value is not None else "").strip().removesuffix("%").replace(",", "").strip()
        if not text:
            if self.required:
                raise forms.ValidationError(_("%(what)s is missing.") % {"what": self.what})
            return None
        try:
            number = float(text)
        except ValueError:
            raise forms.ValidationError(
                _("%(what)s is “%(text)s”, which is not a number. What you typed is kept.")
                % {"what": self.what, "text": str(value)[:40]}
            ) from None
        if not math.isfinite(number) or not self.least <= number <= self.most:
            raise forms.ValidationError(
                _("%(what)s lies from %(least)s to %(most)s. What you typed is kept.")
                % {"what": self.what, "least": self._written(self.least), "most": self._written(self.most)}
            )
        if self.whole and not number.is_integer():
            raise forms.ValidationError(
                _("%(what)s is a whole number. What you typed is kept.") % {"what": self.what}
            )
        return int(number) if self.whole else number

    def validate(self, value: Any) -> None:
        """Everything was looked at already."""

    def run_validators(self, value: Any) -> None:
        """A number has no length."""

    def _written(self, number: float) -> str:
        shown = f"{number:,.0f}" if float(number).is_integer() else f"{number:g}"
        unit = str(self.unit)
        return shown if not unit else f"{shown}{unit}" if unit == "%" else f"{shown} {unit}"
