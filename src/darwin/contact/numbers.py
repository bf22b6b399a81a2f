"""The form of a caller's number: the same as in the rooms below, which keep numbers too."""

from darwin.science.numbers import normalise_number

__all__ = ["normalise_number"]
