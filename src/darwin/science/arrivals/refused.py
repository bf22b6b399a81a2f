"""Why nothing was fitted."""

from darwin.errors import DarwinError


class TooLittle(DarwinError):
    """There is too little to fit on. The text says what there is, what is needed and what to do."""
