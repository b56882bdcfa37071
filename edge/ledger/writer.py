"""The one place where the ledger is written: a batch of decisions, one transaction, one fsync."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

from edge.chance import Chance
from edge.clock import Clock
from edge.ledger import answers
from edge.ledger.authority import Role
from edge.ledger.canonical import canonical, read
from edge.ledger.entry import Entry
from edge.ledger.errors import LedgerUnusable, Unusable
from edge.ledger.failures import unusable
from edge.ledger.guard import Guard
from edge.ledger.journal import Journal, Stamp
from edge.ledger.policy import Policy
from edge.ledger.sqlite import Connection, Error
from edge.ledger.tx import Decision, Request, Tx
from edge.ledger.vault import Vault, VaultTx
from edge.refusal import Refusal


class Job:
    """A decision on its way: afterwards either `value` is its answer or `error` is what it raised."""

    __slots__ = ("decide", "entries", "error", "future", "request", "value")

    def __init__(self, request: Request, decide: Decision, future: asyncio.Future[Any] | None = None) -> None:
        self.request = request
        self.decide = decide
        self.future = future
        self.value: object = None
        self.error: BaseException | None = None
        self.entries: list[Entry] = []


class Writer:
    """Runs batches on the writing connection. Not thread-safe: one thread, or one event loop, owns it."""

    def __init__(
        self, journal: Journal, vault: Vault, clock: Clock, chance: Chance, guard: Guard, policy: Policy
    ) -> None:
        self._journal = journal
        self._db: Connection = journal.db
        self._cursor = journal.db.cursor()
        self._authority = journal.authority
        self._vault = VaultTx(vault, journal.db, journal.authority, chance)
        self._clock = clock
        self._chance = chance
        self._guard = guard
        self._policy = policy
        self._broken: LedgerUnusable | None = None
        self._pruned_at_s: float | None = None

    def run(self, waiting: deque[Job]) -> list[Job]:
        """Decide what waits, as much as time allows, and make it durable together; the jobs that have an outcome now.

        Never raises: what goes wrong is the outcome of the jobs it went wrong for.
        """
        if self._broken is not None:
            return _fail(_take_all(waiting), self._broken)
        before = self._journal.mark()
        done: list[Job] = []
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._decide(waiting, done)
            self._journal.seal()
            self._db.execute(_COMMIT)
            self._guard.found(room=True)
        except BaseException as error:  # noqa: BLE001 - every caller of the batch gets it
            self._journal.rewind(before)
            return _fail(done + _take_all(waiting), self._abandon(error))
        return done

    def tidy(self) -> None:
        """What can wait until the callers have their answers: moving the WAL into the database."""
        self._guard.tidy(self._db, scrub=self._vault.take_forgot())

    def _decide(self, waiting: deque[Job], done: list[Job]) -> None:
        """Move jobs from `waiting` to `done`: at least one, and then until `deciding_s` are over."""
        stamp = self._stamp()
        full = self._guard.full()
        if not full:
            self._prune(stamp)
        enough_s = self._clock.mono_s() + self._policy.deciding_s
        while waiting and (not done or self._clock.mono_s() < enough_s) and len(done) < self._policy.batch:
            job = waiting.popleft()
            done.append(job)
            if full and not job.request.reserve:
                job.error = Refusal("disk_full")
            else:
                self._decide_one(job, stamp)

    def _decide_one(self, job: Job, stamp: Stamp) -> None:
        """One decision in its own savepoint; whatever it raises is for its caller alone."""
        journal = self._journal
        before = journal.mark()
        execute = self._cursor.execute
        execute("SAVEPOINT decision")
        try:
            job.value = self._answer(job, stamp)
        except BaseException as error:  # noqa: BLE001 - it is handed to the caller, who raises it
            _raise_if_batch_is_lost(self._db, error)
            execute("ROLLBACK TO decision")
            journal.rewind(before)
            job.error = error
            job.entries.clear()
        execute("RELEASE decision")

    def _answer(self, job: Job, stamp: Stamp) -> object:
        request = job.request
        if request.key:
            first = answers.recall(self._db, request)
            if first is not None:
                return first[0]
        tx = Tx(self._journal, request, stamp, self._vault, self._chance, job.entries)
        self._authority.role = Role.DECISION
        try:
            value = job.decide(tx)
        finally:
            self._authority.role = Role.LEDGER
            tx.close()
        if not request.key:
            return value
        body = canonical(value)
        answers.keep(self._db, request, body, stamp)
        return read(body)

    def _stamp(self) -> Stamp:
        return Stamp.of(self._clock.now(), self._clock.trust())

    def _prune(self, stamp: Stamp) -> None:
        """Now and then, and only by a clock that is known to be right: a wrong one would forget every answer."""
        mono_s = self._clock.mono_s()
        due = self._pruned_at_s is None or mono_s - self._pruned_at_s >= self._policy.prune_every_s
        if due and stamp.trust == "synced":
            self._pruned_at_s = mono_s
            answers.prune(self._db, stamp, self._policy.answers_kept)

    def _abandon(self, error: BaseException) -> BaseException:
        """Roll the whole batch back, and say what its callers are told."""
        with suppress(Error):  # SQLite rolls back by itself after the worst of them
            self._db.execute("ROLLBACK")
        seen = unusable(error)
        if seen is None:
            return error
        if seen.code is Unusable.DISK_FULL:
            self._guard.found(room=False)
            return Refusal("disk_full")
        if seen.code in _FATAL:  # after a failed write nobody knows what the disk holds: no further one is tried
            self._broken = seen
        return seen


_COMMIT = "COMMIT /* of the batch */"  # the driver keeps it prepared: a decision's own "COMMIT" is another, and refused
_FATAL = frozenset({Unusable.DAMAGED, Unusable.READ_ONLY})


def _raise_if_batch_is_lost(db: Connection, error: BaseException) -> None:
    """A full disk or a failing one ends the whole batch, not one savepoint."""
    lost = not db.in_transaction
    if isinstance(error, Error) and (lost or unusable(error) is not None):
        raise error
    if lost:
        raise RuntimeError("a decision ended the writer's transaction") from error


def _take_all(waiting: deque[Job]) -> list[Job]:
    jobs = list(waiting)
    waiting.clear()
    return jobs


def _fail(jobs: list[Job], error: BaseException) -> list[Job]:
    for job in jobs:
        job.value, job.error = None, error
        job.entries.clear()
    return jobs
