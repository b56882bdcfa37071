"""What a decision is given, and what it may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edge.chance import Chance
from edge.ledger.entry import Chain, Entry, encode
from edge.ledger.facts import Fact, Vocabulary
from edge.ledger.projection import Folder
from edge.ledger.sqlite import Connection
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


class Journal:
    """Appends facts inside the writer's transaction and folds them at once."""

    def __init__(self, db: Connection, chain: Chain, vocabulary: Vocabulary, folder: Folder) -> None:
        self.db = db
        self.chain = chain
        self._vocabulary = vocabulary
        self._folder = folder

    def append(self, fact: Fact, stamp: Stamp, actor: str, cause: int | None) -> Entry:
        chain, kind, subject, data = self.chain, fact.kind, fact.subject, self._vocabulary.encode(fact)
        seq = chain.seq + 1
        if cause is not None and not 0 < cause < seq:
            raise ValueError(f"entry {seq} cannot be caused by entry {cause}")
        encoded = encode(
            seq, chain.epoch, cause, stamp.at.encode(), stamp.trust.encode(), kind.encode(), subject.encode(),
            actor.encode(), data,
        )  # fmt: skip
        block = chain.take(encoded)
        self.db.execute(
            "INSERT INTO entry (seq, epoch, at, clock_trust, kind, subject, actor, cause, data, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, chain.epoch, stamp.at, stamp.trust, kind, subject, actor, cause, data, chain.hash),
        )
        if block is not None:
            self.db.execute("INSERT INTO merkle_block (number, hash) VALUES (?, ?)", (chain.seq >> 8, block))
        entry = Entry(seq, chain.epoch, stamp.at, stamp.trust, kind, subject, actor, cause, data, chain.hash)
        self._folder.fold(self.db, entry, fact)
        return entry

    def store_head(self) -> None:
        chain = self.chain
        self.db.execute(
            "UPDATE head SET seq = ?, epoch = ?, hash = ?, frontier = ? WHERE id = 1",
            (chain.seq, chain.epoch, chain.hash, chain.frontier.to_bytes()),
        )


class Tx:
    """One decision's view: the current tables with its own facts already folded, and the only way to add a fact.

    Read through `db`, never write through it. Nothing of it may be kept beyond the decision.
    """

    __slots__ = ("_journal", "_request", "_stamp", "_written", "chance", "db", "vault")

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
        entry = self._journal.append(fact, self._stamp, request.actor, request.cause if cause is None else cause)
        self._written.append(entry)
        return entry

    def close(self) -> None:
        self._journal = None


Decision = Callable[[Tx], object]
