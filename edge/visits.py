"""Visits at a kiosk: from the moment someone is identified until they leave, or are seen to have left.

A visit is what a person at the screen holds in hand; it never outlives a restart, a walk away, or its own screen.
What stands open when it ends is settled by the capabilities that listen here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from sqlite_utils import Database, Migrations

from edge.chance import new_id
from edge.clock import Clock
from edge.ledger import Connection, Entry, Fact, Ledger, Projection, Request, Tx
from edge.refusal import Refusal

LOOK_EVERY_S = 5.0


class _OfVisit:
    visit: str

    @property
    def subject(self) -> str:
        return f"visit:{self.visit}"


@dataclass(frozen=True)
class VisitOpened(_OfVisit):
    """Someone was identified. `purpose`: collect, drop_off; `who`: their id; `by`: code, token, pin."""

    kind: ClassVar[str] = "visit.opened"
    visit: str
    screen: str
    purpose: str
    who: str
    by: str


@dataclass(frozen=True)
class VisitClosed(_OfVisit):
    """`how`: left, idle, replaced (someone else began at this screen), cut_off (the box went down)."""

    kind: ClassVar[str] = "visit.closed"
    visit: str
    how: str


@dataclass(frozen=True)
class VisitRow:
    visit: str
    screen: str
    purpose: str
    who: str
    by: str
    opened_at: str
    closed: str


migrations = Migrations("visits")


@migrations()
def create(db: Database) -> None:
    columns = {"visit": str, "screen": str, "purpose": str, "who": str, "by": str, "opened_at": str, "closed": str}
    db.table("visits").create(columns, pk="visit")
    db.table("visits").create_index(["closed"])


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case VisitOpened():
            values = (fact.visit, fact.screen, fact.purpose, fact.who, fact.by, entry.at)
            db.execute("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, '')", values)
        case VisitClosed():
            db.execute("UPDATE visits SET closed = ? WHERE visit = ?", (fact.how, fact.visit))


PROJECTION = Projection(
    name="visits", facts=(VisitOpened, VisitClosed), migrations=migrations, tables=("visits",), fold=fold
)


def visit_row(db: Connection, visit: str) -> VisitRow | None:
    values = db.execute("SELECT * FROM visits WHERE visit = ?", (visit,)).fetchone()
    return VisitRow(*values) if values else None


def open_visits(db: Connection, screen: str = "") -> list[VisitRow]:
    """Visits that have not ended, of one screen or of all."""
    sql = "SELECT * FROM visits WHERE closed = '' AND (? = '' OR screen = ?) ORDER BY opened_at"
    return [VisitRow(*values) for values in db.execute(sql, (screen, screen))]


OnClose = Callable[[Tx, VisitRow], None]


class Visits:
    """Opens and ends visits. `run()` ends those that were walked away from."""

    def __init__(self, ledger: Ledger, clock: Clock, *, idle_s: float, on_close: tuple[OnClose, ...] = ()) -> None:
        self._ledger = ledger
        self._clock = clock
        self._idle_s = idle_s
        self._on_close = on_close
        self._touched: dict[str, float] = {}

    def open(self, tx: Tx, *, screen: str, purpose: str, who: str, by: str) -> str:
        """Begin a visit inside the decision that identified the person; whoever stood there before is gone."""
        for earlier in open_visits(tx.db, screen):
            self._end(tx, earlier, "replaced")
        visit = new_id(tx.chance)
        tx.append(VisitOpened(visit=visit, screen=screen, purpose=purpose, who=who, by=by))
        self._touched[visit] = self._clock.mono_s()
        return visit

    def current(self, db: Connection, visit: str, *, screen: str, purpose: str = "") -> VisitRow:
        """The open visit of this screen. Raises Refusal `visit_over` for any other."""
        row = visit_row(db, visit)
        if row is None or row.closed or row.screen != screen or (purpose and row.purpose != purpose):
            raise Refusal("visit_over")
        self._touched[visit] = self._clock.mono_s()
        return row

    @staticmethod
    def row(db: Connection, visit: str) -> VisitRow | None:
        return visit_row(db, visit)

    async def close(self, request: Request, visit: str, *, screen: str, how: str = "left") -> None:
        """End a visit; ending it twice is fine."""

        def decide(tx: Tx) -> None:
            row = visit_row(tx.db, visit)
            if row is not None and not row.closed and row.screen == screen:
                self._end(tx, row, how)

        await self._ledger.commit(request, decide)

    def _end(self, tx: Tx, row: VisitRow, how: str) -> None:
        tx.append(VisitClosed(visit=row.visit, how=how))
        self._touched.pop(row.visit, None)
        for settle in self._on_close:
            settle(tx, row)

    async def settle_at_start(self) -> None:
        """Nobody's visit outlives the box going down."""
        await self._end_all(lambda row: "cut_off" if row.visit not in self._touched else "")

    async def run(self) -> None:
        """End visits that nobody touched for `idle_s`, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if any(self._idle(visit) for visit in self._touched):
                await self._end_all(lambda row: "idle" if self._idle(row.visit) else "")

    def _idle(self, visit: str) -> bool:
        return self._clock.mono_s() - self._touched.get(visit, 0.0) > self._idle_s

    async def _end_all(self, how: Callable[[VisitRow], str]) -> None:
        def decide(tx: Tx) -> None:
            for row in open_visits(tx.db):
                if word := how(row):
                    self._end(tx, row, word)

        await self._ledger.commit(Request(reserve=True), decide)
