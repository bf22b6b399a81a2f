"""Tags of this room: `{% load contact %}`."""

from django import forms, template
from django.utils.safestring import SafeString

from darwin.theme.fields import draw_field

register = template.Library()


@register.simple_tag
def named_field(form: forms.Form, name: str, size: int = 0, inputmode: str = "") -> SafeString:
    """A field whose name no template can reach with a dot: "from"."""
    return draw_field(form[name], size=size, inputmode=inputmode)
