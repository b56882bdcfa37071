"""The tree is RFC 6962's, however it grew, and its proofs prove what they say."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.ledger.merkle import BLOCK_LEAVES, Peaks, extend, leaf_hash, pack, root, unpack
from edge.ledger.proof import (
    Tree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    journal_tree,
)

from .counter import filled, open_ledger

# The inputs and roots of certificate-transparency's own tests (merkletree/merkle_tree_test.go).
CT_INPUTS = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def data(count: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(count)]


def tree_of(count: int) -> Tree:
    leaves = [leaf_hash(one) for one in data(count)]
    blocks = dict(extend(0, (), leaves)[1])
    return Tree(lambda first, end: leaves[first:end], lambda number: blocks[number])


def test_the_roots_are_those_of_certificate_transparency() -> None:
    for count, expected in enumerate(CT_ROOTS, start=1):
        inputs = CT_INPUTS[:count]
        assert naive(inputs).hex() == expected
        assert root(extend(0, (), [leaf_hash(one) for one in inputs])[0]).hex() == expected


@given(st.lists(st.integers(0, 300), max_size=6))
def test_the_tree_does_not_depend_on_how_it_grew(pieces: list[int]) -> None:
    inputs, size, blocks = data(sum(pieces)), 0, []
    peaks: Peaks = ()
    for count in pieces:
        leaves = [leaf_hash(one) for one in inputs[size : size + count]]
        peaks, completed = extend(size, peaks, leaves)
        blocks += completed
        size += count
        assert unpack(size, pack(peaks)) == peaks
    assert root(peaks) == naive(inputs)
    assert blocks == [
        (number, naive(inputs[number * BLOCK_LEAVES : (number + 1) * BLOCK_LEAVES]))
        for number in range(size // BLOCK_LEAVES)
    ]


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="no frontier of 3 leaves"):
        unpack(3, bytes(32))


@given(st.data())
def test_an_inclusion_proof_holds_for_its_leaf_alone(draw: st.DataObject) -> None:
    size = draw.draw(st.integers(1, 600))
    index = draw.draw(st.integers(0, size - 1))
    inputs = data(size)
    path = inclusion_proof(tree_of(size), index, size)
    top = naive(inputs)
    assert check_inclusion(leaf_hash(inputs[index]), index, size, path, top)
    assert not check_inclusion(leaf_hash(b"another"), index, size, path, top)
    assert not check_inclusion(leaf_hash(inputs[index]), index, size, [*path, top], top)
    assert not check_inclusion(leaf_hash(inputs[index]), index + 1, size, path, top)
    if path:
        assert not check_inclusion(leaf_hash(inputs[index]), index, size, path[:-1], top)


@given(st.data())
def test_a_consistency_proof_holds_for_its_two_trees_alone(draw: st.DataObject) -> None:
    new = draw.draw(st.integers(1, 600))
    old = draw.draw(st.integers(0, new))
    inputs = data(new)
    proof = consistency_proof(tree_of(new), old, new)
    before, after, other = naive(inputs[:old]), naive(inputs), bytes(32)
    assert check_consistency(old, new, before, after, proof)
    assert not check_consistency(old, new, before, after, [*proof, other])
    if 0 < old < new:
        assert not check_consistency(old, new, other, after, proof)
        assert not check_consistency(old, new, before, other, proof)
        assert not check_consistency(old, new, before, after, proof[:-1])


def test_the_journals_own_tree_proves_its_entries(tmp_path: Path) -> None:
    filled(tmp_path, 600)
    with open_ledger(tmp_path) as ledger, ledger.reading() as db:
        tree = journal_tree(db)
        frontier = db.execute("SELECT frontier FROM head").fetchone()[0]
        top = root(unpack(600, frontier))
        assert tree.root(0, 600) == top
        leaf = tree.leaves(299, 300)[0]
        assert check_inclusion(leaf, 299, 600, inclusion_proof(tree, 299, 600), top)
        assert check_consistency(257, 600, tree.root(0, 257), top, consistency_proof(tree, 257, 600))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(tree_of(3), index, size)
    assert not check_inclusion(bytes(32), index, size, [], bytes(32))


def test_a_tree_cannot_have_grown_from_a_larger_one() -> None:
    with pytest.raises(ValueError, match="cannot have grown"):
        consistency_proof(tree_of(3), 3, 2)
    assert not check_consistency(3, 2, bytes(32), bytes(32), [])
