"""What the lock layer of every page needs to know of the session."""

from django import template
from django.contrib.sessions.backends.base import SessionBase

from darwin.staff import idle, leaving, sessions

register = template.Library()


@register.filter
def session_way(session: SessionBase) -> str:
    """How the person came in: "practice", "passkey", "directory" or "enrolment"."""
    return str(session.get(sessions.WAY, ""))


@register.filter
def session_seconds(session: SessionBase) -> int:
    """Seconds without a touch after which this session locks."""
    return idle.seconds_of(session)


@register.simple_tag
def leaving_parts() -> tuple[str, ...]:
    """The templates that stand beside the press that signs out."""
    return leaving.leaving_parts()
