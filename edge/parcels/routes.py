"""Parcels over HTTP: one route a use case, no rule in it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from edge import eyes
from edge.acts.tables import acts_about
from edge.api.visitors import Asks, Courier, Kiosk, Staff, TheHouse
from edge.house import House
from edge.ledger import Request
from edge.notices import notices_about
from edge.parcels import flows
from edge.parcels.facts import Care, MailClass, Signature
from edge.parcels.rules import Draft
from edge.parcels.tables import ParcelRow, RegisterFilter, Where, parcel_row, register_page
from edge.refusal import Refusal
from edge.slips import slips_about
from edge.wall import Size

PREFIX = "/api/v1"
Word = Annotated[str, Field(max_length=80)]
Note = Annotated[str, Field(max_length=400)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemBody(_Body):
    """An item as it is registered (P1)."""

    number: Word
    carrier: Word
    unit: Word
    addressee: Word
    mail_class: MailClass = MailClass.EXPRESS
    quantity: int = 1
    care: tuple[Care, ...] = ()

    def draft(
        self, *, deliverer: str = "", name: str = "", signature: Signature | None = None, drawn: str = ""
    ) -> Draft:
        return Draft(
            **self.model_dump(include=set(ItemBody.model_fields)),
            deliverer=deliverer,
            deliverer_name=name,
            signature=signature,
            drawn=drawn,
        )


class DeskItemBody(ItemBody):
    """`deliverer` is a courier's id, `deliverer_name` anybody else's name; `drawn` a signature on the screen."""

    deliverer: Word = ""
    deliverer_name: Word = ""
    signature: Signature
    drawn: Annotated[str, Field(max_length=20_000)] = ""
    shelf: Word


class DropOffBody(ItemBody):
    """`statement`: the courier has read what may not go in and how long it lies free of charge (P8)."""

    size: Size
    statement: bool
    low: bool = False


class ToDeskBody(ItemBody):
    why: Word


class PutInBody(_Body):
    insists: bool = False


class SizeBody(_Body):
    size: Size


class CodeBody(_Body):
    """A pickup code's digits (with the phone's last four where policy asks for them) or a QR token."""

    code: Word
    phone_tail: Word = ""


class DisputeBody(_Body):
    what: Word


class ShelfBody(_Body):
    shelf: Word


class HandOverBody(_Body):
    parcels: Annotated[tuple[Word, ...], Field(min_length=1, max_length=50)]
    taker: Word
    signature: Signature
    drawn: Annotated[str, Field(max_length=20_000)] = ""


class FoundBody(_Body):
    where: Where
    note: Note
    shelf: Word = ""


class FindingBody(_Body):
    finding: Word
    note: Note = ""


class OpenBody(_Body):
    reason: Note
    consent: Word = ""


class ReasonBody(_Body):
    reason: Note


class SlipBody(_Body):
    good: bool
    note: Note = ""


router = APIRouter(prefix=PREFIX, tags=["parcels"])


# -- the register ------------------------------------------------------------------------------------------------


@router.get("/parcels")
async def list_parcels(
    house: TheHouse,
    who: Staff,  # noqa: ARG001 - who may look
    state: Annotated[str, Query(max_length=20)] = "",
    unit: Annotated[str, Query(max_length=40)] = "",
    number: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int, Query(ge=0)] = 0,
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
        "unit": house.directory.unit(row.unit).label,
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
