"""What a room above does in the browser before a person signs out: send what waits, leave nothing behind."""

_parts: list[str] = []


def before_leaving(template: str) -> None:
    """Put a template of a room above beside the press that signs out. It brings its own script."""
    if template not in _parts:
        _parts.append(template)


def leaving_parts() -> tuple[str, ...]:
    """The templates, in the order in which rooms put them."""
    return tuple(_parts)
