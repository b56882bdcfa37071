"""Who works and delivers here, and a one-time code with which somebody sets a first or forgotten PIN."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from edge.people import tables
from edge.people.access_tables import has_pin
from edge.people.directory import Person
from edge.people.pin_flows import issue_setup_code
from edge.people.tokens import grouped
from edge.refusal import Refusal
from kiosk_ui.desk.context import Here
from kiosk_ui.desk.door import DeskRoute, HereDep

router = APIRouter(route_class=DeskRoute)


@dataclass(frozen=True)
class WorkerLine:
    who: str
    number: str
    name: str
    what: str
    has_pin: bool


@router.get("/staff")
async def staff_page(here: HereDep) -> Response:
    return here.page("staff.html", **page_values(here))


def page_values(here: Here) -> dict[str, object]:
    with here.house.ledger.reading() as db:
        workers = [*tables.staff(db), *tables.couriers(db)]
        lines = [
            WorkerLine(row.id, row.number, here.words.actor(row.id), _what(here, row.id), has_pin(db, row.id))
            for row in workers
            if row.left_at is None
        ]
    groups = [(kind, [line for line in lines if line.who.startswith(f"{kind}:")]) for kind in ("staff", "courier")]
    return {"groups": groups, "code": "", "name": "", "days": 0, "problem": None}


def _what(here: Here, who: str) -> str:
    """The post of a colleague, the carrier of a courier."""
    person: Person = here.house.directory.person(who)
    if person.carrier:
        return here.words.carrier(person.carrier)
    return here.say("paper.and").join(here.say(f"desk.role.{role.value}") for role in sorted(person.roles))


@router.post("/staff/{who}/code")
async def offer_code(here: HereDep, who: str) -> Response:
    """Shown once, to who asked; it goes by hand to the one who sets the PIN. Rules say who may ask for whom."""
    try:
        issued = await issue_setup_code(here.house, here.who, who)
    except Refusal as refusal:
        return here.page("staff.html", 422, **{**page_values(here), "problem": here.problem(refusal)})
    code, days = grouped(issued.code), issued.life_s // 86_400
    return here.page("staff.html", **{**page_values(here), "code": code, "name": here.words.actor(who), "days": days})
