"""The one base of the faults that a person reads."""


class DarwinError(Exception):
    """A fault with a sentence for the person who reads it."""
