"""The one search box: what somebody typed or scanned, and the things of the house that it may mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edge.ledger import Connection
from edge.parcels.flows.placing import QR_PREFIX, placing_of
from edge.parcels.rules import clean_number
from edge.parcels.tables import (
    IN_THE_HOUSE,
    ParcelRow,
    RegisterFilter,
    parcel_in_cell,
    parcel_row,
    parcel_with_code,
    parcel_with_token,
    register_page,
)
from edge.people.directory import Hit, Kind
from edge.people.finding import EXACT_UNIT
from edge.people.known import UnitRow
from edge.refusal import Refusal
from edge.slips import slip_row
from kiosk_ui.desk.context import Here

LONGEST = 80
MOST = 9  # as many as there are number keys
SHORTEST_NUMBER_PART = 4

_PARCEL = re.compile(r"P\d{6,}")
_SLIP = re.compile(r"[A-Z]-\d{6,}")


@dataclass(frozen=True)
class Found:
    """One line under the search box. `sure`: nothing else can have been meant."""

    kind: str
    what: str
    more: str
    href: str
    sure: bool = False


def find(here: Here, text: str) -> list[Found]:
    """What this means, best first."""
    asked = text.strip()[:LONGEST]
    if not asked:
        return []
    with here.house.ledger.reading() as db:
        exact = _scanned(here, db, asked)
        if exact is not None:
            return [exact]
        cell = _cell(here, db, asked)
        people = [_hit(here, hit) for hit in here.house.directory.search(asked, MOST)]
        parcels = [_parcel(here, row) for row in _by_number(db, asked)]
    return [*cell, *people, *parcels][:MOST]


def best(here: Here, text: str) -> str:
    """Where Enter leads at once: the only thing that it can be; empty when a person has to choose."""
    hits = find(here, text)
    return hits[0].href if len(hits) == 1 or (hits and hits[0].sure) else ""


def unit_meant(here: Here, text: str) -> UnitRow | None:
    """The one unit that is said like this; a room alone will do where only one building has it."""
    directory = here.house.directory
    hits = [hit for hit in directory.search(text, kinds=(Kind.UNIT,)) if hit.rank == EXACT_UNIT]
    return directory.unit_by_label(text) or (directory.unit(hits[0].id) if len(hits) == 1 else None)


def _scanned(here: Here, db: Connection, asked: str) -> Found | None:
    """Numbers of our own and codes of parcels name one thing only."""
    word = asked.upper().replace(" ", "")
    if _SLIP.fullmatch(word):
        return _slip(here, db, word)
    row = parcel_row(db, word) if _PARCEL.fullmatch(word) else None
    row = row or _by_code(here, db, asked)
    return _parcel(here, row, sure=True) if row is not None else None


def _slip(here: Here, db: Connection, slip: str) -> Found | None:
    try:
        about = slip_row(db, slip).about
    except Refusal:
        return None
    row = parcel_row(db, about.removeprefix("parcel:"))
    if row is None:
        return None
    found = _parcel(here, row, sure=True)
    return Found("slip", slip, here.say("desk.dot").join((found.what, found.more)), f"{found.href}#{slip}", sure=True)


def _by_code(here: Here, db: Connection, asked: str) -> ParcelRow | None:
    """A resident shows the QR code or says the digits of their message."""
    digits = asked.replace(" ", "")
    hash_of = placing_of(here.house).hash_of
    if asked.startswith(QR_PREFIX):
        return parcel_with_token(db, hash_of(asked.removeprefix(QR_PREFIX)))
    if digits.isascii() and digits.isdigit() and len(digits) == here.house.settings.policy.code_digits:
        return parcel_with_code(db, hash_of(digits))
    return None


def _by_number(db: Connection, asked: str) -> list[ParcelRow]:
    """Tracking numbers, whole or by their end; what is still in the house comes first."""
    number = clean_number(asked)
    if len(number) < SHORTEST_NUMBER_PART or not any(ch.isdigit() for ch in number):
        return []
    rows = [row for row in register_page(db, RegisterFilter(number=number), 40) if row.number.endswith(number)]
    return sorted(rows, key=lambda row: (row.state not in IN_THE_HOUSE, -row.seq))[:MOST]


def _parcel(here: Here, row: ParcelRow, *, sure: bool = False) -> Found:
    whole = here.say("desk.tail", None, carrier=here.words.carrier(row.carrier), tail=row.number[-4:])
    who = here.say("desk.unit_and_name", None, unit=here.words.unit(row.unit), name=here.words.masked(row.addressee))
    more = here.say("desk.dot").join((who, here.words.place(row), here.times.age(row.registered_at)))
    return Found("parcel", whole, more, f"/parcels/{row.parcel}", sure)


def _cell(here: Here, db: Connection, asked: str) -> list[Found]:
    cell = here.house.wall.cell(asked.upper())
    if cell is None:
        return []
    row = parcel_in_cell(db, here.house.wall.device, cell.name)
    more = _parcel(here, row).more if row is not None else here.say("desk.cell.free")
    return [Found("cell", cell.name, more, f"/cells/{cell.name}", sure=True)]


def _hit(here: Here, hit: Hit) -> Found:
    if hit.kind is Kind.UNIT or hit.person is None:
        who = [person.masked for person in here.house.directory.members(hit.id)]
        return Found("unit", hit.unit_label, here.say("paper.and").join(who), f"/units/{hit.id}", sure=False)
    person = hit.person
    standing = here.say(f"desk.standing.{person.standing}") if person.standing else ""
    more = here.say("desk.dot").join(part for part in (hit.unit_label, standing, here.words.phone(person)) if part)
    return Found("person", person.masked, more, f"/people/{person.id}")
