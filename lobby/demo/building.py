"""The first start: a sample building, as an office would send it, and PINs that exist on this machine only.

Loaded only then: it brings the reader of spreadsheets with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from edge.chance import SystemChance, digits
from edge.people.access_facts import Orientation, ScreenKind
from edge.people.columns import Table
from edge.people.directory import Directory, Kind, Person
from edge.people.import_flows import apply_import
from edge.people.importing import read_import
from edge.people.pin_flows import set_pin
from edge.people.screens import ScreenPlan, issue_screen_code
from edge.people.who import BOX, Role
from edge.refusal import Refusal
from edge.settings import Settings
from lobby.commands.people import OfflineParts, offline
from lobby.demo.notes import Notes
from lobby.demo.places import Places
from lobby.sample import KNOWN_HOUSEHOLDS, write_sample

SEED = 417
PIN_DIGITS = 6
DOORKEEPER = ScreenPlan("desk-doorkeeper", ScreenKind.DESK, 300, 200, Orientation.LANDSCAPE)
"""The demo's own screen: behind it stands nobody but the demo, which makes codes for the other screens there."""

WITH_PINS: Mapping[Role, int] = {
    Role.FRONT_DESK: 2,
    Role.KEY_KEEPER: 1,
    Role.SUPERVISOR: 2,
    Role.MANAGER: 1,
    Role.SECURITY: 1,
    Role.COURIER: 3,
}
"""How many of each get a PIN. The others get theirs as in a real house, with a code from a supervisor."""

Say = Callable[[str], None]


async def move_in(settings: Settings, places: Places, notes: Notes, say: Say) -> None:
    """Load the sample building into an empty house. Done again from the start when it was cut off."""
    files = await asyncio.to_thread(write_sample, places.sample, SEED)
    async with offline(settings, places.state) as parts:
        for table, file in zip((Table.RESIDENTS, Table.STAFF, Table.COURIERS), files, strict=True):
            await _take_in(parts, table, file, say)
        parts.directory.refresh(parts.ledger)
        say("  making PINs, random for this demo")
        people = await _give_pins(parts)
        known = [resident.phone for household in KNOWN_HOUSEHOLDS.values() for resident in household]
        phones = _phones(parts.directory)
        notes.write(seed=SEED, people=people, phones=phones, known=known, token="", complete=True)


async def doorkeepers_code(settings: Settings, places: Places) -> str:
    """A code for the doorkeeper's screen, made while the service does not run yet."""
    async with offline(settings, places.state) as parts:
        return (await issue_screen_code(parts, BOX, DOORKEEPER)).code


async def _take_in(parts: OfflineParts, table: Table, file: Path, say: Say) -> None:
    found = await asyncio.to_thread(lambda: read_import(table, file.read_bytes()))
    report = await apply_import(parts, BOX, found)
    if report.problems:
        raise AssertionError(f"the sample's own {file.name} cannot be imported: {report.problems[0]}")
    say(f"  {file.name}: {report.rows} rows")


async def _give_pins(parts: OfflineParts) -> list[dict[str, str]]:
    """Hashing is slow on purpose and has two threads, so two at a time."""
    workers = parts.directory.everybody(Kind.STAFF, Kind.COURIER)
    chosen = [person for role, many in WITH_PINS.items() for person in [w for w in workers if role in w.roles][:many]]
    two = asyncio.Semaphore(2)
    pins = await asyncio.gather(*(_give_pin(parts, person, two) for person in chosen))
    return [
        {"number": person.number, "name": person.name, "role": min(person.roles).value, "pin": pin}
        for person, pin in zip(chosen, pins, strict=True)
    ]


async def _give_pin(parts: OfflineParts, person: Person, two: asyncio.Semaphore) -> str:
    while True:
        pin = digits(SystemChance(), PIN_DIGITS)
        try:
            async with two:
                await set_pin(parts, person.id, pin, BOX)
        except Refusal as refusal:
            if refusal.code != "pin_too_easy":
                raise
        else:
            return pin


def _phones(directory: Directory) -> dict[str, str]:
    residents = [person for person in directory.everybody(Kind.RESIDENT) if person.phone]
    return {person.phone: f"{person.unit_label} {person.masked}" for person in residents}
