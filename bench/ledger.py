"""The ledger against raw SQLite and plain hashing, in one run: `python -m bench.ledger [--entries N]`.

Both sides take turns, so that a noisy machine is noisy for both; the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import ClassVar

from sqlite_utils import Database, Migrations

from bench.report import heading, report
from edge.chance import SystemChance
from edge.clock import SystemClock
from edge.ledger import Connection, Entry, Fact, Ledger, Policy, Projection, Request, Tx
from edge.ledger.sqlite import open_writer

ROUNDS = 7


@dataclass(frozen=True)
class Registered:
    """A parcel as a desk registers it: a fact of usual size."""

    kind: ClassVar[str] = "bench.registered"
    parcel: str
    unit: str
    number: str
    carrier: str
    cls: str
    quantity: int

    @property
    def subject(self) -> str:
        return f"parcel:{self.parcel}"


MIGRATIONS = Migrations("bench")


@MIGRATIONS()
def parcels(db: Database) -> None:
    db.execute(
        "CREATE TABLE bench_parcel (parcel TEXT PRIMARY KEY, unit TEXT, number TEXT, state TEXT, at TEXT, seq INTEGER)"
        " STRICT, WITHOUT ROWID"
    )


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    assert isinstance(fact, Registered)
    db.execute(
        "INSERT INTO bench_parcel (parcel, unit, number, state, at, seq) VALUES (?, ?, ?, 'registered', ?, ?)",
        (fact.parcel, fact.unit, fact.number, entry.at, entry.seq),
    )


BENCH = Projection("bench", (Registered,), MIGRATIONS, ("bench_parcel",), fold)


def fact(number: int) -> Registered:
    return Registered(f"p{number:09d}", f"1-{number % 240:04d}", f"SF{number:012d}", "sf", "express", 1)


def open_bench(folder: Path) -> Ledger:
    policy = Policy(floor_bytes=0)
    return Ledger.open(
        folder, box="bench", projections=[BENCH], clock=SystemClock(), chance=SystemChance(), policy=policy
    )


class Appender:
    """Commits one fact a decision from a number of callers, each of which waits for its answer before the next."""

    def __init__(self, ledger: Ledger, start: int = 0) -> None:
        self._ledger = ledger
        self._next = start

    def rate(self, callers: int, total: int) -> float:
        """Entries a second."""
        begun = perf_counter()
        asyncio.run(self._run(callers, total // callers))
        return total / (perf_counter() - begun)

    async def _run(self, callers: int, each: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(callers):
                group.create_task(self._caller(each))

    async def _caller(self, each: int) -> None:
        for _ in range(each):
            self._next += 1
            await self._ledger.commit(Request(actor="staff:s01"), _decision(self._next))

    def fill(self, until: int) -> None:
        """Many facts a decision: as fast as it goes, up to a number of entries."""

        async def run() -> None:
            while self._next < until:
                numbers = range(self._next + 1, min(self._next + 2_000, until) + 1)
                await self._ledger.commit(Request(), lambda tx: [tx.append(fact(n)) for n in numbers])
                self._next = numbers[-1]

        asyncio.run(run())


def _decision(number: int) -> Callable[[Tx], int]:
    return lambda tx: tx.append(fact(number)).seq


class Raw:
    """Plain INSERTs of rows of an entry's columns and sizes: same pragmas, no trigger, no chain, no table beside it."""

    def __init__(self, folder: Path, sample: Entry) -> None:
        self._db = open_writer(folder / "raw.db")
        self._db.execute("PRAGMA wal_autocheckpoint = 1000")
        self._db.execute(
            "CREATE TABLE row (seq INTEGER PRIMARY KEY, epoch INTEGER, at TEXT, clock_trust TEXT, kind TEXT, subject TEXT,"
            " actor TEXT, cause INTEGER, data BLOB, hash BLOB) STRICT"
        )
        self._sample = sample
        self._next = 0

    def rate(self, group: int, total: int) -> float:
        entry = self._sample
        rest = (entry.epoch, entry.at, entry.clock_trust, entry.kind, entry.subject, entry.actor, entry.cause)
        begun = perf_counter()
        for _ in range(total // group):
            self._db.execute("BEGIN IMMEDIATE")
            for _ in range(group):
                self._next += 1
                self._db.execute(
                    "INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (self._next, *rest, entry.data, entry.hash)
                )
            self._db.execute("COMMIT")
        return total / (perf_counter() - begun)

    def close(self) -> None:
        self._db.close()


def bench_append(folder: Path) -> bool:
    with open_bench(folder / "append") as ledger:
        appender = Appender(ledger)
        appender.rate(1, 50)
        with ledger.reading() as db:
            sample = Entry(*db.execute("SELECT * FROM entry WHERE seq = 1").fetchone())
        raw = Raw(folder, sample)
        ok = True
        for callers, total in ((1, 400), (100, 10_000)):
            rounds = [(appender.rate(callers, total), raw.rate(callers, total)) for _ in range(ROUNDS)]
            ours, theirs = median(one for one, _ in rounds), median(one for _, one in rounds)
            goal = f"durable chained append with tables, {callers} caller{'s'[: callers - 1]}"
            ok &= report(goal, ours, "/s", theirs, ">= 0.6", ours >= 0.6 * theirs)
        raw.close()
    return ok


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000, help="size of the large journal")
    options = parser.parse_args()
    heading()
    with tempfile.TemporaryDirectory(prefix="bench-ledger-") as name:
        ok = bench_append(Path(name))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
