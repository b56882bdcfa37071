"""The Merkle tree over the journal (RFC 6962, section 2.1), grown leaf by leaf.

Beside the chain only the frontier is kept: one hash for each bit that is set in the number of leaves.
"""

from __future__ import annotations

from hashlib import sha256

HASH_BYTES = 32
BLOCK_LEAVES = 256
BLOCK_LEVEL = (
    8  # 2^8 leaves: the root of every complete subtree of 2^8 leaves is kept in a table, so that proofs are quick
)
EMPTY_ROOT = sha256(b"").digest()

Peaks = tuple[bytes, ...]
"""The frontier: the roots of the complete subtrees, largest first."""

Blocks = list[tuple[int, bytes]]
"""Numbers and roots of complete subtrees of 2^8 leaves."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def extend(size: int, peaks: Peaks, leaves: list[bytes]) -> tuple[Peaks, Blocks]:
    """The peaks of a tree of `size` leaves once these leaf hashes are added, and the blocks that they completed.

    Level by level: what is left over on the left (an old peak) joins in, what is left over on the right is a new peak.
    """
    kept, fresh, blocks = list(peaks), [], []
    nodes, first, level = leaves, size, 0
    while nodes:
        if level == BLOCK_LEVEL:
            blocks = list(enumerate(nodes, first))
        if first & 1:
            nodes = [kept.pop(), *nodes]
        if len(nodes) & 1:
            fresh.append(nodes[-1])
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2])]  # noqa: B905
        first, level = first >> 1, level + 1
    return (*kept, *reversed(fresh)), blocks


def root(peaks: Peaks) -> bytes:
    """The tree's root hash."""
    if not peaks:
        return EMPTY_ROOT
    node = peaks[-1]
    for peak in reversed(peaks[:-1]):
        node = node_hash(peak, node)
    return node


def pack(peaks: Peaks) -> bytes:
    return b"".join(peaks)


def unpack(size: int, packed: bytes) -> Peaks:
    """The peaks that `pack` was given. Raises `ValueError` when they cannot be those of `size` leaves."""
    if len(packed) != size.bit_count() * HASH_BYTES:
        raise ValueError(f"{len(packed)} bytes are no frontier of {size} leaves")
    return tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES))
