"""People and screens from the command line, for a box that nobody can sign in to yet. The service must be stopped."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from edge.chance import Chance, SystemChance
from edge.clock import Clock, SystemClock
from edge.ledger import Ledger
from edge.people.access_facts import Orientation, ScreenKind
from edge.people.columns import Table
from edge.people.credentials import Credentials
from edge.people.directory import Directory, Kind
from edge.people.import_flows import ImportReport, apply_import, preview_import
from edge.people.importing import read_import
from edge.people.pin_flows import issue_setup_code
from edge.people.plain import plain_number
from edge.people.screens import ScreenPlan, issue_screen_code
from edge.people.who import BOX
from edge.refusal import Refusal
from edge.settings import Settings
from lobby.wiring import open_ledger


@dataclass(frozen=True)
class OfflineParts:
    """What the flows of people need, without devices and loops."""

    clock: Clock
    chance: Chance
    ledger: Ledger
    directory: Directory
    credentials: Credentials


@asynccontextmanager
async def offline(settings: Settings, state: Path) -> AsyncIterator[OfflineParts]:
    """Open the ledger for one command. Raises `LedgerUnusable` (busy while the service runs)."""
    clock, chance = SystemClock(), SystemChance()
    ledger = open_ledger(settings, state, clock, chance)
    credentials = Credentials(clock, chance)
    try:
        yield OfflineParts(clock, chance, ledger, Directory.read(ledger), credentials)
    finally:
        credentials.close()
        ledger.close()


async def import_people(settings: Settings, state: Path, kind: str, name: str, data: bytes, *, preview: bool) -> int:
    """Read a file of residents, staff or couriers; all of it or nothing. Each wrong row is named."""
    async with offline(settings, state) as parts:
        found = read_import(Table(kind), data, _progress)
        take = preview_import if preview else apply_import
        report = await take(parts, BOX, found, progress=_progress)
    return _tell(report, name, preview=preview)


def _tell(report: ImportReport, name: str, *, preview: bool) -> int:
    for problem in report.problems:
        print(f"row {problem.row}, {problem.column}: {problem.code}", file=sys.stderr)
    if report.problems:
        print(f"{name}: {len(report.problems)} problems; nothing was changed. Mend these rows and try again.")
        return 1
    verb = "would be" if preview else "were"
    print(
        f"{name}: {report.rows} rows; {report.added} {verb} added, {report.changed} changed,"
        f" {report.unchanged} left as they are; {len(report.missing)} known people are not in the file"
    )
    return 0


def _progress(done: int, total: int) -> None:
    print(f"  {done} of {total} rows", file=sys.stderr, end="\r" if done < total else "\n", flush=True)


async def pin_code(settings: Settings, state: Path, number: str) -> int:
    """A one-time code with which a member of staff or a courier sets their own PIN at a screen."""
    async with offline(settings, state) as parts:
        wanted = plain_number(number)
        whose = next((p.id for p in parts.directory.everybody(Kind.STAFF, Kind.COURIER) if p.number == wanted), None)
        if whose is None:
            raise Refusal("no_such_person")
        issued = await issue_setup_code(parts, BOX, whose)
    print(f"code {issued.code} for {wanted}: good once, for {issued.life_s // 3600} hours. Nobody else may see it.")
    return 0


async def offer_screen(settings: Settings, state: Path, name: str, kind: str, size_mm: tuple[int, int]) -> int:
    """A one-time code with which one browser becomes this screen."""
    width, height = size_mm
    orientation = Orientation.PORTRAIT if height > width else Orientation.LANDSCAPE
    async with offline(settings, state) as parts:
        issued = await issue_screen_code(parts, BOX, ScreenPlan(name, ScreenKind(kind), width, height, orientation))
    print(f"code {issued.code} makes one browser {name}: good once, for {issued.life_s // 60} minutes.")
    return 0
