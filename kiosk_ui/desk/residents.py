"""Flats and the people in them: masked, with what waits for them; the whole record only with a reason (H3)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import Response

from edge.ledger import Connection
from edge.parcels.tables import ParcelRow, RegisterFilter, register_page, waiting
from edge.people.directory import Kind, Person
from edge.people.flows import look_up_full, set_locker_consent
from edge.people.known import UnitRow
from edge.people.tables import has_locker_consent, units, views_of
from edge.people.who import SENIOR_ROLES
from edge.refusal import Refusal
from kiosk_ui.desk.context import Here
from kiosk_ui.desk.door import DeskRoute, FieldsDep, HereDep
from kiosk_ui.desk.lines import Line, parcel_line
from kiosk_ui.desk.refusals import Problem

router = APIRouter(route_class=DeskRoute)

RECENT = 10
VIEWS = 20


@dataclass(frozen=True)
class Occupant:
    key: int
    person: str
    name: str
    standing: str
    phone: str
    consents: bool
    waiting: int


@dataclass(frozen=True)
class Flat:
    """A flat on the drawing of the building; `waiting` parcels lie for it."""

    unit: str
    room: str
    label: str
    waiting: int


@router.get("/units")
async def units_page(here: HereDep) -> Response:
    return here.page("units.html", **building_values(here))


def building_values(here: Here) -> dict[str, object]:
    """Every building as it stands: floors from the top down, flats along each."""
    with here.house.ledger.reading() as db:
        rows = units(db)
        lying: dict[str, list[ParcelRow]] = {}
        for row in waiting(db, 2000):
            lying.setdefault(row.unit, []).append(row)
    rows.sort(key=lambda row: (row.building, row.entrance))
    houses = []
    for (building, entrance), some in groupby(rows, key=lambda row: (row.building, row.entrance)):
        houses.append((building, entrance, _floors(list(some), lying)))
    return {"houses": houses, "flats": len(rows), "lying": _lying(here, rows, lying)}


def _lying(here: Here, rows: list[UnitRow], lying: dict[str, list[ParcelRow]]) -> list[tuple[str, str, str, int]]:
    """(unit, its label, whose parcels wait, how many) of every flat with something waiting."""
    found = []
    for row in sorted(rows, key=lambda row: row.label):
        names = dict.fromkeys(here.words.masked(parcel.addressee) for parcel in lying.get(row.unit, ()))
        if names:
            found.append((row.unit, row.label, here.say("paper.and").join(names), len(lying[row.unit])))
    return found


def _floors(rows: list[UnitRow], lying: dict[str, list[ParcelRow]]) -> list[tuple[str, list[Flat]]]:
    """Rooms such as 1204 are floor 12, flat 04."""
    floors: dict[str, list[Flat]] = {}
    for row in sorted(rows, key=lambda row: row.room):
        floor = row.room[:-2] or row.room
        floors.setdefault(floor, []).append(Flat(row.unit, row.room[-2:], row.label, len(lying.get(row.unit, ()))))
    return sorted(floors.items(), key=lambda item: (len(item[0]), item[0]), reverse=True)


@router.get("/units/{unit}")
async def unit_page(here: HereDep, unit: str) -> Response:
    """Raises Refusal `no_such_unit`."""
    row = here.house.directory.unit(unit)
    with here.house.ledger.reading() as db:
        parcels = register_page(db, RegisterFilter(unit=unit), 200)
        people = occupants(here, db, here.house.directory.members(unit))
        return here.page(
            "unit.html",
            unit=row,
            occupants=people,
            lines=lines_of(here, db, parcels),
            past=past_of(here, parcels),
        )


def occupants(here: Here, db: Connection, people: tuple[Person, ...]) -> list[Occupant]:
    lying = waiting(db, 2000)
    return [
        Occupant(
            key=key,
            person=one.id,
            name=one.masked,
            standing=here.say(f"desk.standing.{one.standing}") if one.standing else "",
            phone=here.words.phone(one),
            consents=has_locker_consent(db, one.id),
            waiting=sum(1 for row in lying if row.addressee == one.id),
        )
        for key, one in enumerate(people, start=1)
    ]


def lines_of(here: Here, db: Connection, parcels: list[ParcelRow]) -> list[Line]:
    """What is still in the house, oldest first."""
    gone = ("collected", "taken_back")
    return [parcel_line(here, db, row, serving=True) for row in reversed(parcels) if row.state.value not in gone]


def past_of(here: Here, parcels: list[ParcelRow]) -> list[tuple[str, str, str]]:
    """(parcel, what it was, how it ended) of the last that left."""
    left = [row for row in parcels if row.state.value in ("collected", "taken_back")][:RECENT]
    return [
        (
            row.parcel,
            here.say("desk.tail", None, carrier=here.words.carrier(row.carrier), tail=row.number[-4:]),
            here.say("desk.dot").join((here.words.place(row), here.times.when(row.collected_at or row.registered_at))),
        )
        for row in left
    ]


@router.get("/people/{person}")
async def person_page(here: HereDep, person: str) -> Response:
    return here.page("person.html", **person_values(here, person))


def person_values(here: Here, person: str) -> dict[str, object]:
    """Raises Refusal `no_such_person`."""
    one = _resident(here, person)
    with here.house.ledger.reading() as db:
        parcels = [row for row in register_page(db, RegisterFilter(unit=one.unit), 200) if row.addressee == one.id]
        views = (
            views_of(db, one.id) if here.who.roles & SENIOR_ROLES else []
        )  # who looked is for those who answer for it
        return {
            "person": one,
            "standing": here.say(f"desk.standing.{one.standing}") if one.standing else "",
            "consents": has_locker_consent(db, one.id),
            "lines": lines_of(here, db, parcels),
            "past": past_of(here, parcels),
            "views": [
                (here.times.when(v.at), here.words.actor(v.who), here.words.reason(v.reason), v.screen)
                for v in views[:VIEWS]
            ],
            "problem": None,
        }


def _resident(here: Here, person: str) -> Person:
    one = here.house.directory.person(person)
    if one.kind is not Kind.RESIDENT:
        raise Refusal("no_such_person")
    return one


@router.post("/people/{person}/consent")
async def consent(here: HereDep, person: str, form: FieldsDep) -> Response:
    """P8: the addressee agrees to the locker, or no longer does."""
    request = here.request(f"consent.{person}", form)
    given = form.text("given") == "yes"
    await set_locker_consent(here.house, here.who, _resident(here, person).id, given=given, request=request)
    return here.go(f"/people/{person}?did=consent")


@router.post("/people/{person}/full")
async def full(here: HereDep, person: str, form: FieldsDep) -> Response:
    """The whole record: that it was looked at, by whom and why, is written down first."""
    try:
        record = await look_up_full(here.house, here.who, person, form.text("reason"))
    except Refusal as refusal:
        problem: Problem = here.problem(refusal)
        return here.page("person.html", 422, **{**person_values(here, person), "problem": problem})
    return here.page("full.html", record=record, reason=form.text("reason"), **person_values(here, person))
