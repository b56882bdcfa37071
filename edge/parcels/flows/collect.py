"""A resident at the kiosk: a code, a door, and what they say when the picture is not what they see."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from edge import eyes
from edge.acts import ActRow
from edge.house import House
from edge.ledger import Request, Tx
from edge.parcels.facts import ParcelDisputed
from edge.parcels.flows.placing import (
    QR_PREFIX,
    act_of,
    commit_and_open,
    confirm_open,
    confirm_shut,
    known,
    placing_of,
    take_out,
    tries_at,
)
from edge.parcels.rules import check_took_it, check_tries
from edge.parcels.tables import IN_THE_HOUSE, ParcelRow, Where, parcel_with_code, parcel_with_token, parcels_of
from edge.people import budgets
from edge.people.policy import BudgetPolicy
from edge.people.who import Who
from edge.refusal import Refusal
from edge.visits import VisitRow

PURPOSE = "parcel.collect"
DISPUTES = ("empty", "not_mine", "damaged")


async def identify(
    house: House, kiosk: Who, request: Request, given: str, *, phone_tail: str = ""
) -> dict[str, object]:
    """Open a visit with a pickup code (digits, with the phone's last four where policy asks for them) or a QR token.

    Answers the visit and the parcels that wait for its addressee. A wrong code costs this kiosk's budget for codes;
    a QR token is unguessable and never locked out. Raises Refusal `wrong_code`, `wait`, `too_busy`.
    """
    if given.startswith(QR_PREFIX):
        found = _by_token(house, given.removeprefix(QR_PREFIX))
        if found is None:
            raise Refusal("wrong_code", wait_s=0)
        return await _arrive(house, kiosk, request, found, by="token")
    with house.credentials.one_try(_budget(kiosk)):
        _check_budget(house, kiosk)
        found = _by_code(house, given, phone_tail)
        if found is None:
            await _wrong(house, kiosk)
    return await _arrive(house, kiosk, request, found, by="code")


async def _arrive(house: House, kiosk: Who, request: Request, row: ParcelRow, *, by: str) -> dict[str, object]:
    def decide(tx: Tx) -> dict[str, object]:
        visit = house.visits.open(tx, screen=kiosk.screen, purpose="collect", who=row.addressee, by=by)
        return {"visit": visit, "parcels": [waits.parcel for waits in parcels_of(tx.db, row.addressee)]}

    return await house.ledger.commit(request, decide)


def _budget(kiosk: Who) -> str:
    return f"codes:{kiosk.screen}"


def _check_budget(house: House, kiosk: Who) -> None:
    with house.ledger.reading() as db:
        budgets.check(db, _budget(kiosk), house.credentials.moment())


async def _wrong(house: House, kiosk: Who) -> NoReturn:
    """A wrong code costs the kiosk one try."""
    wanted = house.settings.policy
    policy = BudgetPolicy(
        free=wanted.wrong_codes_free,
        first_wait_s=wanted.wrong_codes_first_wait_s,
        longest_wait_s=wanted.wrong_codes_longest_wait_s,
        forget_after_s=wanted.wrong_codes_longest_wait_s,
    )

    def decide(tx: Tx) -> int:
        return budgets.spend(tx, _budget(kiosk), house.credentials.moment(), policy)

    raise Refusal("wrong_code", wait_s=await house.ledger.commit(Request(actor=kiosk.id), decide))


def _by_token(house: House, token: str) -> ParcelRow | None:
    with house.ledger.reading() as db:
        row = parcel_with_token(db, placing_of(house).hash_of(token))
    return row if row is not None and row.state in IN_THE_HOUSE else None


def _by_code(house: House, code: str, phone_tail: str) -> ParcelRow | None:
    with house.ledger.reading() as db:
        row = parcel_with_code(db, placing_of(house).hash_of(code))
    if row is None or row.state not in IN_THE_HOUSE:
        return None
    if house.settings.policy.code_needs_phone_tail:
        person = house.directory.find(row.addressee)
        if person is None or not phone_tail or person.phone[-4:] != phone_tail:
            return None
    return row


async def collect_next(house: House, kiosk: Who, request: Request, visit: str, parcel: str) -> dict[str, str]:
    """Open the cell of one waiting parcel. Answers parcel, cell and act. Raises Refusal `not_in_cell`, `door_busy`."""

    def decide(tx: Tx) -> dict[str, str]:
        here = house.visits.current(tx.db, visit, screen=kiosk.screen, purpose="collect")
        row = _theirs(tx, here, parcel)
        if row.state is not Where.IN_CELL:
            raise Refusal("not_in_cell", parcel=parcel)
        act = act_of(tx.db, row)
        if act is not None and act.purpose == PURPOSE and not act.opened:
            check_tries(tries_at(tx.db, act, here), house.settings.policy.tries_per_door)
        return _open(house, tx, here, row)

    return await commit_and_open(house, request, decide)


async def took_it(house: House, kiosk: Who, request: Request, visit: str, parcel: str) -> None:
    """The resident says that they have it (P3). Saying it twice is fine. Raises Refusal `door_not_open`."""

    def decide(tx: Tx) -> None:
        here = house.visits.current(tx.db, visit, screen=kiosk.screen, purpose="collect")
        row = _theirs(tx, here, parcel)
        if row.state is Where.COLLECTED:
            return
        seen = check_took_it(_act(tx, here, row))
        placing_of(house).collected(tx, row, by=here.who, visit=visit, seen=seen, signature=here.by)
        if seen == "person":
            eyes.raise_(tx, f"slot:{row.device}/{row.cell}", "sensor_disagrees", row.device, row.cell)

    await house.ledger.commit(request, decide)


async def open_again(house: House, kiosk: Who, request: Request, visit: str, parcel: str) -> dict[str, str]:
    """Open the same cell once more within the grace time of the same visit. Raises Refusal `grace_over`."""
    grace_s = house.settings.policy.reopen_grace_s

    def decide(tx: Tx) -> dict[str, str]:
        here = house.visits.current(tx.db, visit, screen=kiosk.screen, purpose="collect")
        row = _theirs(tx, here, parcel)
        since = _seconds_since(row.collected_at, tx.now) if row.collected_at else 0.0
        if not row.cell or not _opened_in(tx, row, here) or since > grace_s:
            raise Refusal("grace_over")
        return _open(house, tx, here, row)

    return await commit_and_open(house, request, decide)


async def did_not_open(house: House, kiosk: Who, request: Request, visit: str, parcel: str) -> dict[str, object]:
    """The resident says that the door is shut. That settles the act; `again` tells whether the door may be tried once
    more, else the cell is out of service and the desk is asked to open it."""

    def decide(tx: Tx) -> dict[str, object]:
        here = house.visits.current(tx.db, visit, screen=kiosk.screen, purpose="collect")
        row = _theirs(tx, here, parcel)
        act = _act(tx, here, row)
        confirm_shut(house, tx, act)
        again = tries_at(tx.db, act, here) < house.settings.policy.tries_per_door
        if not again:
            tx.append(ParcelDisputed(parcel=parcel, what="did_not_open", visit=visit))
            take_out(tx, row.device, row.cell, "did_not_open")
        return {"again": again}

    return await house.ledger.commit(request, decide)


async def is_open(house: House, kiosk: Who, request: Request, visit: str, parcel: str) -> None:
    """The resident sees the door open though no sensor does: a person's word settles the act."""

    def decide(tx: Tx) -> None:
        here = house.visits.current(tx.db, visit, screen=kiosk.screen, purpose="collect")
        confirm_open(house, tx, _act(tx, here, _theirs(tx, here, parcel)))

    await house.ledger.commit(request, decide)


async def dispute(house: House, kiosk: Who, request: Request, visit: str, parcel: str, what: str) -> None:
    """`empty`, `not_mine` or `damaged`: what is wrong behind the open door. The desk is asked to look.

    An empty cell leaves the parcel's place unknown until a person has found it; what is not theirs stays in the cell.
    """
    if what not in DISPUTES:
        raise Refusal("unknown_dispute")

    def decide(tx: Tx) -> None:
        here = house.visits.current(tx.db, visit, screen=kiosk.screen, purpose="collect")
        row = _theirs(tx, here, parcel)
        if not _act(tx, here, row).opened:
            raise Refusal("door_not_open", slot=row.cell)
        tx.append(ParcelDisputed(parcel=parcel, what=what, visit=visit))
        eyes.raise_(tx, f"parcel:{parcel}", what, row.device, row.cell)

    await house.ledger.commit(request, decide)


# -- steps -----------------------------------------------------------------------------------------------------


def _theirs(tx: Tx, here: VisitRow, parcel: str) -> ParcelRow:
    row = known(tx.db, parcel)
    if row.addressee != here.who:
        raise Refusal("not_yours", rule="P3")
    return row


def _act(tx: Tx, here: VisitRow, row: ParcelRow) -> ActRow:
    """The door that was asked for in this visit: what a courier or an earlier visit opened says nothing about now."""
    act = act_of(tx.db, row)
    if act is None or act.purpose != PURPOSE or act.requested_at < here.opened_at:
        raise Refusal("door_not_open", slot=row.cell)
    return act


def _open(house: House, tx: Tx, here: VisitRow, row: ParcelRow) -> dict[str, str]:
    """The act is the resident's, not the screen's: the journal names who had the door opened."""
    tx.act_for(f"resident:{here.who}")
    about = f"parcel:{row.parcel}"
    act = house.acts.request(tx, device=row.device, slot=row.cell, purpose=PURPOSE, about=about)
    return {"parcel": row.parcel, "cell": row.cell, "act": act}


def _opened_in(tx: Tx, row: ParcelRow, here: VisitRow) -> bool:
    act = act_of(tx.db, row)
    return act is not None and act.opened and act.requested_at >= here.opened_at


def _seconds_since(at: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(at)).total_seconds()
