"""What a decision is given, and what it may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from edge.chance import Chance
from edge.ledger.entry import Entry
from edge.ledger.facts import EpochBegun, Fact
from edge.ledger.journal import Journal, Stamp
from edge.ledger.vault import VaultTx


class Request(NamedTuple):
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


class Tx:
    """One decision's view: the current tables with its own facts already folded, and the only way to add a fact.

    `db` reads tables: it refuses to write, and to read the journal itself. Nothing may be kept beyond the decision.
    """

    __slots__ = ("_actor", "_cause", "_failed", "_journal", "_stamp", "_written", "chance", "db", "vault")

    def __init__(
        self, journal: Journal, request: Request, stamp: Stamp, vault: VaultTx, chance: Chance, written: list[Entry]
    ) -> None:
        self.db = journal.db
        self.vault = vault
        self.chance = chance
        self._journal: Journal | None = journal
        self._actor = request.actor
        self._cause = request.cause
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
        try:
            entry = self._journal.append(fact, self._stamp, self._actor, self._cause if cause is None else cause)
        except BaseException as error:
            self._failed = error
            raise
        self._written.append(entry)
        return entry

    def act_for(self, actor: str) -> None:
        """What is appended from here on is this person's doing: the decision has found out whose screen it is."""
        self._actor = actor

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
