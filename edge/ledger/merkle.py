"""The Merkle tree over the journal (RFC 6962, section 2.1), grown leaf by leaf.

Only the frontier is kept: the roots of the complete subtrees, largest first, one for each bit that is set in the size.
"""

from __future__ import annotations

from hashlib import sha256

HASH_BYTES = 32
BLOCK_LEVEL = 8  # the root of every complete subtree of 2^8 leaves is kept in a table, so that proofs are quick
BLOCK_LEAVES = 1 << BLOCK_LEVEL
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree's right edge."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: list[bytes] | None = None) -> None:
        self._peaks = [] if peaks is None else peaks
        if len(self._peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves does not have {len(self._peaks)} peaks")
        self.size = size

    @classmethod
    def parse(cls, size: int, stored: bytes) -> Frontier:
        """The frontier of `to_bytes`. Raises `ValueError` when it does not fit the size."""
        if len(stored) % HASH_BYTES:
            raise ValueError("a frontier is made of whole hashes")
        return cls(size, [stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)])

    def to_bytes(self) -> bytes:
        return b"".join(self._peaks)

    def copy(self) -> Frontier:
        return Frontier(self.size, self._peaks.copy())

    def add(self, leaf: bytes) -> bytes | None:
        """Take one leaf hash; the root of the block of 2^8 leaves that it completed, or None."""
        node, rest, level, block = leaf, self.size, 0, None
        while rest & 1:
            node = sha256(b"\x01" + self._peaks.pop() + node).digest()
            rest >>= 1
            level += 1
            if level == BLOCK_LEVEL:
                block = node
        self._peaks.append(node)
        self.size += 1
        return block

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node
