"""Taking an office's table into the house: all of it or nothing, in one commit.

A row that is known by unit, name and phone (or by its number) is an update. Who is known and not in the file is
reported; they are taken out only when that is asked for. A rehearsal does everything and then rolls back, so that its
report is exactly what applying would do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from edge.chance import new_id
from edge.ledger import Request, Tx
from edge.people import access_tables, rules, tables, writing
from edge.people.columns import Table
from edge.people.facts import DirectoryImported
from edge.people.importing import PROGRESS_EVERY, ImportFile, ImportProblem, Numbered, Progress, person_key
from edge.people.known import PersonRow, WorkerRow
from edge.people.parts import PeopleParts
from edge.people.signing_in import end_sessions
from edge.people.who import STAFF_ROLES, Role, Who, require
from edge.people.writing import Resident, Worker
from edge.refusal import Refusal

HOW = "import"
NOT_IN_LIST = "not_in_list"


@dataclass(frozen=True)
class ImportReport:
    """What a file does, or would do. `missing` are the ids of those who are known and not in it."""

    rows: int
    added: int
    changed: int
    unchanged: int
    missing: tuple[str, ...]
    removed: int
    problems: tuple[ImportProblem, ...] = ()


class _Rehearsed(Exception):
    """Carries the report out of a decision whose facts are rolled back."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__("rehearsed")
        self.report = report


async def preview_import(
    parts: PeopleParts, who: Who, file: ImportFile, *, remove_missing: bool = False, progress: Progress | None = None
) -> ImportReport:
    """What `apply_import` would do; with problems, those alone. Writes nothing."""
    check_may_import(who, file.table)
    if file.problems:
        return ImportReport(len(file.entries), 0, 0, 0, (), 0, file.problems)

    def decide(tx: Tx) -> None:
        raise _Rehearsed(_write(parts, tx, who, file, remove_missing, progress))

    try:
        await parts.ledger.commit(Request(actor=who.id), decide)
    except _Rehearsed as rehearsed:
        return rehearsed.report
    raise AssertionError("a rehearsal always ends in its report")


async def apply_import(
    parts: PeopleParts,
    who: Who,
    file: ImportFile,
    *,
    remove_missing: bool = False,
    progress: Progress | None = None,
    request: Request | None = None,
) -> ImportReport:
    """Take the file in. Raises Refusal `import_has_problems`, `phone_taken`, `not_allowed`; then nothing is written."""
    check_may_import(who, file.table)
    if file.problems:
        raise Refusal("import_has_problems", problems=len(file.problems))

    def decide(tx: Tx) -> tuple[list[int], list[str]]:
        report = _write(parts, tx, who, file, remove_missing, progress)
        sums = [report.rows, report.added, report.changed, report.unchanged, report.removed]
        return sums, list(report.missing)

    sums, missing = await parts.ledger.commit((request or Request())._replace(actor=who.id), decide)
    parts.directory.refresh(parts.ledger)
    rows, added, changed, unchanged, removed = sums
    return ImportReport(rows, added, changed, unchanged, tuple(missing), removed)


def check_may_import(who: Who, table: Table) -> None:
    """Seniors bring lists in; staff, with their roles, a manager alone."""
    require(who, *rules.SENIORS, rule="H1")
    if table is Table.STAFF:
        rules.check_may_give_roles(who, STAFF_ROLES)


def _write(
    parts: PeopleParts, tx: Tx, who: Who, file: ImportFile, remove_missing: bool, progress: Progress | None
) -> ImportReport:
    steps: _Steps = _OfResidents(tx, who) if file.table is Table.RESIDENTS else _OfWorkers(parts, tx, who, file.table)
    counts: Counter[str] = Counter()
    total = len(file.entries)
    for done, numbered in enumerate(file.entries, start=1):
        counts[steps.take(numbered)] += 1
        if progress is not None and (done % PROGRESS_EVERY == 0 or done == total):
            progress(done, total)
    missing = steps.missing()
    removed = missing if remove_missing else ()
    for person in removed:
        steps.remove(person)
    sums = (total, counts["added"], counts["changed"], counts["unchanged"])
    batch, absent, gone = new_id(tx.chance), len(missing), len(removed)
    tx.append(DirectoryImported(batch, file.table.value, file.file_sha256, *sums, missing=absent, removed=gone))
    return ImportReport(*sums, missing=missing, removed=gone)


class _Steps(Protocol):
    """One kind of people, taken in row by row inside the decision."""

    def take(self, numbered: Numbered) -> str:
        """Write one row: `added`, `changed` or `unchanged`."""

    def missing(self) -> tuple[str, ...]:
        """Who is known, belongs to what the file speaks of, and did not come by."""

    def remove(self, person: str) -> None: ...


class _OfResidents:
    """A file of one building says nothing about another: only the buildings in it have missing people."""

    def __init__(self, tx: Tx, who: Who) -> None:
        self._tx = tx
        self._who = who
        self._buildings: set[str] = set()
        self._known: dict[tuple[str, ...], PersonRow] = {}
        units = {row.unit: row for row in tables.units(tx.db)}
        for row in tables.persons(tx.db):
            record = tx.vault.open(row.person) if row.left_at is None else None
            if record is not None:
                unit = units[row.unit]
                key = (unit.building, unit.entrance, unit.room, record.get("name", ""), record.get("phone", ""))
                self._known[key] = row

    def take(self, numbered: Numbered) -> str:
        resident = numbered.entry
        if not isinstance(resident, Resident):
            raise TypeError("a list of residents has residents in it")
        self._buildings.add(resident.place.building)
        known = self._known.pop(person_key(resident), None)
        if known is None:
            writing.register_resident(self._tx, resident, by=self._who.id, how=HOW)
            return "added"
        changed = writing.change_resident(self._tx, known, resident, by=self._who.id, how=HOW)
        return "changed" if changed else "unchanged"

    def missing(self) -> tuple[str, ...]:
        return tuple(row.person for key, row in self._known.items() if key[0] in self._buildings)

    def remove(self, person: str) -> None:
        writing.move_out(self._tx, tables.person_row(self._tx.db, person), NOT_IN_LIST)


class _OfWorkers:
    """Known by their number. Whoever imports is never missing: nobody removes themselves by a list."""

    def __init__(self, parts: PeopleParts, tx: Tx, who: Who, table: Table) -> None:
        self._parts = parts
        self._tx = tx
        self._who = who
        rows = tables.staff(tx.db) if table is Table.STAFF else tables.couriers(tx.db)
        self._known = {row.number: row for row in rows if row.left_at is None}
        self._missing = dict(self._known)
        self._phones = {self._phone(row): row.number for row in self._known.values()}

    def take(self, numbered: Numbered) -> str:
        worker = numbered.entry
        if not isinstance(worker, Worker):
            raise TypeError("a list of staff or couriers has those in it")
        if Role.COURIER in worker.roles and self._phones.get(worker.phone, worker.number) != worker.number:
            raise Refusal("phone_taken", row=numbered.row)
        self._missing.pop(worker.number, None)
        known = self._known.get(worker.number)
        if known is None:
            writing.register_worker(self._tx, worker)
            return "added"
        return "changed" if writing.change_worker(self._tx, known, worker) else "unchanged"

    def missing(self) -> tuple[str, ...]:
        return tuple(row.id for row in self._missing.values() if row.id != self._who.id)

    def remove(self, person: str) -> None:
        known = tables.worker(self._tx.db, person)
        if known is not None:
            writing.end_worker(self._tx, known, NOT_IN_LIST)
            end_sessions(self._parts, self._tx, access_tables.sessions_of(self._tx.db, person), "left")

    def _phone(self, row: WorkerRow) -> str:
        return (self._tx.vault.open(row.id) or {}).get("phone", "")
