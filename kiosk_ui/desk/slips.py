"""Paper at the desk: print a slip again, or say what came of one that no printer vouched for."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from edge.ledger import Request
from edge.parcels.flows.placing import known
from edge.people.who import SENIOR_ROLES, Role, require
from edge.refusal import Refusal
from edge.slips import slip_row
from kiosk_ui.desk.context import Fields, Here
from kiosk_ui.desk.door import DeskRoute, FieldsDep, HereDep

router = APIRouter(route_class=DeskRoute)


@router.post("/slips/{slip}/{action}")
async def settle_slip(here: HereDep, slip: str, action: str, form: FieldsDep) -> Response:
    require(here.who, Role.FRONT_DESK, *SENIOR_ROLES)
    await do_slip(here, slip, action, form)
    return here.go(f"{_back(here, slip)}#{slip}")


async def do_slip(here: Here, slip: str, action: str, form: Fields) -> None:
    """`reprint`, `good`, `torn`. Raises Refusal `no_such_slip`, `already_settled`.

    A reprint is asked for after the copy that was on the page, so a second press on it prints nothing.
    """
    request = Request(actor=here.who.id)
    match action:
        case "reprint":
            key = f"desk.reprint:{here.who.id}:{slip}:{form.number('copy')}"
            await here.house.slips.reprint(request._replace(key=key), slip)
        case "good" | "torn":
            await here.house.slips.judge(request, slip, good=action == "good", note=form.text("note"))
        case _:
            raise Refusal("not_found")


def _back(here: Here, slip: str) -> str:
    with here.house.ledger.reading() as db:
        row = slip_row(db, slip)
        return f"/parcels/{known(db, row.about.removeprefix('parcel:')).parcel}"
