"""Read-only connections, lent for a short while."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.clock import Clock
from edge.ledger.errors import LedgerClosed
from edge.ledger.sqlite import Connection, open_reader

IDLE_KEPT = 4
STEPS_BETWEEN_LOOKS = 10_000  # of SQLite's virtual machine, a fraction of a millisecond


class Readers:
    """Lends connections; each loan is one consistent snapshot, and its statements are interrupted after `limit_s`."""

    def __init__(self, database: Path, clock: Clock, limit_s: float) -> None:
        self._database = database
        self._clock = clock
        self._limit_s = limit_s
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        db = self._take()
        ends_at_s = self._clock.mono_s() + self._limit_s
        db.set_progress_handler(lambda: self._clock.mono_s() > ends_at_s, STEPS_BETWEEN_LOOKS)
        try:
            db.execute("BEGIN")
            yield db
        finally:
            db.set_progress_handler(None, 0)
            if db.in_transaction:
                db.execute("ROLLBACK")
            self._give_back(db)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for db in self._idle:
                db.close()
            self._idle.clear()

    def _take(self) -> Connection:
        with self._lock:
            if self._closed:
                raise LedgerClosed
            if self._idle:
                return self._idle.pop()
        return open_reader(self._database)

    def _give_back(self, db: Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < IDLE_KEPT:
                self._idle.append(db)
                return
        db.close()
