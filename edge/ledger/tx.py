"""What a decision is given, and what it may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from edge.chance import Chance
from edge.clock import Trust
from edge.ledger.authority import Authority, Role
from edge.ledger.entry import Entry, Head, encode
from edge.ledger.facts import EpochBegun, Fact, Vocabulary
from edge.ledger.merkle import Peaks, extend, pack
from edge.ledger.projection import Folder
from edge.ledger.sqlite import Connection
from edge.ledger.times import spell
from edge.ledger.vault import VaultTx


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, and what makes a repeat of it recognisable.

    `key` is the idempotency key (`""`: none), scoped `usecase:actor:clientkey`; `fingerprint` tells two different
    requests with one key apart; `cause` is the default cause of what is appended. `reserve` marks the closing of a
    physical act: its observation may still be written when the disk is nearly full.
    """

    actor: str = "box"
    key: str = ""
    fingerprint: str = ""
    cause: int | None = None
    reserve: bool = False


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


_INSERT = (
    "INSERT INTO entry (seq, epoch, at, clock_trust, kind, subject, actor, cause, data, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?)"
)  # the driver looks for adapters of bytes and None, a microsecond each: bytearray and 0 spare the append path that


_FOLD, _DECISION = Role.FOLD, Role.DECISION
_Row = tuple[int, int, str, str, str, str, str, int, bytearray, bytearray]

Mark = tuple[int, int, bytes, Peaks, int]
"""Where the journal stood: what a refused decision, or a lost batch, is taken back to."""


class Journal:
    """Appends facts inside the writer's transaction. Each is folded at once; rows and Merkle tree follow once a batch.

    Every fact passes through `append`, so it makes no object and no call that it can do without.
    """

    def __init__(self, db: Connection, head: Head, peaks: Peaks, vocabulary: Vocabulary, folder: Folder) -> None:
        self.db = db
        self._seq, self._epoch, self._hash = head
        self._peaks = peaks
        self._rows: list[_Row] = []  # of entries that are folded, but not yet written
        self._encoded: list[bytes] = []  # their encodings
        self.authority = Authority(db)
        self._encode = vocabulary.encode
        self._folds = folder.folds

    def append(self, fact: Fact, stamp: Stamp, actor: str, cause: int | None) -> Entry:
        db, authority = self.db, self.authority
        seq, epoch, kind, subject, data = self._seq + 1, self._epoch, fact.kind, fact.subject, self._encode(fact)
        if cause is not None and not 0 < cause < seq:
            raise ValueError(f"entry {seq} cannot be caused by entry {cause}")
        fields = (stamp.at_bytes, stamp.trust_bytes, kind.encode(), subject.encode(), actor.encode(), data)
        encoded = encode(seq, epoch, cause, fields)
        digest = sha256(self._hash + encoded).digest()  # `chained`, without the call
        self._seq, self._hash = seq, digest
        self._encoded.append(encoded)
        places = (seq, epoch, stamp.at, stamp.trust, kind, subject, actor)
        entry = Entry(*places, cause, data, digest)
        self._rows.append((*places, cause or 0, bytearray(data), bytearray(digest)))
        authority.role = _FOLD
        for fold in self._folds.get(kind, ()):
            fold(db, entry, fact)
        authority.role = _DECISION
        return entry

    def seal(self) -> None:
        """Write the entries, grow the Merkle tree and move the head; the last thing before COMMIT."""
        if not self._rows:
            return
        leaves = [sha256(b"\x00" + encoded).digest() for encoded in self._encoded]  # `leaf_hash`, likewise
        self._peaks, blocks = extend(self._seq - len(leaves), self._peaks, leaves)
        self.db.executemany(_INSERT, self._rows)
        self._rows.clear()
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
        return self._seq, self._epoch, self._hash, self._peaks, len(self._rows)

    def rewind(self, mark: Mark) -> None:
        """Forget what was appended since; what it folded goes with SQLite's own rollback."""
        self._seq, self._epoch, self._hash, self._peaks, unwritten = mark
        del self._rows[unwritten:]
        del self._encoded[unwritten:]


class Tx:
    """One decision's view: the current tables with its own facts already folded, and the only way to add a fact.

    `db` reads tables: it refuses to write, and to read the journal itself. Nothing may be kept beyond the decision.
    """

    __slots__ = ("_failed", "_journal", "_request", "_stamp", "_written", "chance", "db", "vault")

    def __init__(
        self, journal: Journal, request: Request, stamp: Stamp, vault: VaultTx, chance: Chance, written: list[Entry]
    ) -> None:
        self.db = journal.db
        self.vault = vault
        self.chance = chance
        self._journal: Journal | None = journal
        self._request = request
        self._stamp = stamp
        self._written = written
        self._failed: BaseException | None = None

    @property
    def now(self) -> datetime:
        return self._stamp.now

    @property
    def at(self) -> str:
        """`now` as facts spell it."""
        return self._stamp.at

    def append(self, fact: Fact, *, cause: int | None = None) -> Entry:
        """Write one fact and fold it. Raises `NotCanonical`, `UnknownFact`, `RuntimeError` outside the decision."""
        if self._journal is None:
            raise RuntimeError("this decision is over; nothing can be appended to it")
        request = self._request
        try:
            entry = self._journal.append(fact, self._stamp, request.actor, request.cause if cause is None else cause)
        except BaseException as error:
            self._failed = error
            raise
        self._written.append(entry)
        return entry

    def begin_epoch(self, reason: str) -> Entry:
        """Mark that a person brought this journal back from an older copy, or let it go its own way."""
        if self._journal is None:
            raise RuntimeError("this decision is over; nothing can be appended to it")
        return self.append(EpochBegun(self._journal.begin_epoch(), reason))

    def close(self) -> None:
        """The decision is over. Raises what an `append` of it raised: a decision cannot carry on over a lost fact."""
        self._journal = None
        if self._failed is not None:
            raise self._failed


Decision = Callable[[Tx], object]
