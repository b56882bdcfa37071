"""The ledger against raw SQLite and plain hashing, in one run: `python -m bench.ledger [--entries N]`.

Both sides take turns, so that a noisy machine is noisy for both; of the rounds, the one in the middle counts.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import threading
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import ClassVar

import orjson
from sqlite_utils import Database, Migrations

from bench.report import heading, report
from edge.chance import SystemChance
from edge.clock import SystemClock
from edge.ledger import Connection, Entry, Fact, Ledger, Policy, Projection, Request, Tx
from edge.ledger.sqlite import open_reader, open_writer
from edge.ledger.verify import verify
from lobby.memory import keep_what_is_loaded

ROUNDS = 21


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


INSERT_PARCEL = "INSERT INTO bench_parcel (parcel, unit, number, state, at, seq) VALUES (?, ?, ?, 'registered', ?, ?)"


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    assert isinstance(fact, Registered)
    db.execute(INSERT_PARCEL, (fact.parcel, fact.unit, fact.number, entry.at, entry.seq))


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
        return _rate(self._caller, callers, total)

    def cost_us(self, callers: int, total: int) -> float:
        """Microseconds an entry."""
        return 1e6 / self.rate(callers, total)

    async def _caller(self, each: int) -> None:
        for _ in range(each):
            self._next += 1
            await self._ledger.commit(Request(actor="staff:s01"), _decision(self._next))

    def fill(self, until: int) -> None:
        """Many facts a decision: as fast as it goes, up to a number of entries."""

        async def run() -> None:
            while self._next < until:
                numbers = range(self._next + 1, min(self._next + 2_000, until) + 1)
                await self._ledger.commit(Request(), _decision(*numbers))
                self._next = numbers[-1]

        asyncio.run(run())


def _decision(*numbers: int) -> Callable[[Tx], int]:
    def decide(tx: Tx) -> int:
        for number in numbers:
            tx.append(fact(number))
        return len(numbers)

    return decide


class Raw:
    """The same facts, as JSON, in the same two rows, from as many callers, in groups by one thread, with one fsync a
    group and the same pragmas: all that SQLite asks for, and nothing of what the ledger adds (chain, Merkle tree,
    triggers, savepoints, checked types, refusals)."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._db = open_writer(folder / "raw.db")
        self._db.execute("PRAGMA wal_autocheckpoint = 1000")
        self._db.execute(
            "CREATE TABLE entry (seq INTEGER PRIMARY KEY, epoch INTEGER, at TEXT, clock_trust TEXT, kind TEXT,"
            " subject TEXT, actor TEXT, cause INTEGER, data BLOB, hash BLOB) STRICT"
        )
        parcels(Database(self._db))
        self._waiting: SimpleQueue[tuple[Registered, asyncio.Future[int]] | None] = SimpleQueue()
        self._next = 0
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def rate(self, callers: int, total: int) -> float:
        """Rows of facts a second, each awaited by its caller."""
        return _rate(self._caller, callers, total)

    def bare_rate(self, group: int, total: int) -> float:
        """The same INSERTs in a bare loop: no caller waits, so nothing is handed over."""
        begun = perf_counter()
        for _ in range(total // group):
            self._insert([fact(self._number()) for _ in range(group)])
        return total / (perf_counter() - begun)

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()
        self._db.close()

    async def _caller(self, each: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(each):
            future = loop.create_future()
            self._waiting.put((fact(self._number()), future))
            await future

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _write(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            while not self._waiting.empty() and (further := self._waiting.get()) is not None:
                group.append(further)
            self._insert([registered for registered, _ in group])
            first[1].get_loop().call_soon_threadsafe(_resolve, [future for _, future in group])

    def _insert(self, group: list[Registered]) -> None:
        at, digest, execute = "2026-11-22T06:26:10.123Z", bytes(32), self._db.execute
        execute("BEGIN IMMEDIATE")
        for one in group:
            seq = int(one.parcel[1:])
            row = (seq, 1, at, "synced", one.kind, one.subject, "staff:s01", None, orjson.dumps(one), digest)
            execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            execute(INSERT_PARCEL, (one.parcel, one.unit, one.number, at, seq))
        execute("COMMIT")


def _resolve(futures: list[asyncio.Future[int]]) -> None:
    for future in futures:
        future.set_result(0)


def _rate(caller: Callable[[int], Coroutine[None, None, None]], callers: int, total: int) -> float:
    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(callers):
                group.create_task(caller(total // callers))

    begun = perf_counter()
    asyncio.run(run())
    return total / (perf_counter() - begun)


def in_turns(one: Callable[[], float], other: Callable[[], float]) -> tuple[float, float]:
    """What both give, time about; of the rounds, the one whose ratio is in the middle."""
    rounds = [(one(), other()) for _ in range(ROUNDS)]
    return sorted(rounds, key=lambda pair: pair[0] / pair[1])[ROUNDS // 2]


def bench_append(folder: Path, callers: int, total: int) -> bool:
    """Against the same rows from the same callers; and, for information, against INSERTs that nobody waits for."""
    with open_bench(folder / f"append-{callers}") as ledger, closing(Raw(folder / f"raw-{callers}")) as raw:
        appender = Appender(ledger)
        appender.rate(1, 50)
        ours, theirs = in_turns(lambda: appender.rate(callers, total), lambda: raw.rate(callers, total))
        same, bare = in_turns(lambda: appender.rate(callers, total), lambda: raw.bare_rate(callers, total))
    goal = f"durable chained append with tables, {callers} at once"
    ok = report(goal, ours, "/s", theirs, ">= 0.6", ours >= 0.6 * theirs)
    report(f"  beside a bare loop of INSERTs in groups of {callers}", same, "/s", bare, "(no goal)", True)
    return ok


def bench_size(folder: Path, entries: int) -> bool:
    """Appending must not slow down as the journal grows."""
    with open_bench(folder / "small") as small_ledger, open_bench(folder / "large") as large_ledger:
        small, large = Appender(small_ledger), Appender(large_ledger)
        small.fill(1_000)
        large.fill(entries)
        at_large, at_small = in_turns(lambda: large.cost_us(100, 2_000), lambda: small.cost_us(100, 2_000))
    goal = f"an append at {entries:,} entries beside one at 1,000"
    return report(goal, at_large, "us", at_small, "<= 1.2", at_large <= 1.2 * at_small)


def bench_verify(folder: Path) -> bool:
    """A whole check against reading and hashing the same bytes: no lengths, no order, no Merkle tree."""
    ours, plain = in_turns(lambda: _rate_of(folder, _verify), lambda: _rate_of(folder, _hash_plainly))
    return report("verify beside plain hashing", ours, "/s", plain, ">= 0.5", ours >= 0.5 * plain)


def _rate_of(folder: Path, work: Callable[[Connection], int]) -> float:
    with closing(open_reader(folder / "small" / "ledger.db")) as db:
        begun = perf_counter()
        return work(db) / (perf_counter() - begun)


def _verify(db: Connection) -> int:
    return verify(db, "bench").seq


def _hash_plainly(db: Connection) -> int:
    db.row_factory = None
    digest, count = b"", 0
    for row in db.execute("SELECT seq, epoch, cause, at, clock_trust, kind, subject, actor, data, hash FROM entry"):
        seq, epoch, cause, at, trust, kind, subject, actor, data, _ = row
        text = f"{seq} {epoch} {cause} {at} {trust} {kind} {subject} {actor} "
        digest = sha256(digest + text.encode() + data).digest()
        count += 1
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000, help="size of the large journal")
    options = parser.parse_args()
    keep_what_is_loaded()  # as the service does when it is ready
    heading()
    with tempfile.TemporaryDirectory(prefix="bench-ledger-") as name:
        folder = Path(name)
        kept = [
            bench_append(folder, 1, 100),
            bench_append(folder, 100, 2_000),
            bench_size(folder, options.entries),
            bench_verify(folder),
        ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
