"""The parts of the planning room's pages: `{% load planning %}`."""

from typing import Any

from django import template

from darwin.planning.tabs import tabs_for

register = template.Library()


@register.inclusion_tag("planning/tabs.html", takes_context=True)
def planning_tabs(context: template.Context) -> dict[str, Any]:
    """The pages of the room that this person may open. `tab_path`: where a page lying elsewhere belongs."""
    request = context["request"]
    return {"tabs": tabs_for(request.user, context.get("tab_path") or request.path)}
