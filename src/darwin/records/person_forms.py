"""What people type when they record somebody, correct what is recorded, and add to it.

What was typed is kept, whatever is wrong with it. A choice from a list is asked of reference data when the
form is made, in the reader's language.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from darwin.deadlines import clock
from darwin.records.births import Birth, NotABirth, read_birth
from darwin.records.forms import ReasonForm, this_year
from darwin.records.models import Person, Sex
from darwin.records.shown import birth_typed, labels
from darwin.theme.forms import DayField, midnight

TOO_LONG = gettext_lazy("%(limit_value)s characters at most. What you typed is kept.")


def words(label: Any, most: int, *, hint: Any = "", lines: int = 0, needed: Any = "") -> forms.CharField:
    """A field for words. lines: how many are seen at once, 0 for one. needed: what is said if it is empty."""
    attributes: dict[str, Any] = {"autocomplete": "off"}
    widget = forms.Textarea(attrs=attributes | {"rows": lines}) if lines else forms.TextInput(attributes)
    return forms.CharField(
        label=label,
        help_text=hint,
        required=bool(needed),
        max_length=most,
        widget=widget,
        error_messages={"max_length": TOO_LONG, "required": needed},
    )


def choice(label: Any, list_code: str, *, none: Any = "") -> forms.ChoiceField:
    """One code of a list. none: what "no choice" is called, where it can be left open."""
    open_choice = [("", str(none))] if none else []
    return forms.ChoiceField(
        label=label,
        required=not none,
        choices=[*open_choice, *labels(list_code).items()],
        error_messages={
            "required": _("Choose one of the list."),
            "invalid_choice": _("Choose one of the list."),
        },
    )


class PersonFields(forms.Form):
    """Who somebody is: the fields that are recorded and corrected alike."""

    given_name = words(gettext_lazy("Given name"), 120)
    middle_names = words(gettext_lazy("Middle names"), 160)
    family_name = words(gettext_lazy("Family name"), 160)
    title = words(gettext_lazy("Title"), 40)
    born = words(
        gettext_lazy("Date of birth"),
        40,
        hint=gettext_lazy("Like 7/3/1984, or as much as is known: 3/1984, 1984."),
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=(), required=False)
    identity_note = words(
        gettext_lazy("To tell them from others"),
        1000,
        hint=gettext_lazy("What sets them apart from somebody of the same name."),
        lines=2,
    )

    def __init__(self, typed: Any = None, **kwargs: Any) -> None:
        super().__init__(typed, auto_id="%s", **kwargs)
        sex = self.fields["sex"]
        assert isinstance(sex, forms.ChoiceField)
        sex.choices = list(reversed(Sex.choices))
        self.fields["language"] = choice(_("Language"), "language", none=_("Not known"))

    def clean_born(self) -> Birth:
        try:
            return read_birth(self.cleaned_data["born"], this_year())
        except NotABirth as fault:
            raise forms.ValidationError(str(fault)) from None

    def who(self) -> dict[str, Any]:
        """What a service takes of it, without the date of birth. To be asked of a valid form only."""
        names = ("given_name", "middle_names", "family_name", "title")
        one_line = {name: " ".join(self.cleaned_data[name].split()) for name in names}
        rest = {name: _plain(self.cleaned_data[name]) for name in ("sex", "language", "identity_note")}
        return one_line | rest


class NewPersonForm(PersonFields):
    """A person who is not recorded yet, and what was heard with the name."""

    number = words(
        gettext_lazy("Telephone number"), 40, hint=gettext_lazy("A number that they use themselves.")
    )
    street_number = words(gettext_lazy("House number"), 20)
    building = words(gettext_lazy("House name, or flat and building"), 120)
    street = words(gettext_lazy("Street"), 120)
    town = words(gettext_lazy("Town"), 80)
    postcode = words(gettext_lazy("Postcode"), 8)
    vrm = words(gettext_lazy("Registration mark"), 15, hint=gettext_lazy("Of a vehicle that they keep."))
    source = words(gettext_lazy("Where this is known from"), 120)

    def address(self) -> dict[str, Any]:
        """The parts of the address, empty where not typed."""
        parts = ("building", "street_number", "street", "town", "postcode")
        return {name: " ".join(self.cleaned_data[name].split()) for name in parts}


class CorrectForm(PersonFields):
    """What is recorded of a person, to be corrected.

    Each value that was shown comes back beside it, so that a correction never takes back one that somebody
    else made meanwhile.
    """

    reason = words(
        gettext_lazy("Why"),
        500,
        hint=gettext_lazy("How it is known that the earlier value was wrong, or has changed."),
        lines=2,
        needed=gettext_lazy("Say why. It is recorded beside your name."),
    )

    def __init__(self, person: Person, typed: Any = None) -> None:
        self.recorded = shown_of(person)
        super().__init__(typed, initial=self.recorded)
        for name, value in self.recorded.items():
            self.fields[f"seen_{name}"] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=value
            )
        self.fields["reason"] = self.fields.pop("reason")

    def values(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is to hold, and what was shown, as the service names them. To be asked of a valid form only.

        A date of birth whose text was left as it was shown stays as it is recorded.
        """
        seen = {name: self._seen(name) for name in self.recorded}
        born = seen.pop("born")
        typed = {name: value for name, value in self.who().items() if _plain(value) != _plain(seen[name])}
        if _plain(self["born"].value()) != _plain(born):
            typed |= _parts(self.cleaned_data["born"])
        return typed, seen | _parts_of(born)

    def _seen(self, name: str) -> str:
        """What the form showed; as it is recorded, where only the browser's line ends are different."""
        shown: str = self.cleaned_data[f"seen_{name}"]
        recorded = self.recorded[name]
        return recorded if _plain(shown) == _plain(recorded) else shown


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _parts_of(text: str) -> dict[str, Any]:
    try:
        return _parts(read_birth(text, this_year()))
    except NotABirth:
        return {}


def shown_of(person: Person) -> dict[str, str]:
    """The values of a person as the form shows them."""
    shown = {
        name: getattr(person, name)
        for name in ("given_name", "middle_names", "family_name", "title", "sex", "language", "identity_note")
    }
    return shown | {"born": birth_typed(Birth(person.birth_year, person.birth_month, person.birth_day))}


def _parts(birth: Birth) -> dict[str, Any]:
    return {"birth_year": birth.year, "birth_month": birth.month, "birth_day": birth.day}


class AddForm(forms.Form):
    """Something that is added to a record."""

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed, auto_id="%s")


class AliasForm(AddForm):
    """Another name."""

    given_name = words(gettext_lazy("Given name"), 120)
    middle_names = words(gettext_lazy("Middle names"), 160)
    family_name = words(gettext_lazy("Family name"), 160)
    source = words(gettext_lazy("Where this is known from"), 120)

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed)
        self.fields = {"kind": choice(_("What it is"), "alias_kind"), **self.fields}


class SinceForm(AddForm):
    """Something that holds from a day on."""

    since = DayField(
        label=gettext_lazy("Since"), required=False, help_text=gettext_lazy("Empty: from now on.")
    )
    source = words(gettext_lazy("Where this is known from"), 120)

    def clean_since(self) -> datetime | None:
        day: date | None = self.cleaned_data["since"]
        if day is None:
            return None
        if midnight(day) > clock.now():
            raise forms.ValidationError(_("That day is still to come. What you typed is kept."))
        return midnight(day)


class NumberForm(SinceForm):
    """A telephone number that somebody uses."""

    number = words(
        gettext_lazy("Telephone number"), 60, needed=gettext_lazy("Type the number. Nothing was recorded.")
    )
    field_order = ["number", "since", "source"]


class PlaceForm(SinceForm):
    """An address, and what it is to somebody."""

    sub_building = words(gettext_lazy("Flat or unit"), 80)
    building = words(gettext_lazy("House name or building"), 120)
    street_number = words(gettext_lazy("House number"), 20)
    street = words(gettext_lazy("Street"), 120)
    locality = words(gettext_lazy("Village or district"), 120)
    town = words(gettext_lazy("Town"), 80)
    postcode = words(gettext_lazy("Postcode"), 8)

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed)
        self.fields = {"kind": choice(_("What it is to them"), "location_kind"), **self.fields}
        for last in ("since", "source"):
            self.fields[last] = self.fields.pop(last)


class VehicleForm(SinceForm):
    """A vehicle, and what somebody is to it."""

    vrm = words(
        gettext_lazy("Registration mark"),
        15,
        needed=gettext_lazy("Type the registration mark. Nothing was recorded."),
    )
    make = words(gettext_lazy("Make"), 60)
    model = words(gettext_lazy("Model"), 60)
    colour = words(gettext_lazy("Colour"), 40)

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed)
        self.fields = {
            "vrm": self.fields.pop("vrm"),
            "kind": choice(_("What they are to it"), "vehicle_tie"),
            **self.fields,
        }
        for last in ("since", "source"):
            self.fields[last] = self.fields.pop(last)


class MarkerForm(AddForm):
    """Why somebody may be at greater risk, or what an officer needs to know."""

    list_code = ""
    source = words(
        gettext_lazy("Where this is known from"),
        120,
        needed=gettext_lazy("Say where this is known from: a marker without a source cannot be checked."),
    )
    note = words(gettext_lazy("Note"), 1000, lines=3)
    review_on = DayField(
        label=gettext_lazy("To be looked at again on"),
        required=False,
        help_text=gettext_lazy("Empty: after the time that the force has set."),
    )

    def __init__(self, typed: Any = None) -> None:
        super().__init__(typed)
        self.fields = {"code": choice(_("Marker"), self.list_code), **self.fields}

    def clean_review_on(self) -> date | None:
        day: date | None = self.cleaned_data["review_on"]
        if day is not None and day <= clock.now().astimezone(clock.LONDON).date():
            raise forms.ValidationError(_("That day is over. Choose one that is still to come."))
        return day


class VulnerabilityForm(MarkerForm):
    """Why somebody may be at greater risk."""

    list_code = "vulnerability_marker"


class WarningForm(MarkerForm):
    """What an officer needs to know to stay safe."""

    list_code = "warning_marker"


class EndForm(AddForm):
    """That something holds no more. The services of numbers, places and vehicles ask for no reason."""


class EndWithReasonForm(ReasonForm):
    """That something holds no more, and why."""


class EndAliasForm(AddForm):
    """That another name is theirs no more; why, if it is known."""

    reason = words(gettext_lazy("Why, if you know"), 500, lines=2)
