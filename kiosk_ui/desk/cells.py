"""One cell of the locker: its state in words, opened by staff with a second person, out of service and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from edge.parcels.flows import bring_back, staff_open, take_out
from edge.parcels.flows.cells import opening
from edge.people.second_person import give_consent
from edge.refusal import Refusal
from edge.wall import Cell
from kiosk_ui.desk.context import Fields, Here
from kiosk_ui.desk.door import DeskRoute, FieldsDep, HereDep
from kiosk_ui.desk.journal import JournalLine, about_subject
from kiosk_ui.desk.lines import Line, eyes_lines, parcel_line
from kiosk_ui.desk.refusals import Problem
from kiosk_ui.desk.walls import CellPicture, cell_picture, wall_picture
from kiosk_ui.place import where

router = APIRouter(route_class=DeskRoute)

ACTIONS = ("open", "take_out", "bring_back")
LINES = 12  # of the journal, about one door
_STAGES = {"requested": "requested", "actuated": "opening", "open": "open", "closed": "shut", "refused": "refused"}


@dataclass(frozen=True)
class CellView:
    """`stage` is how far the last act is known to have come, as its four pictures have it."""

    picture: CellPicture
    where: str
    stage: str
    asked: str
    line: Line | None
    eyes: list[Line]
    out_reason: str
    actions: list[str]
    open: str
    second_person: bool
    journal: list[JournalLine]


@router.get("/cells/{name}")
async def cell_page(here: HereDep, name: str, do: Annotated[str, Query(max_length=20)] = "") -> Response:
    return here.page("cell.html", **page_values(here, name, do))


def page_values(here: Here, name: str, do: str = "", problem: Problem | None = None) -> dict[str, object]:
    """Raises Refusal `no_such_cell`."""
    view = cell_view(here, cell_of(here, name), do)
    with here.house.ledger.reading() as db:
        return {"view": view, "drawn": here.house.wall, "here_wall": wall_picture(here, db), "problem": problem}


def cell_of(here: Here, name: str) -> Cell:
    cell = here.house.wall.cell(name)
    if cell is None:
        raise Refusal("no_such_cell", slot=name)
    return cell


def cell_view(here: Here, cell: Cell, do: str) -> CellView:
    with here.house.ledger.reading() as db:
        picture = cell_picture(here, db, cell)
        line = parcel_line(here, db, picture.parcel) if picture.parcel else None
        entries = eyes_lines(here, db, picture.eyes)
        journal = about_subject(here, db, f"slot:{here.house.wall.device}/{cell.name}", most=LINES)
    actions = ["open", "bring_back" if picture.out_reason else "take_out"]
    act = picture.act
    return CellView(
        picture=picture,
        where=where(here.desk.pages.texts, here.look.lang, here.house.wall, cell.name),
        stage=_STAGES.get(act.state.value, "unknown") if act else "",
        asked=_asked(here, picture),
        line=line,
        eyes=entries,
        out_reason=here.words.reason(picture.out_reason) if picture.out_reason else "",
        actions=actions,
        open=do if do in actions else "",
        second_person=here.house.settings.policy.second_person_opens,
        journal=journal,
    )


def _asked(here: Here, picture: CellPicture) -> str:
    """Who had this door opened last, when and for what."""
    act = picture.act
    if act is None:
        return ""
    purpose = here.words.word("purpose", act.purpose)
    who = here.words.actor(act.actor)
    return here.say("desk.cell.asked", None, when=here.times.when(act.requested_at), who=who, purpose=purpose)


@router.post("/cells/{name}/{action}")
async def act_on_cell(here: HereDep, name: str, action: str, form: FieldsDep) -> Response:
    cell_of(here, name)
    try:
        await _act(here, name, action, form)
    except Refusal as refusal:
        return here.page("cell.html", 422, **page_values(here, name, action, here.problem(refusal)))
    return here.go(f"/cells/{name}?did={action}")


async def _act(here: Here, name: str, action: str, form: Fields) -> None:
    request, reason = here.request(f"{action}.{name}", form), form.text("reason")
    match action:
        case "open":
            if not reason:
                raise Refusal("reason_missing", field="reason")
            consent = await _consent(here, name, form)
            await staff_open(here.house, here.who, request, name, reason=reason, consent=consent)
        case "take_out":
            await take_out(here.house, here.who, request, name, reason=reason)
        case "bring_back":
            await bring_back(here.house, here.who, request, name, note=reason)
        case _:
            raise Refusal("not_found")


async def _consent(here: Here, name: str, form: Fields) -> str:
    """A second person agrees on the spot, at this desk, to this door and no other."""
    if not here.house.settings.policy.second_person_opens:
        return ""
    number, pin = form.text("second_number"), form.text("second_pin")
    if not number or not pin:
        raise Refusal("consent_needed", field="second_number")
    return await give_consent(here.house, here.who, number, pin, opening(name))
