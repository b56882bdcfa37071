"""Finding people, residents, staff, couriers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from edge import remarks
from edge.api.visitors import Asks, Staff, TheHouse, staff
from edge.people import flows, rules, tables, values, worker_flows
from edge.people.directory import Directory, Kind
from edge.people.plain import plain_number
from edge.people.routes import bodies
from edge.people.who import Role, Who, require
from edge.people.writing import Place, Resident, Worker
from edge.refusal import Refusal

MOST_HITS = 50
FINDABLE = (Kind.UNIT, Kind.RESIDENT, Kind.STAFF, Kind.COURIER)


# -- finding -----------------------------------------------------------------------------------------------------------


async def search(
    house: TheHouse,
    q: Annotated[str, Query(min_length=1, max_length=60)],
    limit: Annotated[int, Query(ge=1, le=MOST_HITS)] = 20,
) -> list[bodies.HitGiven]:
    """By unit, name, pinyin or its initials, phone or its last four, staff or courier number. Names are masked (H3)."""
    return [bodies.HitGiven.of(hit) for hit in house.directory.search(q, limit, kinds=FINDABLE)]


async def unit(house: TheHouse, unit: str) -> bodies.UnitGiven:
    row = house.directory.unit(unit)
    members = [bodies.PersonMasked.of(person) for person in house.directory.members(unit)]
    place = {"building": row.building, "entrance": row.entrance, "room": row.room, "label": row.label}
    return bodies.UnitGiven(unit=row.unit, members=members, **place)


# -- residents ---------------------------------------------------------------------------------------------------------


async def register_resident(house: TheHouse, who: Staff, asks: Asks, written: bodies.ResidentWritten) -> bodies.IdGiven:
    person = await flows.register_resident(house, who, _resident(written), asks.by(who, "resident.register"))
    return bodies.IdGiven(id=person)


async def change_resident(
    house: TheHouse, who: Staff, asks: Asks, person: str, written: bodies.ResidentWritten
) -> bodies.Done:
    await flows.change_resident(house, who, person, _resident(written), asks.by(who, f"resident.change:{person}"))
    return bodies.Done()


async def move_out(house: TheHouse, who: Staff, asks: Asks, person: str, why: bodies.Reasoned) -> bodies.Done:
    await flows.move_out(house, who, person, why.reason, asks.by(who, f"resident.move_out:{person}"))
    return bodies.Done()


async def set_locker_consent(
    house: TheHouse, who: Staff, asks: Asks, person: str, told: bodies.LockerConsentTold
) -> bodies.Done:
    asked = asks.by(who, f"resident.locker_consent:{person}")
    await flows.set_locker_consent(house, who, person, given=told.given, how=told.how, request=asked)
    return bodies.Done()


async def look_up_full(
    house: TheHouse, who: Staff, asks: Asks, person: str, why: bodies.Reasoned
) -> bodies.FullRecordGiven:
    """Everything that is kept of an occupant. That you looked, and why, is written down (H3)."""
    record = await flows.look_up_full(house, who, person, why.reason, asks.by(who, f"resident.view:{person}"))
    return bodies.FullRecordGiven.of(record)


async def list_views(house: TheHouse, who: Staff, person: str) -> list[bodies.ViewGiven]:
    require(who, *rules.SENIORS, rule="H3")
    with house.ledger.reading() as db:
        tables.person_row(db, person)
        seen, vault = tables.views_of(db, person), house.ledger.vault
        return [bodies.ViewGiven.of(row, remarks.read(vault, db, row.reason)) for row in seen]


def _resident(written: bodies.ResidentWritten) -> Resident:
    """By the same readers as an imported row."""
    kind, number = written.document_kind, written.document_number
    read_kind = values.read_document_kind(kind) if kind else ("id_card" if number else None)
    return Resident(
        place=Place(
            values.read_place(written.building, values.BUILDING_WORDS),
            values.read_place(written.entrance, values.ENTRANCE_WORDS) if written.entrance else "",
            values.read_place(written.room, values.ROOM_WORDS),
        ),
        name=values.read_name(written.name),
        standing=written.standing,
        phone=values.read_phone(written.phone) if written.phone else "",
        document_kind=read_kind,
        document_number=values.read_document_number(read_kind, number) if read_kind and number else None,
        language=written.language,
        since=values.read_date(written.since) if written.since else None,
        until=values.read_date(written.until) if written.until else None,
        locker_consent=written.locker_consent,
    )


# -- staff and couriers ------------------------------------------------------------------------------------------------


async def list_staff(house: TheHouse, who: Staff) -> list[bodies.PersonMasked]:
    require(who, *rules.SENIORS)
    return _masked(house.directory, Kind.STAFF)


async def register_staff(house: TheHouse, who: Staff, asks: Asks, written: bodies.StaffWritten) -> bodies.IdGiven:
    return await _register(house, who, asks, _staff(written), "staff.register")


async def change_staff(
    house: TheHouse, who: Staff, asks: Asks, worker: str, written: bodies.StaffWritten
) -> bodies.Done:
    await worker_flows.change_worker(house, who, worker, _staff(written), asks.by(who, f"staff.change:{worker}"))
    return bodies.Done()


async def list_couriers(house: TheHouse) -> list[bodies.PersonMasked]:
    return _masked(house.directory, Kind.COURIER)


async def register_courier(house: TheHouse, who: Staff, asks: Asks, written: bodies.CourierWritten) -> bodies.IdGiven:
    return await _register(house, who, asks, _courier(written), "courier.register")


async def change_courier(
    house: TheHouse, who: Staff, asks: Asks, worker: str, written: bodies.CourierWritten
) -> bodies.Done:
    await worker_flows.change_worker(house, who, worker, _courier(written), asks.by(who, f"courier.change:{worker}"))
    return bodies.Done()


async def end_worker(house: TheHouse, who: Staff, asks: Asks, worker: str, why: bodies.Reasoned) -> bodies.Done:
    await worker_flows.end_worker(house, who, worker, why.reason, asks.by(who, f"worker.end:{worker}"))
    return bodies.Done()


async def _register(house: TheHouse, who: Who, asks: Asks, worker: Worker, usecase: str) -> bodies.IdGiven:
    return bodies.IdGiven(id=await worker_flows.register_worker(house, who, worker, asks.by(who, usecase)))


def _staff(written: bodies.StaffWritten) -> Worker:
    if Role.COURIER in written.roles:
        raise Refusal("role_unknown")
    name, phone = values.read_name(written.name), values.read_phone(written.phone)
    return Worker(plain_number(written.number), name, phone, frozenset(written.roles))


def _courier(written: bodies.CourierWritten) -> Worker:
    name, phone = values.read_name(written.name), values.read_phone(written.phone)
    carrier = values.read_word(written.carrier)
    return Worker(plain_number(written.number), name, phone, frozenset({Role.COURIER}), carrier)


def _masked(directory: Directory, kind: Kind) -> list[bodies.PersonMasked]:
    return [bodies.PersonMasked.of(person) for person in directory.everybody(kind)]


def directory_router() -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["people"])
    add = router.add_api_route
    served = [Depends(staff)]
    add("/search", search, methods=["GET"], summary="Find units and people", dependencies=served)
    add("/units/{unit}", unit, methods=["GET"], summary="A unit and its occupants", dependencies=served)
    add("/residents", register_resident, methods=["POST"], summary="Somebody moves in")
    add("/residents/{person}", change_resident, methods=["POST"], summary="Change an occupant's record")
    add("/residents/{person}/departure", move_out, methods=["POST"], summary="Somebody moves out")
    add(
        "/residents/{person}/locker-consent", set_locker_consent, methods=["POST"], summary="Parcels may go in a locker"
    )
    add("/residents/{person}/views", look_up_full, methods=["POST"], summary="Look at a full record, with a reason")
    add("/residents/{person}/views", list_views, methods=["GET"], summary="Who looked at a full record")
    add("/staff", list_staff, methods=["GET"], summary="Those who work here")
    add("/staff", register_staff, methods=["POST"], summary="Take on a member of staff")
    add("/staff/{worker}", change_staff, methods=["POST"], summary="Change a member of staff")
    add("/staff/{worker}/departure", end_worker, methods=["POST"], summary="A member of staff leaves")
    add("/couriers", list_couriers, methods=["GET"], summary="Those who deliver here", dependencies=served)
    add("/couriers", register_courier, methods=["POST"], summary="Register a courier")
    add("/couriers/{worker}", change_courier, methods=["POST"], summary="Change a courier")
    add("/couriers/{worker}/departure", end_worker, methods=["POST"], summary="Bar a courier")
    return router
