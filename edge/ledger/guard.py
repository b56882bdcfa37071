"""Watches the disk: a full one alarms and refuses, it never drops."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from edge.ledger.policy import Policy
from edge.ledger.sqlite import PAGE_BYTES, Connection, Error, driver, primary_code

LOOK_EVERY = 16  # batches between two looks at the WAL: it holds some kilobytes more, and nobody waits for the look


@dataclass(frozen=True)
class GuardStatus:
    """`reason` is `""` when all is well, or why the desk is alarmed.

    `disk_full`: only the closing of acts is written. `wal_growing`: a reader keeps the WAL from being moved into the
    database. `io`: moving it failed; what was committed is safe in the WAL.
    """

    reason: str
    free_bytes: int
    floor_bytes: int
    wal_bytes: int

    @property
    def alarm(self) -> bool:
        return bool(self.reason)


class Guard:
    """Asked by the writer before, and told after, each batch. `status` may be read from any thread."""

    def __init__(self, folder: Path, policy: Policy) -> None:
        self._folder = folder
        self._policy = policy
        self._wal_bytes = 0  # what is in the WAL and not yet in the database
        self._no_room = False  # SQLite itself found the disk full; until a commit succeeds
        self._failing = False  # the last tidying failed
        self._scrub_owed = False  # a forgotten person's key is still in the WAL's old pages
        self._batches = 0

    def full(self) -> bool:
        """Whether less is free than the reserve for closing acts."""
        return self._free_bytes() < self._policy.floor_bytes

    def found(self, *, room: bool) -> None:
        """What SQLite found when it wrote last."""
        self._no_room = not room

    def tidy(self, db: Connection, *, scrub: bool = False) -> None:
        """Move the WAL into the database when it has grown; at once, and emptied, when `scrub` asks for it."""
        self._scrub_owed = self._scrub_owed or scrub
        self._batches += 1
        if self._batches % LOOK_EVERY and not (self._scrub_owed or self._uneasy()):
            return
        try:
            self._tidy(db)
            self._failing = False
        except Error as error:
            self._no_room = self._no_room or primary_code(error) == driver.SQLITE_FULL
            self._failing = True

    def status(self) -> GuardStatus:
        free = self._free_bytes()
        return GuardStatus(self._reason(free), free, self._policy.floor_bytes, self._wal_bytes)

    def _uneasy(self) -> bool:
        return self._no_room or self._failing or self._wal_bytes >= self._policy.wal_tidy_bytes

    def _reason(self, free: int) -> str:
        if self._no_room or free < self._policy.floor_bytes:
            return "disk_full"
        if self._failing:
            return "io"
        return "wal_growing" if self._wal_bytes >= self._policy.wal_alarm_bytes else ""

    def _tidy(self, db: Connection) -> None:
        state = db.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
        if self._scrub_owed:
            state = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._scrub_owed = bool(state[0])  # a reader is in the way: owed again after the next batch
        elif _waiting(state) >= self._policy.wal_tidy_bytes:
            state = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._wal_bytes = _waiting(state)

    def _free_bytes(self) -> int:
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize


def _waiting(state: tuple[int, int, int]) -> int:
    """Bytes in the WAL that are not in the database, of a checkpoint's (busy, frames, moved)."""
    _, frames, moved = state
    return (frames - moved) * PAGE_BYTES
