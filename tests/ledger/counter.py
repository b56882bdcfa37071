"""The smallest capability: counters that only grow. For the ledger's own tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, TypeVar

from sqlite_utils import Database, Migrations

from edge.chance import Chance, SeededChance
from edge.clock import Trust
from edge.ledger import Connection, Entry, Fact, Ledger, Policy, Projection, Request, Tx
from edge.ledger.sqlite import driver

T = TypeVar("T")

UNFOLDABLE = 13


@dataclass(frozen=True)
class Counted:
    """One counter grew. There is one amount that the fold cannot take: a bug to be found."""

    kind: ClassVar[str] = "counter.counted"
    name: str
    by: int
    note: str = ""

    @property
    def subject(self) -> str:
        return f"counter:{self.name}"


MIGRATIONS = Migrations("counter")


@MIGRATIONS()
def counters(db: Database) -> None:
    db.execute("CREATE TABLE counter (name TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID")


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    assert isinstance(fact, Counted)
    db.execute(
        "INSERT INTO counter (name, total) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET total = total + excluded.total",
        (fact.name, fact.by),
    )
    if fact.by == UNFOLDABLE:
        raise ArithmeticError("the fold has a bug")


COUNTER = Projection("counter", (Counted,), MIGRATIONS, ("counter",), fold)


class StillClock:
    """A clock that moves when a test moves it."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 22, 6, 26, 10, 123_000, UTC)
        self.passed_s = 0.0
        self.trusted = Trust.SYNCED

    def now(self) -> datetime:
        return self.wall

    def mono_s(self) -> float:
        return self.passed_s

    def trust(self) -> Trust:
        return self.trusted


def open_ledger(
    folder: Path,
    *,
    box: str = "box-1",
    inline: bool = False,
    clock: StillClock | None = None,
    chance: Chance | None = None,
    policy: Policy | None = None,
    projections: tuple[Projection, ...] = (COUNTER,),
    new_epoch: bool = False,
) -> Ledger:
    return Ledger.open(
        folder,
        box=box,
        projections=projections,
        clock=clock or StillClock(),
        chance=chance or SeededChance(7),
        inline=inline,
        policy=policy,
        new_epoch=new_epoch,
    )


def count(name: str, by: int) -> Callable[[Tx], int]:
    """The decision to let one counter grow; the entry's seq."""
    return lambda tx: tx.append(Counted(name, by)).seq


def committed(ledger: Ledger, decide: Callable[[Tx], T], request: Request | None = None) -> T:
    """What one decision comes to, for tests that need no loop of their own."""
    return asyncio.run(ledger.commit(request or Request(), decide))


def filled(folder: Path, entries: int) -> None:
    """A closed ledger with this many entries."""

    def decide(tx: Tx) -> None:
        for number in range(entries):
            tx.append(Counted(f"c{number % 7}", 1 + number % 5))

    with open_ledger(folder, inline=True) as ledger:
        committed(ledger, decide)


def total(ledger: Ledger) -> int:
    """All counters together, as the tables say."""
    with ledger.reading() as db:
        return int(db.execute("SELECT coalesce(sum(total), 0) FROM counter").fetchone()[0])


class Gate:
    """Holds the writer inside a decision, so that others come to wait behind it."""

    def __init__(self) -> None:
        self.inside = threading.Event()
        self.opened = threading.Event()

    def decide(self, tx: Tx) -> int:
        self.inside.set()
        self.opened.wait()
        return tx.append(Counted("gate", 1)).seq


async def hold(ledger: Ledger) -> tuple[Gate, asyncio.Task[int]]:
    gate = Gate()
    held = asyncio.create_task(ledger.commit(Request(), gate.decide))
    await asyncio.to_thread(gate.inside.wait)
    return gate, held


def tamper(folder: Path, *statements: str) -> None:
    """Do to a closed ledger what root on the box can do: the triggers are gone first."""
    db = driver.connect(str(folder / "ledger.db"), isolation_level=None)
    for trigger in ("entry_follows", "entry_stays", "entry_remains"):
        db.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        db.execute(statement)
    db.close()
