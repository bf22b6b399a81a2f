"""The fields of the handler's screen. None is required: a contact can always be kept and finished."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from darwin.contact.taking.words import TAGS, TEXTS
from darwin.reference.queries import UnknownReference, codes


def _with_key(label: Any, key: str) -> SafeString:
    return format_html('{} <kbd class="d-key">{}</kbd>', label, key)


_keyed = lazy(_with_key, SafeString)


def _text(label: Any, key: str = "", *, hint: Any = "", **attributes: str) -> forms.CharField:
    attributes = {"autocomplete": "off", **attributes, **({"data-key": key} if key else {})}
    return forms.CharField(
        label=_keyed(label, key) if key else label,
        help_text=hint,
        required=False,
        strip=False,
        widget=forms.TextInput(attrs=attributes),
    )


def _long(label: Any, key: str = "", *, rows: int, hint: Any = "", **attributes: str) -> forms.CharField:
    attributes = {"rows": str(rows), **attributes, **({"data-key": key} if key else {})}
    return forms.CharField(
        label=_keyed(label, key) if key else label,
        help_text=hint,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=attributes),
    )


def _choice(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False)


class CallForm(forms.Form):
    """What is typed of a contact. The lists are those of reference data now; where a draft holds a code that
    is on its list no more, the code stays and can be chosen."""

    LISTS = (
        ("caller_role", "caller_role"),
        ("disposition", "contact_disposition"),
        ("language", "language"),
        ("access_route", "access_route"),
        ("channel", "contact_channel"),
        (TAGS, "failure_demand"),
    )
    number = _text(
        gettext_lazy("Number"),
        hint=gettext_lazy("As it is shown to you. Empty: not told."),
        inputmode="tel",
    )
    channel = _choice(gettext_lazy("How it came"))
    came_at = _text(
        gettext_lazy("When it came, if not now"),
        hint=gettext_lazy("14:05 for today, or 22/11/2026 14:05. It is marked “entered later”."),
    )
    narrative = _long(
        gettext_lazy("What the caller says"),
        "Alt 3",
        rows=9,
        placeholder=gettext_lazy("What the caller says, in their words"),  # type: ignore[arg-type]
    )
    location = _text(
        gettext_lazy("Where"),
        "Alt 1",
        hint=gettext_lazy("Address or place, as the caller says it."),
        form="call",  # it stands with the facts, apart from the form
    )
    who = _text(
        gettext_lazy("Name as said"),
        hint=gettext_lazy("Kept with the notes, so that it can be looked up later."),
    )
    caller_role = _choice(gettext_lazy("The caller is"))
    disposition = _choice(gettext_lazy("What became of it"))
    language = _choice(gettext_lazy("Language"))
    access_route = _choice(gettext_lazy("How they are heard"))
    access_needs = _text(
        gettext_lazy("Access needs"), hint=gettext_lazy("What makes it possible for them to be heard.")
    )
    tags = forms.MultipleChoiceField(
        label=gettext_lazy("They had to ring because"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    promise_by = _text(
        gettext_lazy("We promise to ring back by"),
        hint=gettext_lazy("15:30 for today, or 23/11/2026 15:30. It starts a clock."),
    )
    agency = _text(gettext_lazy("Referred to"), hint=gettext_lazy("The agency."))
    referral_reason = _long(gettext_lazy("Why"), rows=2)

    def __init__(
        self, words: Mapping[str, Any] | None = None, faults: Mapping[str, str] | None = None
    ) -> None:
        """words: what stands in the fields. faults: field to sentence, shown beside it."""
        super().__init__(initial=dict(words or {}), auto_id="%s")
        for name, list_code in self.LISTS:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = _choices(list_code, self.initial.get(name), empty=name != TAGS)
        self._errors = forms.utils.ErrorDict()
        for name, sentence in (faults or {}).items():
            self._errors[name if name in self.fields else "narrative"] = self.error_class([sentence])


def _choices(list_code: str, kept: Any, *, empty: bool) -> list[tuple[str, str]]:
    try:
        choices = [(entry.code, str(entry)) for entry in codes(list_code)]
    except UnknownReference:
        choices = []
    known = {code for code, _label in choices}
    extra = [kept] if isinstance(kept, str) else list(kept or [])
    choices += [(code, code) for code in extra if code and code not in known]
    return [("", "–"), *choices] if empty else choices


def words_of_form(posted: Any) -> dict[str, Any]:
    """What a browser without scripts sent, as words."""
    words: dict[str, Any] = {name: posted.get(name, "") for name in TEXTS if name in posted}
    words[TAGS] = posted.getlist(TAGS)
    return words
