"""What a role is called today: the local policing body's title is dated reference data."""

from darwin.reference.queries import UnknownReference, code
from darwin.staff.roles import role


def title_of(role_code: str) -> str:
    """The title of a role at this moment, from reference data (list "title") where it has one.

    Raises UnknownRole.
    """
    declared = role(role_code)
    try:
        return str(code("title", role_code))
    except UnknownReference:
        return declared.title
