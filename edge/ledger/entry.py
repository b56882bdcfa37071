"""One entry of the journal, its encoding, and the chain of hashes over all of them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from edge.ledger.merkle import Frontier, leaf_hash

_HEADER = struct.Struct(">16sQIQHHHHHI")
_TAG = b"lobby entry v1\0\0"
_GENESIS = b"lobby ledger v1 genesis\0"


@dataclass(frozen=True, slots=True)
class Entry:
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


def encode(
    seq: int,
    epoch: int,
    cause: int | None,
    at: bytes,
    trust: bytes,
    kind: bytes,
    subject: bytes,
    actor: bytes,
    data: bytes,
) -> bytes:
    """The bytes that are hashed: a header of fixed size with every length in it, then the fields one after another.

    Big-endian: tag (16), seq (8), epoch (4), cause or 0 (8), lengths of at, clock_trust, kind, subject, actor (2 each)
    and data (4). No two different entries have the same encoding.
    """
    header = _HEADER.pack(
        _TAG, seq, epoch, cause or 0, len(at), len(trust), len(kind), len(subject), len(actor), len(data)
    )
    return b"".join((header, at, trust, kind, subject, actor, data))


def genesis(box: str) -> bytes:
    """The hash before the first entry; it names the box, so that two boxes never share a chain."""
    return sha256(_GENESIS + box.encode()).digest()


class Chain:
    """The end of the journal in memory: the next entry's place, the last hash and the Merkle frontier."""

    __slots__ = ("epoch", "frontier", "hash", "seq")

    def __init__(self, seq: int, epoch: int, last_hash: bytes, frontier: Frontier) -> None:
        self.seq = seq
        self.epoch = epoch
        self.hash = last_hash
        self.frontier = frontier

    def copy(self) -> Chain:
        return Chain(self.seq, self.epoch, self.hash, self.frontier.copy())

    def head(self) -> Head:
        return Head(self.seq, self.epoch, self.hash)

    def take(self, encoded: bytes) -> bytes | None:
        """Lengthen the chain by one encoded entry; the Merkle block that it completed, or None."""
        self.hash = sha256(self.hash + encoded).digest()
        self.seq += 1
        return self.frontier.add(leaf_hash(encoded))
