"""The house's screens: which browsers are kiosks and desks, a one-time code for a new one, and shutting one out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from edge.people import access_tables
from edge.people.access_facts import Orientation, ScreenKind
from edge.people.screens import ScreenPlan, issue_screen_code, revoke_screen
from edge.people.tokens import grouped
from edge.people.who import SENIOR_ROLES
from edge.refusal import Refusal
from kiosk_ui.desk.context import Fields, Here
from kiosk_ui.desk.door import DeskRoute, FieldsDep, HereDep

router = APIRouter(route_class=DeskRoute)

# Panels that lobbies have: name, lit width and height in millimetres.
PANELS = (
    ("kiosk-portrait", ScreenKind.KIOSK, 268, 476),
    ("kiosk-landscape", ScreenKind.KIOSK, 476, 268),
    ("kiosk-small", ScreenKind.KIOSK, 218, 136),
    ("desk", ScreenKind.DESK, 510, 290),
)
_SIZE = re.compile(r"(\d{2,4})\s*[x×*]\s*(\d{2,4})", re.IGNORECASE)


@dataclass(frozen=True)
class ScreenLine:
    name: str
    kind: str
    size: str
    since: str
    revoked: bool
    here: bool


@router.get("/screens")
async def screens_page(here: HereDep) -> Response:
    return here.page("screens.html", **page_values(here))


def page_values(here: Here) -> dict[str, object]:
    with here.house.ledger.reading() as db:
        rows = access_tables.screens(db)
    lines = [
        ScreenLine(
            name=row.name,
            kind=here.say(f"desk.screen.{row.kind.value}"),
            size=f"{row.width_mm} × {row.height_mm} mm",
            since=here.times.date(row.enrolled_at),
            revoked=row.revoked_at is not None,
            here=row.name == here.who.screen,
        )
        for row in rows
    ]
    panels = [
        (name, here.say(f"desk.panel.{name}", None, width=width, height=height)) for name, _, width, height in PANELS
    ]
    may = bool(here.who.roles & SENIOR_ROLES)
    return {"lines": lines, "panel_choices": panels, "may": may, "code": "", "minutes": 0, "name": "", "problem": None}


@router.post("/screens")
async def offer_code(here: HereDep, form: FieldsDep) -> Response:
    """A code that makes one browser this screen; shown once, to who asked."""
    name = form.text("name")
    try:
        issued = await issue_screen_code(here.house, here.who, _plan(name, form))
    except Refusal as refusal:
        values = {**page_values(here), "name": name, "problem": here.problem(refusal)}
        return here.page("screens.html", 422, **values)
    values = {**page_values(here), "name": name, "code": grouped(issued.code), "minutes": issued.life_s // 60}
    return here.page("screens.html", **values)


def _plan(name: str, form: Fields) -> ScreenPlan:
    """Raises Refusal `screen_size`."""
    panel = next((one for one in PANELS if one[0] == form.text("panel")), None)
    if panel is None:
        raise Refusal("screen_size", field="panel")
    _, kind, width, height = panel
    measured = _SIZE.search(form.text("size"))
    if measured is not None:
        width, height = int(measured[1]), int(measured[2])
    turned = Orientation.PORTRAIT if height > width else Orientation.LANDSCAPE
    return ScreenPlan(name, kind, width, height, turned)


@router.post("/screens/{name}/revoke")
async def revoke(here: HereDep, name: str, form: FieldsDep) -> Response:
    if not form.text("reason"):
        raise Refusal("reason_missing", field="reason")
    await revoke_screen(here.house, here.who, name, form.text("reason"))
    return here.go("/screens?did=revoke")
