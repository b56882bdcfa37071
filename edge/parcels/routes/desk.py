"""Parcels, cells, needs-eyes and slips, as staff at the desk ask for them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from edge import eyes
from edge.acts.tables import acts_about
from edge.api.visitors import Asks, Staff, TheHouse
from edge.house import House
from edge.ledger import LARGEST_INT
from edge.notices import notices_about
from edge.parcels import flows
from edge.parcels.routes.bodies import (
    DeskItemBody,
    FindingBody,
    FoundBody,
    HandOverBody,
    OpenBody,
    ReasonBody,
    ShelfBody,
    SlipBody,
)
from edge.parcels.tables import ParcelRow, RegisterFilter, parcel_row, register_page
from edge.refusal import Refusal
from edge.slips import slips_about

router = APIRouter(tags=["parcels at the desk"])


# -- the register ------------------------------------------------------------------------------------------------


@router.get("/parcels")
async def list_parcels(
    house: TheHouse,
    who: Staff,  # noqa: ARG001 - who may look
    state: Annotated[str, Query(max_length=20)] = "",
    unit: Annotated[str, Query(max_length=40)] = "",
    number: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int, Query(ge=0, le=LARGEST_INT)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """One page of the register, newest first; `next` is the cursor of the following one."""
    wanted = RegisterFilter(state=state, unit=unit, number=number, before=before)
    with house.ledger.reading() as db:
        rows = register_page(db, wanted, limit)
    following = rows[-1].seq if len(rows) == limit else None
    return {"parcels": [_told(house, row) for row in rows], "next": following}


@router.get("/parcels/{parcel}")
async def show_parcel(house: TheHouse, who: Staff, parcel: str) -> dict[str, Any]:  # noqa: ARG001 - who may look
    """One parcel with its doors, messages and slips."""
    about = f"parcel:{parcel}"
    with house.ledger.reading() as db:
        row = parcel_row(db, parcel)
        if row is None:
            raise Refusal("no_such_parcel")
        return {
            **_told(house, row),
            "acts": [
                {
                    "act": a.act,
                    "slot": a.slot,
                    "purpose": a.purpose,
                    "state": a.state,
                    "reason": a.reason,
                    "seen": a.seen,
                }
                for a in acts_about(db, about)
            ],
            "notices": [{"what": n.what, "state": n.state, "at": n.queued_at} for n in notices_about(db, about)],
            "slips": [
                {"slip": s.slip, "form": s.form, "state": s.state, "copy": s.copy} for s in slips_about(db, about)
            ],
        }


def _told(house: House, row: ParcelRow) -> dict[str, Any]:
    """A line of the register; the addressee's name masked (H3)."""
    addressee = house.directory.find(row.addressee)
    return {
        "parcel": row.parcel,
        "number": row.number,
        "carrier": row.carrier,
        "mail_class": row.mail_class,
        "quantity": row.quantity,
        "unit": house.directory.label_of(row.unit),
        "addressee": addressee.masked if addressee else "",
        "care": row.care.split(),
        "state": row.state,
        "why": row.why,
        "cell": row.cell,
        "shelf": row.shelf,
        "registered_at": row.registered_at,
        "registered_by": row.registered_by,
        "placed_at": row.placed_at,
        "collected_at": row.collected_at,
        "dispute": row.dispute,
        "seq": row.seq,
    }


# -- at the desk -------------------------------------------------------------------------------------------------


@router.post("/parcels", status_code=201)
async def receive(house: TheHouse, who: Staff, asks: Asks, body: DeskItemBody) -> dict[str, str]:
    """P1, P2: receive an item at the desk."""
    draft = body.draft(deliverer=body.deliverer, name=body.deliverer_name, signature=body.signature, drawn=body.drawn)
    return await flows.register(house, who, asks.by(who, "parcels.receive"), draft, shelf=body.shelf)


@router.post("/parcels/hand-over")
async def hand_over(house: TheHouse, who: Staff, asks: Asks, body: HandOverBody) -> dict[str, str]:
    """P3: hand items over against a signature; each parcel's collection slip."""
    return await flows.hand_over(
        house,
        who,
        asks.by(who, "parcels.hand_over"),
        body.parcels,
        taker=body.taker,
        signature=body.signature,
        drawn=body.drawn,
    )


@router.post("/parcels/{parcel}/shelf", status_code=204)
async def shelve(house: TheHouse, who: Staff, asks: Asks, parcel: str, body: ShelfBody) -> None:
    """P9: it lies on the desk's shelf now."""
    await flows.shelve(house, who, asks.by(who, "parcels.shelve"), parcel, shelf=body.shelf)


@router.post("/parcels/{parcel}/reminder")
async def remind(house: TheHouse, who: Staff, asks: Asks, parcel: str) -> dict[str, str]:
    """P2: tell the addressee again, with a fresh code."""
    return {"notice": await flows.remind(house, who, asks.by(who, "parcels.remind"), parcel)}


@router.post("/parcels/{parcel}/found", status_code=204)
async def found(house: TheHouse, who: Staff, asks: Asks, parcel: str, body: FoundBody) -> None:
    """A person looked and says where it is."""
    request = asks.by(who, "parcels.found")
    await flows.found(house, who, request, parcel, where=body.where, note=body.note, shelf=body.shelf)


# -- cells, needs-eyes and slips ---------------------------------------------------------------------------------


@router.post("/cells/{cell}/open")
async def open_cell(house: TheHouse, who: Staff, asks: Asks, cell: str, body: OpenBody) -> dict[str, str]:
    """Open a cell from the desk, with a reason, and a second person where policy says so."""
    request = asks.by(who, "cells.open")
    return await flows.staff_open(house, who, request, cell, reason=body.reason, consent=body.consent)


@router.post("/cells/{cell}/out-of-service", status_code=204)
async def take_out(house: TheHouse, who: Staff, asks: Asks, cell: str, body: ReasonBody) -> None:
    await flows.take_out(house, who, asks.by(who, "cells.take_out"), cell, reason=body.reason)


@router.post("/cells/{cell}/in-service", status_code=204)
async def bring_back(house: TheHouse, who: Staff, asks: Asks, cell: str, body: ReasonBody) -> None:
    await flows.bring_back(house, who, asks.by(who, "cells.bring_back"), cell, note=body.reason)


@router.get("/needs-eyes")
async def needs_eyes(house: TheHouse, who: Staff) -> list[dict[str, Any]]:  # noqa: ARG001 - who may look
    """What no device could settle, oldest first."""
    with house.ledger.reading() as db:
        return [
            {"number": e.number, "about": e.about, "reason": e.reason, "slot": e.slot, "since": e.since}
            for e in eyes.waiting(db)
        ]


@router.post("/needs-eyes/{number}/settled", status_code=204)
async def settle_eyes(house: TheHouse, who: Staff, asks: Asks, number: int, body: FindingBody) -> None:
    """Someone went and looked."""
    request = asks.by(who, "eyes.settle")
    await flows.settle_eyes(house, who, request, number, finding=body.finding, note=body.note)


@router.get("/acts/{act}")
async def show_act(house: TheHouse, who: Staff, act: str) -> dict[str, Any]:  # noqa: ARG001 - who may look
    """How far a door is known to have come: requested, actuated, open, closed; or jammed, refused, unknown, settled."""
    row = house.acts.state(act)
    return {"act": row.act, "slot": row.slot, "state": row.state, "reason": row.reason, "seen": row.seen}


@router.post("/slips/{slip}/reprint", status_code=204)
async def reprint(house: TheHouse, who: Staff, asks: Asks, slip: str) -> None:
    await house.slips.reprint(asks.by(who, "slips.reprint"), slip)


@router.post("/slips/{slip}/judged", status_code=204)
async def judge(house: TheHouse, who: Staff, asks: Asks, slip: str, body: SlipBody) -> None:
    """A person decides about paper that no printer vouched for."""
    await house.slips.judge(asks.by(who, "slips.judge"), slip, good=body.good, note=body.note)
