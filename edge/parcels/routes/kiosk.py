"""Parcels at the kiosk: a courier who drops off, a resident who collects."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from edge.api.visitors import Asks, Courier, Kiosk, TheHouse
from edge.ledger import Request
from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.parcels.routes.bodies import CodeBody, DisputeBody, DropOffBody, PutInBody, SizeBody, ToDeskBody

router = APIRouter(tags=["parcels at the kiosk"])


# -- at the kiosk: drop-off ----------------------------------------------------------------------------------------


@router.post("/drop-offs", status_code=201)
async def begin_drop_off(house: TheHouse, who: Courier, asks: Asks) -> dict[str, str]:
    """A signed-in courier begins a round at this kiosk."""
    return {"visit": await flows.begin(house, who, asks.by(who, "drop_offs.begin"))}


@router.post("/drop-offs/{visit}/items", status_code=201)
async def drop_off(house: TheHouse, who: Courier, asks: Asks, visit: str, body: DropOffBody) -> dict[str, str]:
    """P1, P8, P9: register an item, keep a cell, open its door."""
    draft = body.draft(deliverer=who.id, signature=Signature.PIN)
    request = asks.by(who, "drop_offs.item")
    return await flows.drop_off(
        house, who, request, visit, draft, size=body.size, statement=body.statement, low=body.low
    )


@router.post("/drop-offs/{visit}/items/to-desk", status_code=201)
async def drop_at_desk(house: TheHouse, who: Courier, asks: Asks, visit: str, body: ToDeskBody) -> dict[str, str]:
    """P9: it cannot go into the locker; register it once and carry it to the desk."""
    draft = body.draft(deliverer=who.id, signature=Signature.PIN)
    request = asks.by(who, "drop_offs.to_desk")
    return {"parcel": await flows.drop_at_desk(house, who, request, visit, draft, body.why)}


@router.post("/drop-offs/{visit}/items/{parcel}/put-in")
async def put_in(house: TheHouse, who: Courier, asks: Asks, visit: str, parcel: str, body: PutInBody) -> dict[str, str]:
    request = asks.by(who, "drop_offs.put_in")
    return {"receipt": await flows.put_in(house, who, request, visit, parcel, insists=body.insists)}


@router.post("/drop-offs/{visit}/items/{parcel}/does-not-fit")
async def does_not_fit(
    house: TheHouse, who: Courier, asks: Asks, visit: str, parcel: str, body: SizeBody
) -> dict[str, str]:
    return await flows.does_not_fit(house, who, asks.by(who, "drop_offs.does_not_fit"), visit, parcel, body.size)


@router.post("/drop-offs/{visit}/items/{parcel}/not-put-in", status_code=204)
async def not_put_in(house: TheHouse, who: Courier, asks: Asks, visit: str, parcel: str) -> None:
    await flows.not_put_in(house, who, asks.by(who, "drop_offs.not_put_in"), visit, parcel)


@router.post("/drop-offs/{visit}/items/{parcel}/open", status_code=204)
async def door_is_open(house: TheHouse, who: Courier, asks: Asks, visit: str, parcel: str) -> None:
    """The courier sees the door open though no sensor does."""
    await flows.door_is_open(house, who, asks.by(who, "drop_offs.is_open"), visit, parcel)


@router.post("/drop-offs/{visit}/items/{parcel}/again")
async def try_again(house: TheHouse, who: Courier, asks: Asks, visit: str, parcel: str) -> dict[str, str]:
    """The door did not open: the same one once more."""
    return await flows.try_again(house, who, asks.by(who, "drop_offs.again"), visit, parcel)


@router.post("/drop-offs/{visit}/items/{parcel}/other-cell")
async def other_cell(
    house: TheHouse, who: Courier, asks: Asks, visit: str, parcel: str, body: SizeBody
) -> dict[str, str]:
    """The door stays shut: that cell goes out of service, another one opens (P9)."""
    request = asks.by(who, "drop_offs.other_cell")
    return await flows.door_did_not_open(house, who, request, visit, parcel, body.size)


@router.post("/drop-offs/{visit}/items/{parcel}/to-desk", status_code=204)
async def to_desk(house: TheHouse, who: Courier, asks: Asks, visit: str, parcel: str) -> None:
    """No cell works: to the desk, under the number that it has (P9)."""
    await flows.to_desk(house, who, asks.by(who, "drop_offs.give_up"), visit, parcel)


@router.delete("/drop-offs/{visit}", status_code=204)
async def end_drop_off(house: TheHouse, who: Courier, visit: str) -> None:
    await house.visits.close(Request(actor=who.id), visit, screen=who.screen)


# -- at the kiosk: collection --------------------------------------------------------------------------------------


@router.post("/collections", status_code=201)
async def identify(house: TheHouse, who: Kiosk, asks: Asks, body: CodeBody) -> dict[str, Any]:
    """A code or QR token opens a visit; the parcels that wait."""
    return await flows.identify(house, who, asks.by(who, "collections.identify"), body.code, phone_tail=body.phone_tail)


@router.post("/collections/{visit}/parcels/{parcel}/open")
async def collect_next(house: TheHouse, who: Kiosk, asks: Asks, visit: str, parcel: str) -> dict[str, str]:
    return await flows.collect_next(house, who, asks.by(who, "collections.open"), visit, parcel)


@router.post("/collections/{visit}/parcels/{parcel}/taken", status_code=204)
async def took_it(house: TheHouse, who: Kiosk, asks: Asks, visit: str, parcel: str) -> None:
    """P3: the resident has it."""
    await flows.took_it(house, who, asks.by(who, "collections.taken"), visit, parcel)


@router.post("/collections/{visit}/parcels/{parcel}/open-again")
async def open_again(house: TheHouse, who: Kiosk, asks: Asks, visit: str, parcel: str) -> dict[str, str]:
    return await flows.open_again(house, who, asks.by(who, "collections.open_again"), visit, parcel)


@router.post("/collections/{visit}/parcels/{parcel}/is-open", status_code=204)
async def is_open(house: TheHouse, who: Kiosk, asks: Asks, visit: str, parcel: str) -> None:
    """The resident sees the door open though no sensor does."""
    await flows.is_open(house, who, asks.by(who, "collections.is_open"), visit, parcel)


@router.post("/collections/{visit}/parcels/{parcel}/did-not-open")
async def did_not_open(house: TheHouse, who: Kiosk, asks: Asks, visit: str, parcel: str) -> dict[str, Any]:
    return await flows.did_not_open(house, who, asks.by(who, "collections.did_not_open"), visit, parcel)


@router.post("/collections/{visit}/parcels/{parcel}/dispute", status_code=204)
async def dispute(house: TheHouse, who: Kiosk, asks: Asks, visit: str, parcel: str, body: DisputeBody) -> None:
    """`empty`, `not_mine` or `damaged`."""
    await flows.dispute(house, who, asks.by(who, "collections.dispute"), visit, parcel, body.what)


@router.delete("/collections/{visit}", status_code=204)
async def end_collection(house: TheHouse, who: Kiosk, visit: str) -> None:
    await house.visits.close(Request(actor=who.id), visit, screen=who.screen)
