"""The one fault that is meant for a person."""


class DarwinError(Exception):
    """A fault with a sentence for the person who reads it."""
