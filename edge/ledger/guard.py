"""Watches the disk: a full one alarms and refuses, it never drops."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from edge.ledger.policy import Policy
from edge.ledger.sqlite import Connection


@dataclass(frozen=True)
class GuardStatus:
    """`full`: only the closing of acts is written. `wal_alarm`: a reader keeps the WAL from being tidied."""

    free_bytes: int
    floor_bytes: int
    wal_bytes: int
    full: bool
    wal_alarm: bool

    @property
    def alarm(self) -> bool:
        return self.full or self.wal_alarm


PAGE_BYTES = 4096


class Guard:
    def __init__(self, database: Path, policy: Policy) -> None:
        self._folder = database.parent
        self._wal = database.with_name(database.name + "-wal")
        self._policy = policy
        self._refused_by_sqlite = False

    def full(self) -> bool:
        return self._free_bytes() < self._policy.floor_bytes

    def saw_full(self) -> None:
        """SQLite itself found no room; remembered until a tidying succeeds."""
        self._refused_by_sqlite = True

    def tidy(self, db: Connection) -> None:
        _, frames, moved = db.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
        if self._refused_by_sqlite or (frames - moved) * PAGE_BYTES >= self._policy.wal_tidy_bytes:
            busy = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0]
            self._refused_by_sqlite = self._refused_by_sqlite and bool(busy)

    def status(self) -> GuardStatus:
        free, wal = self._free_bytes(), self._wal_bytes()
        return GuardStatus(
            free_bytes=free,
            floor_bytes=self._policy.floor_bytes,
            wal_bytes=wal,
            full=self._refused_by_sqlite or free < self._policy.floor_bytes,
            wal_alarm=wal >= self._policy.wal_alarm_bytes,
        )

    def _free_bytes(self) -> int:
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def _wal_bytes(self) -> int:
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0
