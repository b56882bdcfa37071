"""A courier at the kiosk: from the sign-in to the closed door, and every way in which that can go wrong."""

from __future__ import annotations

from edge.acts import ActRow
from edge.house import House
from edge.ledger import Request, Tx
from edge.parcels.facts import CellReleased, CellReserved, ParcelSentToDesk
from edge.parcels.flows.placing import (
    act_of,
    board_now,
    commit_and_open,
    confirm_open,
    confirm_shut,
    known,
    placing_of,
    take_out,
    tries_at,
    wall_now,
)
from edge.parcels.rules import (
    Draft,
    WallNow,
    check_locker_allowed,
    check_not_put_in,
    check_put_in,
    check_tries,
    choose_cell,
    next_size,
)
from edge.parcels.tables import ParcelRow, Where
from edge.people.tables import has_locker_consent
from edge.people.who import Role, Who, require
from edge.refusal import Refusal
from edge.slips import slips_about
from edge.visits import VisitRow
from edge.wall import Size

PURPOSE = "parcel.drop_off"


async def begin(house: House, who: Who, request: Request) -> str:
    """A signed-in courier begins at this screen; the visit's id."""
    require(who, Role.COURIER)

    def decide(tx: Tx) -> str:
        return house.visits.open(tx, screen=who.screen, purpose="drop_off", who=who.id, by="pin")

    return await house.ledger.commit(request, decide)


async def drop_off(
    house: House,
    who: Who,
    request: Request,
    visit: str,
    draft: Draft,
    *,
    size: Size,
    statement: bool,
    low: bool = False,
) -> dict[str, str]:
    """Register the item (P1), keep a cell for it (P8, P9) and open that door.

    `statement`: the courier has read what may not go in and the free period. Answers parcel, cell and act.
    Raises Refusal: field_missing, already_registered, not_for_locker, no_consent, statement_needed, locker_full,
    locker_offline, visit_over.
    """
    board = board_now(house)

    def decide(tx: Tx) -> dict[str, str]:
        _their_visit(house, tx, who, visit)
        consents = has_locker_consent(tx.db, draft.addressee)
        row = placing_of(house).register(tx, draft, "kiosk")
        check_locker_allowed(draft, consents=consents, statement=statement)
        return _reserve(house, tx, row, visit, wall_now(tx.db, board), size, low=low)

    return await commit_and_open(house, request, decide)


async def drop_at_desk(house: House, who: Who, request: Request, visit: str, draft: Draft, why: str) -> str:
    """The item cannot go into the locker: register it once (P1) and send the courier to the desk with it (P9)."""

    def decide(tx: Tx) -> str:
        _their_visit(house, tx, who, visit)
        row = placing_of(house).register(tx, draft, "kiosk")
        tx.append(ParcelSentToDesk(parcel=row.parcel, why=why))
        placing_of(house).receipt(tx, row, "drop_off_receipt")
        return row.parcel

    return await house.ledger.commit(request, decide)


async def put_in(house: House, who: Who, request: Request, visit: str, parcel: str, *, insists: bool = False) -> str:
    """The courier says that it lies in the cell and the door is shut; the receipt's number.

    `insists`: the door is shut, whatever its sensor says; the desk is asked to look.
    """

    def decide(tx: Tx) -> str:
        row, act = _in_work(house, tx, who, visit, parcel)
        if row.state is Where.IN_CELL:
            return next((slip.slip for slip in slips_about(tx.db, f"parcel:{parcel}")), "")
        placing = placing_of(house)
        placing.in_cell(tx, row, check_put_in(act, insists=insists))
        return placing.receipt(tx, row, "drop_off_receipt")

    return await house.ledger.commit(request, decide)


async def does_not_fit(house: House, who: Who, request: Request, visit: str, parcel: str, size: Size) -> dict[str, str]:
    """It does not fit: give the cell back and open one of the next size. Raises Refusal `no_bigger_cell`."""
    board = board_now(house)

    def decide(tx: Tx) -> dict[str, str]:
        row, act = _in_hand(house, tx, who, visit, parcel)
        check_not_put_in(act)
        _release(tx, row, "does_not_fit")
        return _reserve(house, tx, known(tx.db, parcel), visit, wall_now(tx.db, board), next_size(size))

    return await commit_and_open(house, request, decide)


async def not_put_in(house: House, who: Who, request: Request, visit: str, parcel: str) -> None:
    """The courier keeps the item. Raises Refusal `cell_not_empty` while the sensor feels something in the cell."""

    def decide(tx: Tx) -> None:
        row, act = _in_hand(house, tx, who, visit, parcel)
        check_not_put_in(act)
        placing_of(house).taken_back(tx, row, "not_put_in")

    await house.ledger.commit(request, decide)


async def try_again(house: House, who: Who, request: Request, visit: str, parcel: str) -> dict[str, str]:
    """The door did not open: the courier says so, which settles the act, and the same door is asked once more."""

    def decide(tx: Tx) -> dict[str, str]:
        here = _their_visit(house, tx, who, visit)
        row, act = _in_hand(house, tx, who, visit, parcel)
        confirm_shut(house, tx, act)
        check_tries(tries_at(tx.db, act, here), house.settings.policy.tries_per_door)
        return _open(house, tx, row)

    return await commit_and_open(house, request, decide)


async def door_is_open(house: House, who: Who, request: Request, visit: str, parcel: str) -> None:
    """The courier sees the door open though no sensor does: a person's word settles the act."""

    def decide(tx: Tx) -> None:
        _, act = _in_hand(house, tx, who, visit, parcel)
        confirm_open(house, tx, act)

    await house.ledger.commit(request, decide)


async def door_did_not_open(
    house: House, who: Who, request: Request, visit: str, parcel: str, size: Size
) -> dict[str, str]:
    """The door stays shut: that cell goes out of service until someone has looked, and another one opens (P9)."""
    board = board_now(house)

    def decide(tx: Tx) -> dict[str, str]:
        row, act = _in_hand(house, tx, who, visit, parcel)
        confirm_shut(house, tx, act)
        take_out(tx, row.device, row.cell, "did_not_open")
        _release(tx, row, "did_not_open")
        return _reserve(house, tx, known(tx.db, parcel), visit, wall_now(tx.db, board), size)

    return await commit_and_open(house, request, decide)


async def to_desk(house: House, who: Who, request: Request, visit: str, parcel: str) -> None:
    """No cell works: the item goes to the desk's shelf under the number that it has (P9)."""

    def decide(tx: Tx) -> None:
        row, act = _in_hand(house, tx, who, visit, parcel)
        check_not_put_in(act)
        if not act.opened:
            confirm_shut(house, tx, act)
            take_out(tx, row.device, row.cell, "did_not_open")
        _release(tx, row, "cell_failed")
        tx.append(ParcelSentToDesk(parcel=parcel, why="cell_failed"))
        placing_of(house).receipt(tx, row, "drop_off_receipt")

    await house.ledger.commit(request, decide)


# -- steps -----------------------------------------------------------------------------------------------------


def _their_visit(house: House, tx: Tx, who: Who, visit: str) -> VisitRow:
    """A courier's own visit: another one may have begun to work at the same kiosk since."""
    here = house.visits.current(tx.db, visit, screen=who.screen, purpose="drop_off")
    if here.who != who.id:
        raise Refusal("visit_over")
    return here


def _in_work(house: House, tx: Tx, who: Who, visit: str, parcel: str) -> tuple[ParcelRow, ActRow]:
    here = _their_visit(house, tx, who, visit)
    row = known(tx.db, parcel)
    act = act_of(tx.db, row)
    if row.visit != here.visit or act is None:
        raise Refusal("not_yours_now")
    return row, act


def _in_hand(house: House, tx: Tx, who: Who, visit: str, parcel: str) -> tuple[ParcelRow, ActRow]:
    row, act = _in_work(house, tx, who, visit, parcel)
    if row.state is not Where.IN_HAND:
        raise Refusal("already_placed", parcel=parcel)
    return row, act


def _reserve(
    house: House, tx: Tx, row: ParcelRow, visit: str, now: WallNow, size: Size, *, low: bool = False
) -> dict[str, str]:
    cell = choose_cell(house.wall, now, size, low=low)
    tx.append(CellReserved(parcel=row.parcel, device=house.wall.device, cell=cell.name, visit=visit))
    return _open(house, tx, known(tx.db, row.parcel))


def _open(house: House, tx: Tx, row: ParcelRow) -> dict[str, str]:
    about = f"parcel:{row.parcel}"
    act = house.acts.request(tx, device=row.device, slot=row.cell, purpose=PURPOSE, about=about)
    return {"parcel": row.parcel, "cell": row.cell, "act": act}


def _release(tx: Tx, row: ParcelRow, why: str) -> None:
    tx.append(CellReleased(parcel=row.parcel, device=row.device, cell=row.cell, why=why))
