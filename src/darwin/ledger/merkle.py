"""Merkle trees as in RFC 6962 section 2.1 (Certificate Transparency): root, proof of inclusion, its check.

The two prefixes keep a leaf from being passed off as a node. A proof is a list of 32-byte hashes, from the
leaf's neighbour upwards.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over the data of the leaves, in their order; EMPTY_ROOT for none."""
    if not leaves:
        return EMPTY_ROOT
    level = [leaf_hash(leaf) for leaf in leaves]
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf `index` (from 0) is under the root. Raises IndexError if there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    level = [leaf_hash(leaf) for leaf in leaves]
    path: list[bytes] = []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(level[neighbour])
        level = _parents(level)
        index //= 2
    return path


def proves(leaf: bytes, index: int, count: int, path: Sequence[bytes], expected_root: bytes) -> bool:
    """Does `path` lead from the leaf at `index` of `count` to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < count:
        return False
    value, last, steps = leaf_hash(leaf), count - 1, iter(path)
    try:
        while last:
            if index % 2:
                value = _node(next(steps), value)
            elif index < last:
                value = _node(value, next(steps))
            index //= 2
            last //= 2
    except StopIteration:
        return False
    return next(steps, None) is None and value == expected_root


def _parents(level: list[bytes]) -> list[bytes]:
    # An unpaired last hash rises unchanged: with pairing level by level this is RFC 6962's split at the
    # largest power of two.
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[-1:] if len(level) % 2 else pairs
