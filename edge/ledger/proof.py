"""Proofs over the journal's Merkle tree: an entry is in it, a later tree only grew (RFC 6962, section 2.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.ledger.entry import encode
from edge.ledger.merkle import BLOCK_LEAVES, extend, leaf_hash, node_hash, root
from edge.ledger.sqlite import Connection


@dataclass(frozen=True)
class Tree:
    """Where subtrees get their hashes from. Numbers count leaves from 0; entry `seq` is leaf `seq - 1`."""

    leaves: Callable[[int, int], list[bytes]]  # the leaf hashes of [first, end)
    block: Callable[[int], bytes]  # the root of the complete subtree of 2^8 leaves with this number

    def root(self, first: int, end: int) -> bytes:
        """The hash of the subtree over leaves [first, end)."""
        count = end - first
        if count == BLOCK_LEAVES and first % BLOCK_LEAVES == 0:
            return self.block(first // BLOCK_LEAVES)
        if count <= BLOCK_LEAVES:
            return root(extend(0, (), self.leaves(first, end))[0])
        middle = first + _split(count)
        return node_hash(self.root(first, middle), self.root(middle, end))


def journal_tree(db: Connection) -> Tree:
    """The tree over a ledger's entries, read from its tables."""

    def leaves(first: int, end: int) -> list[bytes]:
        rows = db.execute(
            "SELECT seq, epoch, cause, at, clock_trust, kind, subject, actor, data FROM entry"
            " WHERE seq > ? AND seq <= ? ORDER BY seq",
            (first, end),
        )
        return [_leaf(*row) for row in rows]

    def block(number: int) -> bytes:
        row = db.execute("SELECT hash FROM merkle_block WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise LookupError(f"the Merkle block {number} is missing")
        return bytes(row[0])

    return Tree(leaves, block)


def inclusion_proof(tree: Tree, index: int, size: int) -> list[bytes]:
    """The audit path of a leaf in the tree of the first `size` leaves, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} among {size}")
    return _path(tree, index, 0, size)


def consistency_proof(tree: Tree, old: int, new: int) -> list[bytes]:
    """That the tree of `new` leaves begins with the tree of `old` leaves; empty when either is trivial."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves cannot have grown from {old}")
    return [] if old in (0, new) else _grown(tree, old, 0, new, whole=True)


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], tree_root: bytes) -> bool:
    """Whether the path leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and node == tree_root


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if old == new or old == 0:
        return not proof and (old == 0 or old_root == new_root)
    if not 0 < old < new:
        return False
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(nodes) and _roots(old - 1, new - 1, nodes) == (old_root, new_root)


def _roots(index: int, last: int, nodes: list[bytes]) -> tuple[bytes, bytes] | None:
    """The old and the new root that the nodes of a consistency proof add up to."""
    while index & 1:
        index, last = index >> 1, last >> 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return None
        if index & 1 or index == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            after = node_hash(after, node)
        index, last = index >> 1, last >> 1
    return (before, after) if last == 0 else None


def _path(tree: Tree, index: int, first: int, end: int) -> list[bytes]:
    if end - first == 1:
        return []
    middle = first + _split(end - first)
    if index < middle:
        return [*_path(tree, index, first, middle), tree.root(middle, end)]
    return [*_path(tree, index, middle, end), tree.root(first, middle)]


def _grown(tree: Tree, old: int, first: int, end: int, *, whole: bool) -> list[bytes]:
    """`whole`: the old tree is exactly what was descended into so far, so its root is known to who checks."""
    if old == end:
        return [] if whole else [tree.root(first, end)]
    middle = first + _split(end - first)
    if old <= middle:
        return [*_grown(tree, old, first, middle, whole=whole), tree.root(middle, end)]
    return [*_grown(tree, old, middle, end, whole=False), tree.root(first, middle)]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _leaf(seq: int, epoch: int, cause: int | None, *fields: str | bytes) -> bytes:
    at, trust, kind, subject, actor, data = (one.encode() if isinstance(one, str) else one for one in fields)
    return leaf_hash(encode(seq, epoch, cause, (at, trust, kind, subject, actor, data)))
