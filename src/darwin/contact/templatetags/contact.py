"""Tags of this room: `{% load contact %}`."""

from datetime import datetime

from django import forms, template
from django.utils.safestring import SafeString

from darwin.theme import formats
from darwin.theme.fields import draw_field

register = template.Library()


@register.simple_tag
def named_field(form: forms.Form, name: str, size: int = 0, inputmode: str = "") -> SafeString:
    """A field whose name no template can reach with a dot: "from"."""
    return draw_field(form[name], size=size, inputmode=inputmode)


@register.filter
def running(since: datetime, now: datetime) -> str:
    """How long something has run, rounded down to the second: "4:12"."""
    return formats.wait(max(0, int((now - since).total_seconds())) * 1000)
