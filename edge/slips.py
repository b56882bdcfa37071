"""Paper that counts: parcel slips, receipts, labels are controlled stock with a serial number out of the ledger.

A slip is `issued` only when the printer was healthy before and reported completion after; else it is `stalled`
(paper, cover, cutter), `spoiled`, or `unknown`, and a person decides. Nothing prints by itself when paper is refilled.
A reprint keeps the number and says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from sqlite_utils import Database, Migrations

from drivers.errors import DeviceError, OutcomeUnknown, Unavailable
from drivers.ports import Document, Printer, PrintOutcome, PrintResult
from edge import eyes, remarks
from edge.ledger import Connection, Entry, Fact, Ledger, Projection, Request, Row, Tx
from edge.refusal import Refusal

log = logging.getLogger("lobby.slips")


class SlipState(StrEnum):
    NUMBERED = "numbered"
    PRINTING = "printing"
    ISSUED = "issued"
    STALLED = "stalled"
    SPOILED = "spoiled"
    UNKNOWN = "unknown"


class _OfSlip:
    slip: str

    @property
    def subject(self) -> str:
        return f"slip:{self.slip}"


@dataclass(frozen=True)
class SlipNumbered(_OfSlip):
    """A number is taken for a form, before any paper moves. `copy` is 0 for the first print."""

    kind: ClassVar[str] = "slip.numbered"
    slip: str
    form: str
    about: str
    language: str


@dataclass(frozen=True)
class SlipPrintRequested(_OfSlip):
    """The paper is about to move. `copy` counts reprints; a copy above 0 says 补打 REPRINT."""

    kind: ClassVar[str] = "slip.print_requested"
    slip: str
    copy: int


@dataclass(frozen=True)
class SlipPrinted(_OfSlip):
    """What the printer proved. `state`: issued, stalled, unknown; `reason`: the driver's word."""

    kind: ClassVar[str] = "slip.printed"
    slip: str
    copy: int
    state: str
    reason: str


@dataclass(frozen=True)
class SlipJudged(_OfSlip):
    """A person looked at the paper: `issued` (it is good) or `spoiled` (torn up)."""

    kind: ClassVar[str] = "slip.judged"
    slip: str
    state: str
    note: str


@dataclass(frozen=True)
class SlipRow:
    slip: str
    form: str
    about: str
    language: str
    copy: int
    state: SlipState
    reason: str
    at: str


migrations = Migrations("slips")


@migrations()
def create(db: Database) -> None:
    columns = {"slip": str, "form": str, "about": str, "language": str, "copy": int, "state": str, "reason": str}
    db.table("slips").create({**columns, "at": str, "seq": int}, pk="slip")
    db.table("slips").create_index(["about"])
    db.table("slips").create_index(["state"])
    db.table("slip_counters").create({"form": str, "last": int}, pk="form")


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case SlipNumbered():
            values = (fact.slip, fact.form, fact.about, fact.language, entry.at, entry.seq)
            db.execute("INSERT INTO slips VALUES (?, ?, ?, ?, 0, 'numbered', '', ?, ?)", values)
            db.execute(
                "INSERT INTO slip_counters VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1", (fact.form,)
            )
        case SlipPrintRequested():
            db.execute("UPDATE slips SET copy = ?, state = 'printing' WHERE slip = ?", (fact.copy, fact.slip))
        case SlipPrinted():
            db.execute("UPDATE slips SET state = ?, reason = ? WHERE slip = ?", (fact.state, fact.reason, fact.slip))
        case SlipJudged():
            db.execute("UPDATE slips SET state = ?, reason = '' WHERE slip = ?", (fact.state, fact.slip))


PROJECTION = Projection(
    name="slips",
    facts=(SlipNumbered, SlipPrintRequested, SlipPrinted, SlipJudged),
    migrations=migrations,
    tables=("slips", "slip_counters"),
    fold=fold,
)

_COLUMNS = "slip, form, about, language, copy, state, reason, at"


def slip_row(db: Connection, slip: str) -> SlipRow:
    """One slip. Raises Refusal `no_such_slip`."""
    sql = f"SELECT {_COLUMNS} FROM slips WHERE slip = ?"  # noqa: S608 - constant
    values = db.execute(sql, (slip,)).fetchone()
    if values is None:
        raise Refusal("no_such_slip")
    return _row(values)


def slips_about(db: Connection, about: str) -> list[SlipRow]:
    sql = f"SELECT {_COLUMNS} FROM slips WHERE about = ? ORDER BY seq"  # noqa: S608 - constant
    return [_row(values) for values in db.execute(sql, (about,))]


def not_vouched_for(db: Connection, limit: int = 20) -> list[SlipRow]:
    """Slips that no printer vouched for and no person has judged, newest first."""
    sql = f"SELECT {_COLUMNS} FROM slips WHERE state IN ('stalled', 'unknown') ORDER BY at DESC, slip LIMIT ?"  # noqa: S608 - constant
    return [_row(values) for values in db.execute(sql, (limit,))]


def waiting_for_paper(db: Connection) -> list[SlipRow]:
    """Slips that have a number and no paper yet, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM slips WHERE state = 'numbered' ORDER BY seq"  # noqa: S608 - constant
    return [_row(values) for values in db.execute(sql)]


def any_printing(db: Connection) -> bool:
    """Whether a slip was on its way out of the printer when this was last known."""
    return db.execute("SELECT 1 FROM slips WHERE state = 'printing' LIMIT 1").fetchone() is not None


def _row(values: Row) -> SlipRow:
    slip, form, about, language, copy, state, reason, at = values
    return SlipRow(slip, form, about, language, copy, SlipState(state), reason, at)


class Papers(Protocol):
    """Who knows the words on the paper: the screens' floor, in the reader's language."""

    def document(self, slip: SlipRow, data: Mapping[str, str]) -> Document: ...


class SlipData(Protocol):
    """Where a capability looks up what stands on one of its forms, at the moment of printing."""

    def __call__(self, slip: SlipRow) -> Mapping[str, str]: ...


class Slips:
    """Numbers paper, prints it once, and writes down what came of it. `run()` is the printer's one worker."""

    def __init__(self, ledger: Ledger, printer: Printer, papers: Papers) -> None:
        self._ledger = ledger
        self._printer = printer
        self._papers = papers
        self._data: dict[str, SlipData] = {}
        self._one_job = asyncio.Lock()
        self._asked: set[tuple[str, int]] = set()

    def form(self, name: str, data: SlipData) -> None:
        """A capability brings a form: what its slips say is asked from `data` when they print."""
        self._data[name] = data

    def number(self, tx: Tx, *, form: str, prefix: str, about: str, language: str) -> str:
        """Take the next number of a form, inside the decision that the slip belongs to."""
        found = tx.db.execute("SELECT last FROM slip_counters WHERE form = ?", (form,)).fetchone()
        slip = f"{prefix}-{(int(found[0]) if found else 0) + 1:06d}"
        tx.append(SlipNumbered(slip=slip, form=form, about=about, language=language))
        return slip

    async def reprint(self, request: Request, slip: str) -> None:
        """Print a slip again, marked as a reprint; asked twice with one key, once. Raises Refusal `no_such_slip`."""

        def decide(tx: Tx) -> int:
            copy = slip_row(tx.db, slip).copy + 1
            tx.append(SlipPrintRequested(slip=slip, copy=copy))
            self._asked.add((slip, copy))
            return copy

        copy = await self._ledger.commit(request, decide)
        if (slip, copy) in self._asked:
            self._asked.discard((slip, copy))
            async with self._one_job:
                await self._finish(slip, copy, request.actor)

    async def judge(self, request: Request, slip: str, *, good: bool, note: str = "") -> None:
        """A person decides about paper that no printer vouched for."""
        state = SlipState.ISSUED if good else SlipState.SPOILED

        def decide(tx: Tx) -> None:
            row = slip_row(tx.db, slip)
            if row.state in (SlipState.ISSUED, SlipState.SPOILED):
                raise Refusal("already_settled")
            said = remarks.keep(tx, note)
            tx.append(SlipJudged(slip=slip, state=state.value, note=said))
            eyes.settle(tx, f"slip:{slip}", finding=state.value, note=said)

        await self._ledger.commit(request, decide)

    async def run(self) -> None:
        """Print what gets a number, one slip at a time, until cancelled."""
        news = self._ledger.subscribe()
        try:
            await self.print_waiting()
            async for batch in news:
                if any(entry.kind == SlipNumbered.kind for entry in batch) or news.take_lagged():
                    await self.print_waiting()
        finally:
            news.close()

    async def print_waiting(self) -> None:
        """Print every slip that has a number and no paper yet."""
        with self._ledger.reading() as db:
            rows = waiting_for_paper(db)
        for row in rows:
            await self.print_now(row.slip)

    async def settle_at_start(self) -> None:
        """What an earlier life did not finish: paper that moved may be out, other paper is not; a person decides."""

        def decide(tx: Tx) -> None:
            for slip, copy in tx.db.execute("SELECT slip, copy FROM slips WHERE state = 'printing'").fetchall():
                self._close(tx, slip, copy, SlipState.UNKNOWN, "cut_off")
            for row in waiting_for_paper(tx.db):
                self._close(tx, row.slip, row.copy, SlipState.STALLED, "cut_off")

        await self._ledger.commit(Request(reserve=True), decide)

    async def print_now(self, slip: str) -> None:
        """Print one numbered slip and write down what the printer proved."""
        async with self._one_job:
            begin = SlipPrintRequested(slip=slip, copy=0)
            await self._ledger.commit(Request(reserve=True), lambda tx: tx.append(begin))
            await self._finish(slip, 0, "box")

    async def _finish(self, slip: str, copy: int, actor: str) -> None:
        document = self._document(slip)
        state, reason = await self._print(document) if document else (SlipState.STALLED, "no_words")
        request = Request(actor=actor, reserve=True)
        await self._ledger.commit(request, lambda tx: self._close(tx, slip, copy, state, reason))

    def _document(self, slip: str) -> Document | None:
        """What stands on it; None where its words cannot be found, so that one slip never stops all others."""
        with self._ledger.reading() as db:
            row = slip_row(db, slip)
        try:
            return self._papers.document(row, self._data[row.form](row))
        except (Refusal, LookupError, TypeError, ValueError) as error:
            log.error("slip %s has no words: %s", slip, type(error).__name__)  # noqa: TRY400 - no data in the log
            return None

    async def _print(self, document: Document) -> tuple[SlipState, str]:
        try:
            return _judged(await self._printer.print(document))
        except Unavailable as error:
            return SlipState.STALLED, error.reason
        except OutcomeUnknown as error:
            return SlipState.UNKNOWN, error.reason
        except DeviceError as error:
            return SlipState.STALLED, error.reason

    def _close(self, tx: Tx, slip: str, copy: int, state: SlipState, reason: str) -> None:
        tx.append(SlipPrinted(slip=slip, copy=copy, state=state.value, reason=reason))
        if state is not SlipState.ISSUED:
            eyes.raise_(tx, f"slip:{slip}", f"slip_{state.value}", device="printer")
        elif copy:
            eyes.settle(tx, f"slip:{slip}", finding="reprinted")


def _judged(outcome: PrintOutcome) -> tuple[SlipState, str]:
    if outcome.result is PrintResult.PRINTED:
        return SlipState.ISSUED, ""
    if outcome.result is PrintResult.STALLED:
        return SlipState.STALLED, outcome.reason
    return SlipState.UNKNOWN, outcome.reason or outcome.result.value
