"""The devices page: what works, what is safe where something does not, the wall, and paper nobody vouched for."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from edge.parcels.tables import cells_out
from edge.slips import not_vouched_for
from kiosk_ui.desk.context import Here
from kiosk_ui.desk.devices_view import device_lines, journal_lines
from kiosk_ui.desk.door import DeskRoute, HereDep
from kiosk_ui.desk.lines import slip_line
from kiosk_ui.desk.walls import wall_picture

router = APIRouter(route_class=DeskRoute)

PAPERS = 8


@router.get("/devices")
async def devices_page(here: HereDep) -> Response:
    return here.page("devices.html", **page_values(here))


def page_values(here: Here) -> dict[str, object]:
    with here.house.ledger.reading() as db:
        out = cells_out(db, here.house.wall.device)
        return {
            "wall": wall_picture(here, db),
            "drawn": here.house.wall,
            "devices": device_lines(here),
            "journal": journal_lines(here),
            "papers": [slip_line(here, slip) for slip in not_vouched_for(db, PAPERS)],
            "out": [(cell, here.words.reason(reason)) for cell, reason in sorted(out.items())],
        }
