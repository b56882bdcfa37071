"""Staff at the desk: receive, shelve, hand over, remind, and settle what needs eyes."""

from __future__ import annotations

from edge import eyes, remarks
from edge.house import House
from edge.ledger import Request, Tx
from edge.parcels.facts import CellReleased, ParcelFound, Signature
from edge.parcels.flows.placing import known, placing_of
from edge.parcels.rules import Draft, check_complete, check_drawn, check_may_take
from edge.parcels.tables import IN_THE_HOUSE, ParcelRow, Where, has_code, live_with_number, parcel_in_cell
from edge.people.who import SENIOR_ROLES, STAFF_ROLES, Role, Who, require
from edge.refusal import Refusal

DESK_ROLES = (Role.FRONT_DESK, *SENIOR_ROLES)
SOMETHING_IN_IT = "something_in_it"
FOUND_WHERE = (Where.IN_CELL, Where.ON_SHELF, Where.COLLECTED, Where.TAKEN_BACK)


async def register(house: House, who: Who, request: Request, draft: Draft, *, shelf: str) -> dict[str, str]:
    """P1, P2: receive an item at the desk, put it on the shelf and tell the addressee. Answers parcel, label, receipt.

    Raises Refusal field_missing (P1), already_registered (P9), shelf_missing.
    """
    require(who, *DESK_ROLES)

    def decide(tx: Tx) -> dict[str, str]:
        check_complete(draft)
        if not shelf.strip():
            raise Refusal("field_missing", rule="P1", field="shelf", fields="shelf")
        placing = placing_of(house)
        row = placing.register(tx, draft, "desk")
        placing.on_shelf(tx, row, shelf.strip(), "received")
        label = placing.receipt(tx, row, "parcel_label")
        return {"parcel": row.parcel, "label": label, "receipt": placing.receipt(tx, row, "drop_off_receipt")}

    return await house.ledger.commit(request, decide)


async def shelve(house: House, who: Who, request: Request, parcel: str, *, shelf: str, why: str = "moved") -> None:
    """The item lies on the desk's shelf now: it came with a courier, or out of a cell. Its number stays (P9)."""
    require(who, *DESK_ROLES)

    def decide(tx: Tx) -> None:
        row = known(tx.db, parcel)
        if row.state in (Where.COLLECTED, Where.TAKEN_BACK):
            raise Refusal("not_in_house", rule="P9", parcel=parcel)
        if not shelf.strip():
            raise Refusal("field_missing", rule="P9", field="shelf", fields="shelf")
        placing_of(house).on_shelf(tx, row, shelf.strip(), why)

    await house.ledger.commit(request, decide)


async def hand_over(
    house: House, who: Who, request: Request, parcels: tuple[str, ...], *, taker: str, signature: str, drawn: str = ""
) -> dict[str, str]:
    """P3: hand items over the desk to the addressee or a registered member of the household, against a signature.

    `signature` is slip or screen, `drawn` what was drawn on the screen. All of the parcels or none. Answers the
    collection slip of each. Raises Refusal not_registered_here (P3),
    signature_missing (P3), not_on_shelf.
    """
    require(who, *DESK_ROLES)
    takes = house.directory.find(taker)
    if takes is None or not takes.here:
        raise Refusal("not_registered_here", rule="P3")

    def decide(tx: Tx) -> dict[str, str]:
        if signature not in (Signature.SLIP, Signature.SCREEN):
            raise Refusal("signature_missing", rule="P3")
        check_drawn(signature, drawn, rule="P3")
        placing, slips = placing_of(house), {}
        for parcel in parcels:
            row = known(tx.db, parcel)
            if row.state is not Where.ON_SHELF:
                raise Refusal("not_on_shelf", parcel=parcel)
            check_may_take(house.directory.person(row.addressee).household, takes.household)
            placing.collected(tx, row, by=taker, visit="", seen="desk", signature=signature, drawn=drawn)
            slips[parcel] = placing.receipt(tx, row, "collection_slip", takes.language)
        return slips

    return await house.ledger.commit(request, decide)


async def remind(house: House, who: Who, request: Request, parcel: str) -> str:
    """P2: tell the addressee again, with a fresh code (the old one ends). Answers the notice's id."""
    require(who, *DESK_ROLES)
    return await _tell_again(house, request, parcel)


async def new_code(house: House, who: Who, request: Request, parcel: str) -> str:
    """A resident lost the message: a new code goes to the phone on record, and nowhere else."""
    require(who, *STAFF_ROLES)
    return await _tell_again(house, request, parcel)


async def _tell_again(house: House, request: Request, parcel: str) -> str:
    def decide(tx: Tx) -> str:
        row = known(tx.db, parcel)
        if row.state not in (Where.IN_CELL, Where.ON_SHELF):
            raise Refusal("not_in_house", parcel=parcel)
        what = "parcel_in_cell" if row.state is Where.IN_CELL else "parcel_at_desk"
        return placing_of(house).tell(tx, row, what)

    return await house.ledger.commit(request, decide)


async def found(
    house: House, who: Who, request: Request, parcel: str, *, where: Where, note: str, shelf: str = ""
) -> None:
    """A person looked: the item is in its cell, on a shelf, was collected after all, or went back with its deliverer.

    Also the counter-fact that undoes a wrong move, a hand-over to the wrong person say. A reason must be given.
    """
    require(who, *DESK_ROLES)

    def decide(tx: Tx) -> None:
        row = known(tx.db, parcel)
        _check_found(tx, row, where, note=note, shelf=shelf)
        said = remarks.keep(tx, note)
        tx.append(ParcelFound(parcel=parcel, where=where.value, note=said))
        if where is Where.ON_SHELF:
            placing_of(house).on_shelf(tx, known(tx.db, parcel), shelf.strip(), "found")
        elif where is not Where.IN_CELL and row.cell:
            tx.append(CellReleased(parcel=parcel, device=row.device, cell=row.cell, why="found"))
        elif where is Where.IN_CELL and not has_code(tx.db, parcel):
            placing_of(house).tell(tx, known(tx.db, parcel), "parcel_in_cell")
        eyes.settle(tx, f"parcel:{parcel}", finding=where.value, note=said)

    await house.ledger.commit(request, decide)


def _check_found(tx: Tx, row: ParcelRow, where: Where, *, note: str, shelf: str) -> None:
    if not note.strip():
        raise Refusal("reason_missing")
    if where not in FOUND_WHERE or (where is Where.IN_CELL and not row.cell):
        raise Refusal("not_there", parcel=row.parcel)
    if where is Where.ON_SHELF and not shelf.strip():
        raise Refusal("field_missing", rule="P9", field="shelf", fields="shelf")
    twin = live_with_number(tx.db, row.number)
    if where in IN_THE_HOUSE and twin is not None and twin.parcel != row.parcel:
        raise Refusal("already_registered", rule="P9", parcel=twin.parcel)


async def settle_eyes(house: House, who: Who, request: Request, number: int, *, finding: str, note: str) -> None:
    """Someone went and looked: settle one entry of the needs-eyes list with what they found.

    An act is settled with it (`opened`, `not_opened`, `closed`). A cell that no parcel is known in and something lies
    in (`something_in_it`) goes on the list again, as unclaimed. A parcel whose place is not known must be found or
    shelved first: then its entry is gone by itself.
    """
    require(who, *STAFF_ROLES)

    def decide(tx: Tx) -> None:
        row = eyes.open_row(tx.db, number)
        kind, _, about = row.about.partition(":")
        if not finding:
            raise Refusal("finding_missing")
        if kind == "parcel" and _unsure(known(tx.db, about)):
            raise Refusal("find_parcel_first", parcel=about)
        if kind == "act":
            house.acts.confirm(tx, about, finding)
        eyes.settle(tx, row.about, finding=finding, note=remarks.keep(tx, note))
        if finding == SOMETHING_IN_IT and parcel_in_cell(tx.db, row.device, row.slot) is None:
            eyes.raise_(tx, row.about, "unclaimed", row.device, row.slot)

    await house.ledger.commit(request, decide)


def _unsure(row: ParcelRow) -> bool:
    return row.state is Where.UNSURE
