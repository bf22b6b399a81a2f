"""Identifiers: uuid7, made in Python, so that rows can name each other before they are stored."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh time-ordered identifier (RFC 9562, version 7)."""
    return compat.uuid7()
