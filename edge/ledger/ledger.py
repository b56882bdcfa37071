"""The ledger as everybody else sees it."""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

from edge.chance import Chance
from edge.clock import Clock
from edge.ledger import rebuild
from edge.ledger.checkpoint import Checkpoint, Note, origin_of, sign
from edge.ledger.entry import Entry, Head
from edge.ledger.errors import LedgerClosed
from edge.ledger.facts import Fact, Vocabulary
from edge.ledger.failures import as_unusable
from edge.ledger.feed import Subscription
from edge.ledger.files import put
from edge.ledger.guard import Guard, GuardStatus
from edge.ledger.journal import Journal
from edge.ledger.merkle import root, unpack
from edge.ledger.opening import Opened, open_store
from edge.ledger.policy import Policy
from edge.ledger.projection import Folder, Projection
from edge.ledger.readers import Readers
from edge.ledger.sqlite import Connection
from edge.ledger.thread import WriterThread, in_loop
from edge.ledger.tx import Request, Tx
from edge.ledger.vault import Vault
from edge.ledger.writer import Job, Writer

T = TypeVar("T")


class Ledger:
    """The journal, the tables folded from it, and the vault. Made by `Ledger.open`."""

    def __init__(
        self,
        opened: Opened,
        projections: Sequence[Projection],
        vocabulary: Vocabulary,
        clock: Clock,
        chance: Chance,
        policy: Policy,
    ) -> None:
        self.box = opened.box
        self.vault = Vault(opened.keys.vault)
        self._opened = opened
        self._vocabulary = vocabulary
        self._projections = projections
        self._guard = Guard(opened.places.folder, policy)
        self._readers = Readers(opened.places.database, clock, policy.reading_s)
        self._journal = Journal(opened.db, opened.head, opened.peaks, vocabulary, Folder(projections))
        self._head = opened.head
        self._subscriptions: dict[Subscription, None] = {}  # told in the order in which they came
        self._writer = Writer(self._journal, self.vault, clock, chance, self._guard, policy)
        self._thread: WriterThread | None = None
        self._closed = False

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        box: str,
        projections: Sequence[Projection],
        clock: Clock,
        chance: Chance,
        inline: bool = False,
        policy: Policy | None = None,
        new_epoch: bool = False,
    ) -> Ledger:
        """Open the ledger in `folder`, or make it. `inline`: no thread, decisions run in the caller (virtual time).

        Projections that changed are folded again first. `new_epoch`: a person accepts a journal that is not what this
        box signed, and commits `tx.begin_epoch` next. Raises `LedgerUnusable`.
        """
        policy = policy or Policy()
        vocabulary = Vocabulary([fact for projection in projections for fact in projection.facts])
        opened = open_store(folder, box, chance, new_epoch=new_epoch)
        try:
            stale = rebuild.stale(opened.db, projections)
            if stale:
                with as_unusable():
                    rebuild.fold_again(opened.db, vocabulary, stale)
            ledger = cls(opened, projections, vocabulary, clock, chance, policy)
        except BaseException:
            opened.close()
            raise
        if not inline:
            ledger._thread = WriterThread(ledger._writer, ledger._publish)
        return ledger

    async def commit(self, request: Request, decide: Callable[[Tx], T]) -> T:
        """Run one decision and make its facts durable; its answer, once they are.

        With a key the answer must be plain JSON, and a repeat gets the first one and writes nothing. Raises the
        decision's own `Refusal` (nothing of it is written), `Refusal("key_reused")`, `Refusal("disk_full")`,
        `LedgerUnusable`, `LedgerClosed`, and whatever else the decision or a fold raised.
        """
        if self._thread is not None:
            return cast(T, await self._thread.submit(request, decide))
        if self._closed:
            raise LedgerClosed
        job = Job(request, decide)
        self._writer.run(deque([job]))
        self._publish(job.entries)
        self._writer.tidy()
        if job.error is not None:
            raise job.error
        return cast(T, job.value)

    def reading(self) -> AbstractContextManager[Connection]:
        """A read-only connection with one consistent snapshot, for a moment: a long reader keeps the WAL growing."""
        return self._readers.lend()

    def subscribe(self) -> Subscription:
        """Entries as they are committed from now on. Called inside the event loop that will read them."""
        subscription = Subscription(asyncio.get_running_loop(), lambda one: self._subscriptions.pop(one, None))
        self._subscriptions[subscription] = None
        return subscription

    def decode(self, entry: Entry) -> Fact:
        return self._vocabulary.decode(entry.kind, entry.data)

    def hmac(self, purpose: str, data: bytes) -> bytes:
        """A keyed hash that only this box can make: for codes that may be compared but not be found by trying."""
        label = purpose.encode()
        return hmac.digest(self._opened.keys.code, len(label).to_bytes(2, "big") + label + data, sha256)

    def guard_status(self) -> GuardStatus:
        """How the disk is doing; any thread may ask."""
        return self._guard.status()

    def make_checkpoint(self) -> Note:
        """Sign the journal's head of this moment and keep the note beside the database. Blocks for a disk write."""
        with self.reading() as db:
            seq, epoch, frontier = db.execute("SELECT seq, epoch, frontier FROM head").fetchone()
        checkpoint = Checkpoint(origin_of(self.box), seq, root(unpack(seq, frontier)), epoch)
        note = sign(checkpoint, self._opened.keys.signer())
        put(self._opened.places.checkpoint, str(note).encode())
        return note

    def compare(self) -> dict[str, int]:
        """Hold the tables against a fresh fold of the journal: the tables that differ, and by how many rows."""
        with self.reading() as db:
            return rebuild.compare(db, self._vocabulary, self._projections)

    @property
    def public_key(self) -> bytes:
        """The Ed25519 key that checkpoints are verified with."""
        return self._opened.keys.public()

    @property
    def head(self) -> Head:
        return self._head

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    def close(self) -> None:
        """Write and answer what waits, then let go of the folder."""
        if self._closed:
            return
        self._closed = True
        if self._thread is not None:
            self._thread.close()
        for subscription in list(self._subscriptions):
            in_loop(subscription.loop, subscription.close)
        self._readers.close()
        self._opened.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _publish(self, entries: Sequence[Entry]) -> None:
        """After the commit, in the writer: the new head, then the live views."""
        if not entries:
            return
        last = entries[-1]
        self._head = Head(last.seq, last.epoch, last.hash)
        batch = tuple(entries)
        for subscription in list(self._subscriptions):
            in_loop(subscription.loop, subscription.offer, batch)
