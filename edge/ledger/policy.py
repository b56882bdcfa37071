"""The ledger's limits, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MIB = 1 << 20


@dataclass(frozen=True)
class Policy:
    answers_kept: timedelta = timedelta(days=30)  # a client that repeats later than that is a new request
    prune_every_s: float = 3600.0
    floor_bytes: int = 64 * MIB  # below it only the closing of acts is written, and the desk is alarmed
    wal_tidy_bytes: int = 4 * MIB  # SQLite's own default of 1000 pages
    wal_alarm_bytes: int = 256 * MIB  # a reader has held the WAL for far too long
    reading_s: float = 5.0  # a reader that takes longer is interrupted; it would keep the WAL from being tidied
    batch: int = 256  # decisions in one transaction: beyond it a further one gains nothing and waits longer
    deciding_s: float = 0.005  # nobody waits longer for what others decide: the rest goes into the next transaction
