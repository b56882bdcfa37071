"""What is hashed says everything of an entry, and says it in one way only."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.ledger import Entry, NotCanonical
from edge.ledger.entry import Fields, chained, encode, genesis

from .counter import committed, count, open_ledger

PIECE = st.binary(max_size=6)
ENTRIES = st.tuples(
    st.integers(1, 2**53),
    st.integers(1, 2**31),
    st.none() | st.integers(1, 2**53),
    st.tuples(PIECE, PIECE, PIECE, PIECE, PIECE, PIECE),
)


@given(ENTRIES, ENTRIES)
def test_two_entries_have_the_same_encoding_only_if_they_are_the_same(
    one: tuple[int, int, int | None, Fields], other: tuple[int, int, int | None, Fields]
) -> None:
    assert (encode(*one) == encode(*other)) == (one == other)


@given(ENTRIES, st.lists(PIECE, min_size=6, max_size=6))
def test_moving_bytes_from_one_field_to_the_next_is_another_entry(
    entry: tuple[int, int, int | None, Fields], cut: list[bytes]
) -> None:
    seq, epoch, cause, fields = entry
    joined = b"".join(fields)
    moved: Fields = (joined, b"", b"", b"", b"", b"")
    assert (encode(seq, epoch, cause, moved) == encode(seq, epoch, cause, fields)) == (moved == fields)


def test_a_field_that_is_too_long_is_refused() -> None:
    with pytest.raises(NotCanonical, match="too long"):
        encode(1, 1, None, (b"", b"", b"", b"x" * 65_536, b"", b""))


def test_two_boxes_never_share_a_chain() -> None:
    assert genesis("box-1") != genesis("box-2")


def test_the_first_hash_can_be_computed_by_hand(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("a", 3))
        with ledger.reading() as db:
            entry = Entry(*db.execute("SELECT * FROM entry").fetchone())
    fields = [one.encode() for one in (entry.at, entry.clock_trust, entry.kind, entry.subject, entry.actor)]
    fields.append(entry.data)
    header = b"lobby entry v1\0\0" + (1).to_bytes(8, "big") + (1).to_bytes(4, "big") + bytes(8)
    lengths = b"".join(len(one).to_bytes(2, "big") for one in fields[:5]) + len(entry.data).to_bytes(4, "big")
    before = sha256(b"lobby ledger v1 genesis\0box-1").digest()
    assert entry.hash == sha256(before + header + lengths + b"".join(fields)).digest()
    assert entry.hash == chained(genesis("box-1"), header + lengths + b"".join(fields))
