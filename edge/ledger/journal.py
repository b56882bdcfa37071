"""The end of the journal, as the writer holds it: where the next entry goes, and what is not written yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from edge.clock import Trust
from edge.ledger.authority import Authority, Role
from edge.ledger.entry import Entry, Head, encode
from edge.ledger.facts import Fact, Vocabulary
from edge.ledger.merkle import Peaks, extend, pack
from edge.ledger.projection import Folder
from edge.ledger.sqlite import Connection
from edge.ledger.times import spell

_INSERT = (
    "INSERT INTO entry (seq, epoch, at, clock_trust, kind, subject, actor, cause, data, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?)"
)
_FOLD, _DECISION = Role.FOLD, Role.DECISION


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time of a batch of decisions: `at` is `now` as the journal spells it."""

    now: datetime
    at: str
    trust: str
    at_bytes: bytes
    trust_bytes: bytes

    @classmethod
    def of(cls, now: datetime, trust: Trust) -> Stamp:
        at = spell(now)
        return cls(now, at, trust.value, at.encode(), trust.value.encode())


Mark = tuple[int, int, bytes, Peaks, int]
"""Where the journal stood: what a refused decision, or a lost batch, is taken back to."""


class Journal:
    """Appends facts inside the writer's transaction. Each is folded at once; rows and Merkle tree follow once a batch.

    Every fact passes through `append`, so it makes no object and no call that it can do without.
    """

    def __init__(self, db: Connection, head: Head, peaks: Peaks, vocabulary: Vocabulary, folder: Folder) -> None:
        self.db = db
        self.authority = Authority(db)
        self._seq, self._epoch, self._hash = head
        self._peaks = peaks
        self._unwritten: list[Entry] = []  # folded, and written with the batch
        self._encoded: list[bytes] = []  # their encodings
        self._encode = vocabulary.encode
        self._folds = folder.folds

    def append(self, fact: Fact, stamp: Stamp, actor: str, cause: int | None) -> Entry:
        """The fact as the next entry, folded. Raises `NotCanonical`, `UnknownFact`, and what the fold raises."""
        db, authority = self.db, self.authority
        seq, epoch, kind, subject, data = self._seq + 1, self._epoch, fact.kind, fact.subject, self._encode(fact)
        if cause is not None and not 0 < cause < seq:
            raise ValueError(f"entry {seq} cannot be caused by entry {cause}")
        fields = (stamp.at_bytes, stamp.trust_bytes, kind.encode(), subject.encode(), actor.encode(), data)
        encoded = encode(seq, epoch, cause, fields)
        digest = sha256(self._hash + encoded).digest()  # `chained`, without the call
        entry = Entry(seq, epoch, stamp.at, stamp.trust, kind, subject, actor, cause, data, digest)
        self._seq, self._hash = seq, digest
        self._unwritten.append(entry)
        self._encoded.append(encoded)
        authority.role = _FOLD
        for fold in self._folds.get(kind, ()):
            fold(db, entry, fact)
        authority.role = _DECISION
        return entry

    def seal(self) -> None:
        """Write the entries, grow the Merkle tree and move the head; the last thing before COMMIT."""
        if not self._unwritten:
            return
        leaves = [sha256(b"\x00" + encoded).digest() for encoded in self._encoded]  # `leaf_hash`, likewise
        self._peaks, blocks = extend(self._seq - len(leaves), self._peaks, leaves)
        self.db.executemany(_INSERT, map(_row, self._unwritten))
        self._unwritten.clear()
        self._encoded.clear()
        self.db.executemany("INSERT INTO merkle_block (number, hash) VALUES (?, ?)", blocks)
        self.db.execute(
            "UPDATE head SET seq = ?, epoch = ?, hash = ?, frontier = ? WHERE id = 1",
            (self._seq, self._epoch, self._hash, pack(self._peaks)),
        )

    def begin_epoch(self) -> int:
        """Entries from here on are of the next epoch."""
        self._epoch += 1
        return self._epoch

    def mark(self) -> Mark:
        return self._seq, self._epoch, self._hash, self._peaks, len(self._unwritten)

    def rewind(self, mark: Mark) -> None:
        """Forget what was appended since; what it folded goes with SQLite's own rollback."""
        self._seq, self._epoch, self._hash, self._peaks, unwritten = mark
        del self._unwritten[unwritten:]
        del self._encoded[unwritten:]


def _row(entry: Entry) -> tuple[object, ...]:
    """The driver looks for adapters of bytes and None, a microsecond each: bytearray and 0 spare the path that."""
    return (*entry[:7], entry.cause or 0, bytearray(entry.data), bytearray(entry.hash))
