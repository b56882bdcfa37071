"""Staff and the cells themselves: open one with a reason, take one out of service, bring it back."""

from __future__ import annotations

from edge import eyes, remarks
from edge.house import House
from edge.ledger import Request, Tx
from edge.parcels.facts import CellBroughtBack, CellOpenedByStaff, CellTakenOut
from edge.parcels.flows.placing import commit_and_open
from edge.parcels.tables import cells_out
from edge.people.second_person import use_consent
from edge.people.who import SENIOR_ROLES, Role, Who, require
from edge.refusal import Refusal

PURPOSE = "cell.staff"


def opening(cell: str) -> str:
    """How a consent names this act: what the second person agreed to is this door and no other."""
    return f"open_cell:{cell}"


async def staff_open(
    house: House, who: Who, request: Request, cell: str, *, reason: str, consent: str = ""
) -> dict[str, str]:
    """Open a cell from the desk, with a reason, and a second person's consent where policy says so.

    Answers cell and act. Raises Refusal no_such_cell, reason_missing, consent_needed, consent_used, door_busy.
    """
    require(who, Role.FRONT_DESK, *SENIOR_ROLES)
    _known(house, cell)

    def decide(tx: Tx) -> dict[str, str]:
        if not reason.strip():
            raise Refusal("reason_missing")
        if house.settings.policy.second_person_opens:
            use_consent(house, tx, consent, opening(cell), who)
        device = house.wall.device
        about = f"slot:{device}/{cell}"
        act = house.acts.request(tx, device=device, slot=cell, purpose=PURPOSE, about=about)
        tx.append(
            CellOpenedByStaff(device=device, cell=cell, reason=remarks.keep(tx, reason), consent=consent, act=act)
        )
        return {"cell": cell, "act": act}

    return await commit_and_open(house, request, decide)


async def take_out(house: House, who: Who, request: Request, cell: str, *, reason: str) -> None:
    """Take a cell out of service. What lies in it stays and can still be collected."""
    require(who, Role.FRONT_DESK, *SENIOR_ROLES)
    _known(house, cell)

    def decide(tx: Tx) -> None:
        if not reason.strip():
            raise Refusal("reason_missing")
        tx.append(CellTakenOut(device=house.wall.device, cell=cell, reason=remarks.keep(tx, reason)))

    await house.ledger.commit(request, decide)


async def bring_back(house: House, who: Who, request: Request, cell: str, *, note: str) -> None:
    """The cell works again, someone looked; its entries on the needs-eyes list are settled with it."""
    require(who, Role.FRONT_DESK, *SENIOR_ROLES)
    _known(house, cell)
    device = house.wall.device

    def decide(tx: Tx) -> None:
        if cell not in cells_out(tx.db, device):
            raise Refusal("cell_in_service", slot=cell)
        tx.append(CellBroughtBack(device=device, cell=cell))
        eyes.settle(tx, f"slot:{device}/{cell}", finding="works", note=remarks.keep(tx, note))

    await house.ledger.commit(request, decide)


def _known(house: House, cell: str) -> None:
    if house.wall.cell(cell) is None:
        raise Refusal("no_such_cell", slot=cell)
