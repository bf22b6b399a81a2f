"""The key that signs closed blocks, and the public keys that this installation trusts to have signed them.

keys/ledger.pem in the data folder is the private key (Ed25519, RFC 8032), for its owner only, made on first
use. keys/ledger-public/ holds one public key a file; what it holds is trusted, so it is what an auditor
copies away and compares.
"""

import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from darwin.errors import DarwinError


class KeyTrouble(DarwinError):
    """The signing key cannot be used. The text says which file and what to do."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    id: str
    private: Ed25519PrivateKey

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data)


def key_id(public: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the raw public key."""
    return sha256(_raw(public)).hexdigest()[:16]


def signing_key(data_dir: Path) -> SigningKey:
    """The installation's signing key, made if there is none.

    Raises KeyTrouble if others may read the file or it holds no Ed25519 key.
    """
    path = data_dir / "keys" / "ledger.pem"
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise KeyTrouble(
            f"{path} may be read by others than its owner. Whoever has it can sign a false ledger: "
            "find out who "
            f"read it, then set it right with chmod 600 {path}."
        )
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyTrouble(
            f"{path} does not hold the ledger's signing key. Put the file back from your backup of "
            "the keys; if "
            "it is lost, move this file away and a new key is made; the old blocks stay verified by "
            "the public "
            "keys in keys/ledger-public."
        )
    _publish(path.parent / "ledger-public", private.public_key())
    return SigningKey(key_id(private.public_key()), private)


def trusted_keys(data_dir: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys in keys/ledger-public by their id."""
    trusted: dict[str, Ed25519PublicKey] = {}
    for path in sorted((data_dir / "keys" / "ledger-public").glob("*.pem")):
        public = serialization.load_pem_public_key(path.read_bytes())
        if isinstance(public, Ed25519PublicKey):
            trusted[key_id(public)] = public
    return trusted


def is_signed(public: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        public.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # Whole or not at all, and of two that make one at once the first wins: link refuses to replace.
    half = path.with_suffix(f".{secrets.token_hex(8)}.new")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(half, path)
    except FileExistsError:
        pass
    finally:
        half.unlink()


def _publish(folder: Path, public: Ed25519PublicKey) -> None:
    folder.mkdir(mode=0o755, exist_ok=True)
    path = folder / f"{key_id(public)}.pem"
    if not path.exists():
        path.write_bytes(
            public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
