"""Salted commitments: a value can be proved to be the one that was meant, until the salt is destroyed."""

import hmac
import secrets
from hashlib import sha256


def new_salt() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(32)


def commit(salt: bytes, what: str, value: str) -> bytes:
    """HMAC-SHA256 (RFC 2104) of `value` under `salt`, 32 bytes; `what` is "reason" or "value"."""
    return hmac.new(salt, f"darwin.ledger.{what}\n{value}".encode(), sha256).digest()


def proves(commitment: bytes, salt: bytes, what: str, value: str) -> bool:
    """Is `value` the one that was committed to."""
    return hmac.compare_digest(commitment, commit(salt, what, value))
