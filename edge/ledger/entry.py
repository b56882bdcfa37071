"""One entry of the journal, its encoding, and the hash that chains it to all before it."""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import NamedTuple

from edge.ledger.errors import NotCanonical

HEADER = struct.Struct(">16sQIQHHHHHI")
TAG = b"lobby entry v1\0\0"
_GENESIS = b"lobby ledger v1 genesis\0"


class Entry(NamedTuple):
    """What was written, as it lies in the journal. `at` is ISO 8601 UTC with milliseconds; order is `seq`, never `at`.

    `cause` is the seq of the entry that led to this one, `data` the canonical JSON of the fact, `hash` the chain's
    hash up to and with this entry.
    """

    seq: int
    epoch: int
    at: str
    clock_trust: str
    kind: str
    subject: str
    actor: str
    cause: int | None
    data: bytes
    hash: bytes


class Head(NamedTuple):
    """Where the journal ends. An empty journal has seq 0 and the genesis hash."""

    seq: int
    epoch: int
    hash: bytes


Fields = tuple[bytes, bytes, bytes, bytes, bytes, bytes]


def encode(seq: int, epoch: int, cause: int | None, fields: Fields) -> bytes:
    """The bytes that are hashed: a header of fixed size with every length in it, then the fields one after another.

    `fields` are at, clock_trust, kind, subject, actor and data. Big-endian: tag (16 bytes), seq (8), epoch (4), cause
    or 0 (8), the fields' lengths (2 each, 4 for data), the fields. No two different entries have the same encoding.
    Raises `NotCanonical` where a field is too long.
    """
    try:
        at, trust, kind, subject, actor, data = fields
        lengths = len(at), len(trust), len(kind), len(subject), len(actor), len(data)
        return b"".join((HEADER.pack(TAG, seq, epoch, cause or 0, *lengths), *fields))
    except struct.error as error:
        raise NotCanonical(f"an entry's field is too long: {error}") from error


def genesis(box: str) -> bytes:
    """The hash before the first entry; it names the box, so that two boxes never share a chain."""
    return sha256(_GENESIS + box.encode()).digest()


def chained(before: bytes, encoded: bytes) -> bytes:
    """The chain's hash at an entry: over the hash before it and its encoding."""
    return sha256(before + encoded).digest()
