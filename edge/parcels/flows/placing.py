"""Writing down that a parcel lies somewhere, and what follows at once: its code, the message, the paper.

Every function here runs inside a decision; none of them waits or touches a device.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from drivers.ports import Door, Health, Occupied, SlotState
from edge import eyes
from edge.acts import ActRow
from edge.acts.state import ActState
from edge.acts.tables import acts_about, last_act_about, unsettled_slots
from edge.chance import digits, new_id
from edge.house import House
from edge.ledger import Connection, Ledger, Request, Tx
from edge.notices import Notices
from edge.parcels.facts import (
    CellReleased,
    CellTakenOut,
    CodeIssued,
    ParcelCollected,
    ParcelPutInCell,
    ParcelPutOnShelf,
    ParcelRegistered,
    ParcelTakenBack,
)
from edge.parcels.rules import Draft, WallNow, check_complete, check_label, clean_number
from edge.parcels.tables import (
    ParcelRow,
    cells_out,
    claimed_cells,
    live_with_number,
    next_parcel_number,
    parcel_row,
    parcel_with_code,
)
from edge.people.directory import Directory
from edge.people.who import Role
from edge.refusal import Refusal
from edge.settings import Policy
from edge.slips import Slips
from edge.visits import VisitRow

TOKEN_LENGTH = 26  # 130 bits in base32: a QR that nobody guesses
QR_PREFIX = "LB1:"


@dataclass(frozen=True)
class Placing:
    ledger: Ledger
    slips: Slips
    notices: Notices
    directory: Directory
    policy: Policy

    def register(self, tx: Tx, draft: Draft, channel: str) -> ParcelRow:
        """P1: write the item into the register. Raises Refusal for a missing field or a number that is here already."""
        check_complete(draft)
        self._check_people(draft)
        number = clean_number(draft.number)
        if (here := live_with_number(tx.db, number)) is not None:
            raise Refusal("already_registered", rule="P9", parcel=here.parcel)
        parcel = next_parcel_number(tx.db)
        deliverer = draft.deliverer or f"deliverer:{parcel}"
        if not draft.deliverer:
            tx.vault.put(deliverer, {"name": draft.deliverer_name.strip()})
        if draft.signature is None:
            raise Refusal("field_missing", rule="P1", field="signature")
        tx.append(
            ParcelRegistered(
                parcel=parcel,
                number=number,
                carrier=draft.carrier.strip(),
                mail_class=draft.mail_class,
                quantity=draft.quantity,
                unit=draft.unit,
                addressee=draft.addressee,
                care=draft.care,
                deliverer=deliverer,
                signature=draft.signature,
                channel=channel,
                mark=seal_signature(tx, f"{parcel}:in", draft.drawn),
            )
        )
        return known(tx.db, parcel)

    def _check_people(self, draft: Draft) -> None:
        """Who is written into the register is somebody the house knows: a fact can never be taken back."""
        addressee = self.directory.person(draft.addressee)
        if addressee.id != draft.addressee:  # the journal's way of naming them is not the register's
            raise Refusal("no_such_person", rule="P1")
        if not addressee.here:
            raise Refusal("no_longer_here", rule="P1")
        if addressee.unit != draft.unit:
            raise Refusal("other_unit", rule="P1")
        if draft.deliverer and Role.COURIER not in self.directory.person(draft.deliverer).roles:
            raise Refusal("no_such_person", rule="P1")

    def in_cell(self, tx: Tx, row: ParcelRow, seen: str) -> None:
        """It lies in its cell: a code and a message to the addressee (P2)."""
        tx.append(ParcelPutInCell(parcel=row.parcel, device=row.device, cell=row.cell, seen=seen))
        eyes.settle(tx, f"parcel:{row.parcel}", finding="in_cell")
        if seen == "person":
            eyes.raise_(tx, f"parcel:{row.parcel}", "sensor_disagrees", row.device, row.cell)
        self.tell(tx, known(tx.db, row.parcel), "parcel_in_cell")

    def on_shelf(self, tx: Tx, row: ParcelRow, shelf: str, why: str) -> None:
        """It lies on the desk's shelf, under the number that it has (P9); the addressee is told (P2)."""
        check_label("shelf", shelf)
        if row.cell:
            tx.append(CellReleased(parcel=row.parcel, device=row.device, cell=row.cell, why="moved"))
        tx.append(ParcelPutOnShelf(parcel=row.parcel, shelf=shelf, why=why))
        eyes.settle(tx, f"parcel:{row.parcel}", finding="on_shelf")
        self.tell(tx, known(tx.db, row.parcel), "parcel_at_desk")

    def collected(
        self, tx: Tx, row: ParcelRow, *, by: str, visit: str, seen: str, signature: str, drawn: str = ""
    ) -> None:
        mark = seal_signature(tx, f"{row.parcel}:out", drawn)
        tx.append(ParcelCollected(parcel=row.parcel, by=by, visit=visit, seen=seen, signature=signature, mark=mark))
        eyes.settle(tx, f"parcel:{row.parcel}", finding="collected")

    def taken_back(self, tx: Tx, row: ParcelRow, why: str) -> None:
        """The deliverer keeps it; whatever cell was kept for it is free again."""
        if row.cell:
            tx.append(CellReleased(parcel=row.parcel, device=row.device, cell=row.cell, why=why))
        tx.append(ParcelTakenBack(parcel=row.parcel, why=why))
        eyes.settle(tx, f"parcel:{row.parcel}", finding="taken_back")

    def tell(self, tx: Tx, row: ParcelRow, what: str) -> str:
        """P2: promise the addressee a message with a fresh code; the notice's id. The date of it is kept."""
        code, token = self._issue_code(tx, row)
        free_until = tx.now + timedelta(hours=self.policy.free_hours)
        data = {
            "parcel": row.parcel,
            "carrier": row.carrier,
            "tail": row.number[-4:],
            "cell": row.cell,
            "shelf": row.shelf,
            "code": code,
            "token": QR_PREFIX + token,
            "free_until": free_until.isoformat(),
        }
        return self.notices.queue(tx, person=row.addressee, what=what, about=f"parcel:{row.parcel}", data=data)

    def receipt(self, tx: Tx, row: ParcelRow, form: str, language: str = "zh") -> str:
        """Take the number of a slip about this parcel; the printer's worker prints it."""
        return self.slips.number(tx, form=form, prefix=FORMS[form], about=f"parcel:{row.parcel}", language=language)

    def _issue_code(self, tx: Tx, row: ParcelRow) -> tuple[str, str]:
        """Digits and QR token, kept as keyed hashes only; digits in use are drawn again."""
        while True:
            code = digits(tx.chance, self.policy.code_digits)
            if parcel_with_code(tx.db, self.hash_of(code)) is None:
                break
        token = new_id(tx.chance, TOKEN_LENGTH)
        tx.append(CodeIssued(parcel=row.parcel, code_hash=self.hash_of(code), token_hash=self.hash_of(token)))
        return code, token

    def hash_of(self, code: str) -> str:
        """HMAC-SHA-256 under the box's own key, hex: a stolen ledger alone does not give the codes away."""
        return self.ledger.hmac("pickup-code", code.encode()).hex()


def seal_signature(tx: Tx, which: str, drawn: str) -> str:
    """Keep a drawn signature beside the ledger (`which`: P000001:in, P000001:out); what the fact says of it."""
    if not drawn:
        return ""
    owner, record = f"signature:{which}", {"drawn": drawn}
    tx.vault.put(owner, record)
    return tx.vault.commitment(owner, record)


FORMS: Mapping[str, str] = {"drop_off_receipt": "D", "parcel_label": "L", "collection_slip": "C"}


def placing_of(house: House) -> Placing:
    return Placing(house.ledger, house.slips, house.notices, house.directory, house.settings.policy)


def known(db: Connection, parcel: str) -> ParcelRow:
    """The parcel. Raises Refusal `no_such_parcel`."""
    row = parcel_row(db, parcel)
    if row is None:
        raise Refusal("no_such_parcel")
    return row


def act_of(db: Connection, row: ParcelRow) -> ActRow | None:
    """The last act on the parcel's own cell that served this parcel."""
    return last_act_about(db, f"parcel:{row.parcel}", row.device, row.cell)


@dataclass(frozen=True)
class BoardNow:
    """What the locker's board said last, read before a decision so that none of it changes inside."""

    device: str
    online: bool
    slots: Mapping[str, SlotState]


def board_now(house: House) -> BoardNow:
    board = house.boards[house.wall.device]
    return BoardNow(board.name, board.status().health is not Health.OFFLINE, dict(board.slots()))


def wall_now(db: Connection, board: BoardNow) -> WallNow:
    """What stands against each cell: claims and closures in the ledger, doors and sensors at the board."""
    claimed = claimed_cells(db, board.device)
    not_ready = {
        slot
        for slot, state in board.slots.items()
        if state.door is not Door.CLOSED or state.fault or (state.occupied is Occupied.YES and slot not in claimed)
    }
    return WallNow(
        claimed=claimed,
        out=frozenset(cells_out(db, board.device)),
        not_ready=not_ready | unsettled_slots(db, board.device),
        online=board.online,
    )


async def commit_and_open(house: House, request: Request, decide: Callable[[Tx], dict[str, str]]) -> dict[str, str]:
    """Commit a decision that asks for a door (its answer holds the `act`), then open it in the background.

    A repeated request gets the first answer, and its act is not armed any more: nothing opens twice.
    """
    answer = await house.ledger.commit(request, decide)
    house.acts.start(answer["act"])
    await asyncio.sleep(0)  # the command leaves before the answer does
    return answer


def confirm_shut(house: House, tx: Tx, act: ActRow) -> None:
    """A person says that the door did not open; refused when a sensor saw it open."""
    if "opened" in act.seen:
        raise Refusal("door_was_open", slot=act.slot)
    if act.state is ActState.REQUESTED:
        raise Refusal("door_busy", slot=act.slot)
    house.acts.confirm(tx, act.act, "not_opened")


def confirm_open(house: House, tx: Tx, act: ActRow) -> None:
    """A person says that the door is open though no sensor saw it. Saying what is known already is fine."""
    if act.state is ActState.REQUESTED:
        raise Refusal("door_busy", slot=act.slot)
    if not act.opened:
        house.acts.confirm(tx, act.act, "opened")


def tries_at(db: Connection, act: ActRow, visit: VisitRow) -> int:
    """How often in a row this door was tried in this visit and stayed shut, the given act included.

    A door that was refused did not move (the board could not be reached, say), so it was not tried.
    """
    count = 0
    for earlier in reversed(acts_about(db, act.about)):
        of_now = earlier.slot == act.slot and earlier.purpose == act.purpose and earlier.requested_at >= visit.opened_at
        if not of_now or "opened" in earlier.seen:
            break
        count += earlier.state is not ActState.REFUSED
    return count


def take_out(tx: Tx, device: str, cell: str, reason: str) -> None:
    """The cell goes out of service and onto the needs-eyes list until a person has looked."""
    if cell not in cells_out(tx.db, device):
        tx.append(CellTakenOut(device=device, cell=cell, reason=reason))
    eyes.raise_(tx, f"slot:{device}/{cell}", reason, device, cell)
