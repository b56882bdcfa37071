"""Checking a whole journal: every hash, the order, the Merkle tree and the last checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from edge.ledger.checkpoint import Checkpoint
from edge.ledger.entry import HEADER, TAG, genesis
from edge.ledger.errors import LedgerUnusable, Unusable
from edge.ledger.merkle import Blocks, Peaks, extend, pack, root
from edge.ledger.proof import journal_tree
from edge.ledger.rebuild import Progress, quiet
from edge.ledger.sqlite import Connection

ENTRIES_A_PIECE = 256  # no read transaction is long, and what is hashed is still in the processor's cache

_PIECE = (
    "SELECT seq, epoch, coalesce(cause, 0), cast(at AS BLOB), cast(clock_trust AS BLOB), cast(kind AS BLOB),"
    " cast(subject AS BLOB), cast(actor AS BLOB), data, hash FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"
)


@dataclass(frozen=True)
class Verified:
    """What a whole check found: the journal is this long and ends in these hashes."""

    seq: int
    epoch: int
    hash: bytes
    root: bytes


def verify(db: Connection, box: str, checkpoint: Checkpoint | None = None, progress: Progress = quiet) -> Verified:
    """Check everything up to the head of this moment. Raises `LedgerUnusable` (damaged) at the first thing wrong."""
    db.row_factory = None
    seq, epoch, last_hash, frontier = db.execute("SELECT seq, epoch, hash, frontier FROM head").fetchone()
    walk = _Walk(db, box)
    while walk.seq < seq:
        walk.step(min(ENTRIES_A_PIECE, seq - walk.seq))
        progress(walk.seq, seq)
    _same(walk.hash, last_hash, "the head does not have the hash of the last entry")
    _same(walk.epoch if seq else epoch, epoch, "the head is of another epoch than the last entry")
    _same(pack(walk.peaks), frontier, "the Merkle frontier is not that of the entries")
    if checkpoint is not None:
        _check_checkpoint(db, seq, checkpoint)
    return Verified(seq, epoch, last_hash, root(walk.peaks))


class _Walk:
    """Goes through the journal piece by piece, hashing."""

    def __init__(self, db: Connection, box: str) -> None:
        self._db = db
        self.seq = 0
        self.epoch = 1
        self.hash = genesis(box)
        self.peaks: Peaks = ()

    def step(self, count: int) -> None:
        rows = self._db.execute(_PIECE, (self.seq, count)).fetchall()
        leaves = [sha256(b"\x00" + encoded).digest() for encoded in self._chain(rows)]  # `leaf_hash`, likewise
        if len(leaves) < count:
            raise _damaged(f"entry {self.seq + len(leaves) + 1} is missing")
        self.peaks, blocks = extend(self.seq, self.peaks, leaves)
        self._check_blocks(blocks)
        self.seq += count

    def _chain(self, rows: list[tuple[int, int, int, bytes, bytes, bytes, bytes, bytes, bytes, bytes]]) -> list[bytes]:
        """The encodings of the rows, whose hashes are right."""
        encodings, pack_header, join = [], HEADER.pack, b"".join  # `encode`, without the call
        expected, before, last_epoch = self.seq, self.hash, self.epoch
        for seq, epoch, cause, at, trust, kind, subject, actor, data, stored in rows:
            expected += 1
            lengths = len(at), len(trust), len(kind), len(subject), len(actor), len(data)
            encoded = join((pack_header(TAG, seq, epoch, cause, *lengths), at, trust, kind, subject, actor, data))
            before = sha256(before + encoded).digest()  # `chained`, without the call
            if before != stored or seq != expected or epoch < last_epoch:
                raise _damaged(_what_is_wrong(seq, expected, epoch, last_epoch))
            last_epoch = epoch
            encodings.append(encoded)
        self.hash, self.epoch = before, last_epoch
        return encodings

    def _check_blocks(self, blocks: Blocks) -> None:
        for number, block in blocks:
            row = self._db.execute("SELECT hash FROM merkle_block WHERE number = ?", (number,)).fetchone()
            _same(None if row is None else row[0], block, f"the Merkle block {number} is not that of its entries")


def _what_is_wrong(seq: int, expected: int, epoch: int, last_epoch: int) -> str:
    if seq != expected:
        return f"entry {expected} is missing"
    if epoch < last_epoch:
        return f"entry {seq} goes back from epoch {last_epoch} to {epoch}"
    return f"entry {seq} was changed: its hash does not follow from the entry before it"


def _check_checkpoint(db: Connection, seq: int, checkpoint: Checkpoint) -> None:
    if checkpoint.size > seq:
        raise _damaged(f"the last checkpoint was made at entry {checkpoint.size}, the journal ends at {seq}")
    _same(
        journal_tree(db).root(0, checkpoint.size) if checkpoint.size else root(()),
        checkpoint.root,
        f"the first {checkpoint.size} entries are not those of the last checkpoint",
    )


def _same(found: object, expected: object, otherwise: str) -> None:
    if found != expected:
        raise _damaged(otherwise)


def _damaged(detail: str) -> LedgerUnusable:
    return LedgerUnusable(Unusable.DAMAGED, detail)
