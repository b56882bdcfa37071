"""The smallest capability: counters that only grow. For the ledger's own tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from sqlite_utils import Database, Migrations

from edge.chance import Chance, SeededChance
from edge.clock import Trust
from edge.ledger import Connection, Entry, Fact, Ledger, Policy, Projection


@dataclass(frozen=True)
class Counted:
    """One counter grew. The amount 13 is one that the fold cannot take."""

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
    if fact.by == 13:
        raise ArithmeticError("the fold has a bug")
    db.execute(
        "INSERT INTO counter (name, total) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET total = total + excluded.total",
        (fact.name, fact.by),
    )


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
) -> Ledger:
    return Ledger.open(
        folder,
        box=box,
        projections=projections,
        clock=clock or StillClock(),
        chance=chance or SeededChance(7),
        inline=inline,
        policy=policy,
    )
