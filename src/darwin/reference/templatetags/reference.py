"""`{{ value|source_line }}`: a reference value with its source and dates."""

from django import template

from darwin.reference.presentation import source_line
from darwin.reference.values import CodeValue, ThresholdValue

register = template.Library()


@register.filter(name="source_line")
def source_line_filter(value: ThresholdValue | CodeValue) -> str:
    """The line of `presentation.source_line`; escaped by the template as any text."""
    return source_line(value)
