"""The Merkle tree over the journal (RFC 6962, section 2.1), grown leaf by leaf.

Beside the chain only the frontier is kept: one hash for each bit that is set in the number of leaves.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

HASH_BYTES = 32
BLOCK_LEVEL = 8  # the root of every complete subtree of 2^8 leaves is kept in a table, so that proofs are quick
BLOCK_LEAVES = 1 << BLOCK_LEVEL
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier(NamedTuple):
    """A growing tree's right edge: the number of leaves and the roots of its complete subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @classmethod
    def parse(cls, size: int, stored: bytes) -> Frontier:
        """The frontier that `to_bytes` was made from. Raises `ValueError` when it does not fit the size."""
        if len(stored) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"{len(stored)} bytes are no frontier of {size} leaves")
        return cls(size, tuple(stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)))

    def to_bytes(self) -> bytes:
        return b"".join(self.peaks)

    def grown(self, leaf: bytes) -> tuple[Frontier, bytes | None]:
        """The frontier with one more leaf hash, and the root of the block of 2^8 leaves that it completed, if any."""
        size, peaks = self
        node, rest, merged, block = leaf, size, 0, None
        while rest & 1:
            merged += 1
            rest >>= 1
            node = sha256(b"\x01" + peaks[-merged] + node).digest()
            if merged == BLOCK_LEVEL:
                block = node
        return Frontier(size + 1, (*peaks[: len(peaks) - merged], node)), block

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node
