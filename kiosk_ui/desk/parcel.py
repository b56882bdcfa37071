"""One parcel: what is known of it, what can be done next, and the journal's lines about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from edge import eyes
from edge.eyes import EyesRow
from edge.ledger import Connection
from edge.notices import NoticeRow, notices_about
from edge.parcels.facts import Signature
from edge.parcels.flows import found, hand_over, new_code, remind, shelve
from edge.parcels.flows.desk import DESK_ROLES
from edge.parcels.flows.placing import known
from edge.parcels.tables import IN_THE_HOUSE, ParcelRow, Where, waiting
from edge.refusal import Refusal
from kiosk_ui.desk.context import Fields, Here
from kiosk_ui.desk.door import DeskRoute, FieldsDep, HereDep
from kiosk_ui.desk.journal import JournalLine, about_parcel
from kiosk_ui.desk.lines import Line, SlipLine, eyes_lines, parcel_line, slip_lines
from kiosk_ui.desk.refusals import Problem
from kiosk_ui.desk.register import COLUMNS, Entry, entry

router = APIRouter(route_class=DeskRoute)

TAKERS = 9  # number keys


@dataclass(frozen=True)
class Taker:
    key: int
    person: str
    name: str
    standing: str
    phone: str
    addressee: bool


@dataclass(frozen=True)
class ParcelView:
    """`actions` are what its state allows now, the likeliest first; `open` is the one whose form stands open."""

    row: ParcelRow
    entry: Entry
    unit: str
    name: str
    place: str
    age: str
    care: str
    actions: list[str]
    open: str
    takers: list[Taker]
    with_it: list[tuple[str, str]]
    wheres: list[str]
    slips: list[SlipLine]
    notices: list[NoticeRow]
    eyes: list[Line]
    journal: list[JournalLine]
    signatures: dict[str, str]


@router.get("/parcels")
async def parcels_page(here: HereDep) -> Response:
    return here.page("parcels.html", **list_values(here))


def list_values(here: Here) -> dict[str, object]:
    """Everything uncollected, what was brought to the desk first, then the oldest."""
    with here.house.ledger.reading() as db:
        rows = waiting(db, 500)
        groups = [
            (state.value, [parcel_line(here, db, row) for row in rows if row.state is state])
            for state in (Where.TO_DESK, Where.UNSURE, Where.ON_SHELF, Where.IN_CELL)
        ]
    return {"groups": [(state, lines) for state, lines in groups if lines], "total": len(rows)}


@router.get("/parcels/{parcel}")
async def parcel_page(here: HereDep, parcel: str, do: Annotated[str, Query(max_length=20)] = "") -> Response:
    return here.page("parcel.html", **page_values(here, parcel, do))


def page_values(here: Here, parcel: str, do: str = "", problem: Problem | None = None) -> dict[str, object]:
    """Raises Refusal `no_such_parcel`."""
    with here.house.ledger.reading() as db:
        return {"view": parcel_view(here, db, known(db, parcel), do), "problem": problem, "columns": COLUMNS}


def actions_of(row: ParcelRow) -> list[str]:
    """What may be done with a parcel as it stands."""
    by_state = {
        Where.ON_SHELF: ["hand_over", "remind", "shelve", "found"],
        Where.IN_CELL: ["remind", "shelve", "found"],
        Where.TO_DESK: ["shelve", "found"],
        Where.UNSURE: ["found", "shelve"],
        Where.IN_HAND: ["shelve", "found"],
    }
    return by_state.get(row.state, ["found"])


def wheres_of(row: ParcelRow) -> list[str]:
    """Where a person may say that it is. It is not found where the register has it already."""
    places = [Where.ON_SHELF, Where.IN_CELL, Where.COLLECTED, Where.TAKEN_BACK]
    return [
        place.value
        for place in places
        if (place is not row.state or row.dispute) and (place is not Where.IN_CELL or row.cell)
    ]


def parcel_view(here: Here, db: Connection, row: ParcelRow, do: str = "") -> ParcelView:
    actions = actions_of(row)
    about = f"parcel:{row.parcel}"
    return ParcelView(
        row=row,
        entry=entry(here, db, row),
        unit=here.words.unit(row.unit),
        name=here.words.masked(row.addressee),
        place=here.words.place(row),
        age=here.times.age(row.placed_at or row.registered_at) if row.state in IN_THE_HOUSE else "",
        care=here.words.care(row),
        actions=actions,
        open=do if do in actions else actions[0] if row.state in IN_THE_HOUSE else "",
        takers=takers(here, row),
        with_it=_with_it(here, db, row),
        wheres=wheres_of(row),
        slips=slip_lines(here, db, row.parcel),
        notices=notices_about(db, about),
        eyes=eyes_lines(here, db, [one for one in eyes.waiting(db) if _concerns(one, row, about)]),
        journal=about_parcel(here, db, row),
        signatures=_signatures(here, db, row),
    )


def _concerns(entry_: EyesRow, row: ParcelRow, about: str) -> bool:
    return entry_.about == about or bool(row.cell and (entry_.device, entry_.slot) == (row.device, row.cell))


def takers(here: Here, row: ParcelRow) -> list[Taker]:
    """P3: the registered people of the addressee's household, the addressee first."""
    addressee = here.house.directory.find(row.addressee)
    if addressee is None:
        return []
    people = [one for one in here.house.directory.members(row.unit) if one.household == addressee.household]
    people.sort(key=lambda one: one.id != row.addressee)
    return [
        Taker(
            key=key,
            person=one.id,
            name=one.masked,
            standing=here.say(f"desk.standing.{one.standing}") if one.standing else "",
            phone=here.words.phone(one),
            addressee=one.id == row.addressee,
        )
        for key, one in enumerate(people[:TAKERS], start=1)
    ]


def _with_it(here: Here, db: Connection, row: ParcelRow) -> list[tuple[str, str]]:
    """What else lies on the shelf for the same household and can be taken in one go."""
    household = _household(here, row.addressee)
    others = [
        one
        for one in waiting(db, 500)
        if one.unit == row.unit and one.parcel != row.parcel and one.state is Where.ON_SHELF
    ]
    return [(one.parcel, _short(here, one)) for one in others if _household(here, one.addressee) == household]


def _household(here: Here, person: str) -> str:
    found_ = here.house.directory.find(person)
    return found_.household if found_ else ""


def _short(here: Here, row: ParcelRow) -> str:
    tail = here.say("desk.tail", None, carrier=here.words.carrier(row.carrier), tail=row.number[-4:])
    return here.say("desk.dot").join((tail, here.words.masked(row.addressee), here.words.place(row)))


def _signatures(here: Here, db: Connection, row: ParcelRow) -> dict[str, str]:
    """What was drawn on a screen at coming in and going out, as SVG paths."""
    drawn = {}
    for way in ("in", "out"):
        sealed = here.house.ledger.vault.open(db, f"signature:{row.parcel}:{way}")
        if sealed:
            drawn[way] = sealed["drawn"]
    return drawn


# -- what is done with it --------------------------------------------------------------------------------------


@router.post("/parcels/{parcel}/{action}")
async def act(here: HereDep, parcel: str, action: str, form: FieldsDep) -> Response:
    """Hand over, remind, shelve, found; slips are judged and reprinted under `/slips`."""
    try:
        await _act(here, parcel, action, form)
    except Refusal as refusal:
        if refusal.code == "no_such_parcel":
            raise
        values = page_values(here, parcel, action, here.problem(refusal))
        return here.page("parcel.html", 422, **values)
    return here.go(f"/parcels/{parcel}?did={action}")


async def _act(here: Here, parcel: str, action: str, form: Fields) -> None:
    house, who, request = here.house, here.who, here.request(f"{action}.{parcel}", form)
    match action:
        case "hand_over":
            signature = form.text("signature")
            await hand_over(
                house,
                who,
                request,
                tuple(dict.fromkeys((parcel, *form.many("also")))),
                taker=form.text("taker"),
                signature=signature if signature in (Signature.SLIP, Signature.SCREEN) else "",
                drawn=form.text("drawn") if signature == Signature.SCREEN else "",
            )
        case "remind":
            await (remind if who.roles.intersection(DESK_ROLES) else new_code)(house, who, request, parcel)
        case "shelve":
            await shelve(house, who, request, parcel, shelf=form.text("shelf"))
        case "found":
            where = form.text("where")
            place = Where(where) if where in set(Where) else Where.IN_HAND
            await found(house, who, request, parcel, where=place, note=form.text("note"), shelf=form.text("shelf"))
        case _:
            raise Refusal("not_found")
