"""A field of a Django form drawn with the structure of GOV.UK Frontend: label, hint, error, control."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

SIZES = (0, 5, 10, 20)


def draw_field(
    bound: BoundField, *, size: int = 0, inputmode: str = "", focused: bool = False, hint: str = ""
) -> SafeString:
    """The HTML of one field. `size` is about how many characters it shows (0: the full width). `focused`: the
    page opens with the cursor in it; of a group, in its first choice.

    Raises ValueError for a size that the theme does not have.
    """
    if size not in SIZES:
        raise ValueError(f"a field is {', '.join(map(str, SIZES))} characters wide, not {size}")
    widget = bound.field.widget
    hint = hint or str(bound.help_text)
    identity = bound.id_for_label or bound.auto_id or bound.html_name
    described = [f"{identity}-hint"] * bool(hint) + [f"{identity}-error"] * bool(bound.errors)
    grouped = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    context: dict[str, Any] = {
        "bound": bound,
        "id": identity,
        "hint": hint,
        "described": " ".join(described),
        "grouped": grouped,
        "focused": focused,
        # Django's check boxes are a kind of its radios.
        "kind": "checkboxes" if isinstance(widget, forms.CheckboxSelectMultiple) else "radios",
        "single_box": isinstance(widget, forms.CheckboxInput),
    }
    if not grouped:
        context["control"] = mark_safe(  # noqa: S308 - Django's own widget, escaped by it
            bound.as_widget(attrs=_attributes(bound, size, inputmode, focused, described))
        )
    return mark_safe(render_to_string("theme/parts/field.html", context))  # noqa: S308 - an escaping template


def _attributes(
    bound: BoundField, size: int, inputmode: str, focused: bool, described: list[str]
) -> dict[str, str | bool]:
    """The attributes of the control: GOV.UK's class, width, what describes it, whether it is wrong."""
    widget = bound.field.widget
    if isinstance(widget, forms.Select):
        kind = "govuk-select"
    elif isinstance(widget, forms.Textarea):
        kind = "govuk-textarea"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "govuk-checkboxes__input"
    else:
        kind = "govuk-input"
    names = [kind, f"d-input--{size}" if size else ""]
    attributes: dict[str, str | bool] = {"class": " ".join(filter(None, names))}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if focused:
        attributes["autofocus"] = True
    if inputmode:
        attributes["inputmode"] = inputmode
    return attributes
