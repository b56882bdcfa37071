"""The needs-eyes list: somebody went and looked, and writes down what they found."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from edge import eyes
from edge.acts import ActRow
from edge.acts.tables import act_row
from edge.api.answers import answer_to
from edge.eyes import EyesRow
from edge.ledger import Connection
from edge.parcels.flows import bring_back, found, settle_eyes
from edge.parcels.tables import ParcelRow, Where, cells_out, parcel_in_cell, parcel_row
from edge.refusal import Refusal
from edge.slips import slip_row
from kiosk_ui.desk.context import Fields, Here
from kiosk_ui.desk.door import DeskRoute, FieldsDep, HereDep
from kiosk_ui.desk.journal import JournalLine, about_parcel, about_subject
from kiosk_ui.desk.lines import SlipLine, about_short, eyes_lines, eyes_more, eyes_title, slip_line
from kiosk_ui.desk.parcel import wheres_of
from kiosk_ui.desk.refusals import Problem
from kiosk_ui.desk.slips import do_slip

router = APIRouter(route_class=DeskRoute)

_ACT_FINDINGS = ("opened", "not_opened", "closed")
_SLIP_FINDINGS = ("good", "torn", "reprint")
_SLOT_FINDINGS = ("works", "closed", "noted")
_OUT_FINDINGS = ("works", "closed", "still_broken")
_SLOT_FINDINGS_OF = {"left_open": ("nothing_in_it", "something_in_it"), "unclaimed": ("taken_out", "nothing_in_it")}
"""Reasons that say nothing against the cell: what they ask for is whether something lies in it."""
_CALL_FINDINGS = ("went", "nobody_there")
_TOLD_FINDINGS = ("told_otherwise", "works", "noted")


@dataclass(frozen=True)
class LookView:
    """One entry with what the box last knew. `findings` are the answers, picked by number key."""

    row: EyesRow
    kind: str
    name: str
    title: str
    more: str
    age: str
    advice: str
    act: ActRow | None
    stage: str
    parcel: ParcelRow | None
    slip: SlipLine | None
    cell: str
    cell_is_out: bool
    findings: list[str]
    shelf_needed: bool
    journal: list[JournalLine]


@dataclass(frozen=True)
class EndView:
    """One entry that is on the list no more: what it was about, and who or what settled it when."""

    title: str
    about: str
    when: str
    by: str


@router.get("/eyes")
async def eyes_page(here: HereDep) -> Response:
    return here.page("eyes.html", **list_values(here))


def list_values(here: Here) -> dict[str, object]:
    with here.house.ledger.reading() as db:
        return {"lines": eyes_lines(here, db)}


@router.get("/eyes/{number}")
async def look_page(here: HereDep, number: int) -> Response:
    if (end := end_view(here, number)) is not None:
        return here.page("look_settled.html", end=end)
    return here.page("look.html", view=look_view(here, number))


@router.post("/eyes/{number}")
async def looked(here: HereDep, number: int, form: FieldsDep) -> Response:
    if (end := end_view(here, number)) is not None:
        return here.page("look_settled.html", answer_to("already_settled").status, end=end)
    view = look_view(here, number)
    try:
        await _settle(here, view, form)
    except Refusal as refusal:
        problem: Problem = here.problem(refusal)
        return here.page("look.html", 422, view=view, problem=problem)
    return here.go("/eyes?did=look")


def live_values(here: Here, number: str) -> tuple[str, dict[str, object]]:
    """What an open page is to show: nothing new, until the box or somebody else has settled it."""
    end = end_view(here, int(number)) if number.isascii() and number.isdigit() else None
    return ("parts.html", {}) if end is None else ("look_settled.html", {"end": end})


def end_view(here: Here, number: int) -> EndView | None:
    """How an entry was settled; None while it is open, and where there is none."""
    with here.house.ledger.reading() as db:
        end = eyes.end_of(db, number)
        if end is None:
            return None
        return EndView(
            title=eyes_title(here, end.row),
            about=about_short(here, db, end.row),
            when=here.times.when(end.at),
            by=here.words.actor(end.by),
        )


def look_view(here: Here, number: int) -> LookView:
    """Raises Refusal `already_settled`."""
    with here.house.ledger.reading() as db:
        row = eyes.open_row(db, number)
        kind, _, name = row.about.partition(":")
        act = act_row(db, name) if kind == "act" else None
        parcel = _parcel(db, row, kind, name, act)
        slip = slip_line(here, slip_row(db, name)) if kind == "slip" else None
        journal = about_parcel(here, db, parcel) if parcel else about_subject(here, db, row.about)
        out = bool(row.slot) and row.slot in cells_out(db, row.device)
        more = eyes_more(here, db, row)
    findings = findings_of(kind, row, parcel, out=out)
    return LookView(
        row=row,
        kind=kind,
        name=name,
        title=eyes_title(here, row),
        more=more,
        age=here.times.age(row.since),
        advice=_advice(here, kind, row),
        act=act,
        stage=_stage(act),
        parcel=parcel,
        slip=slip,
        cell=row.slot,
        cell_is_out=out,
        findings=findings,
        shelf_needed=Where.ON_SHELF in findings,
        journal=journal[-12:],
    )


def _parcel(db: Connection, row: EyesRow, kind: str, name: str, act: ActRow | None) -> ParcelRow | None:
    """The parcel that an entry is about, directly or through its door."""
    if kind == "parcel":
        return parcel_row(db, name)
    if act is not None and act.about.startswith("parcel:"):
        return parcel_row(db, act.about.removeprefix("parcel:"))
    return parcel_in_cell(db, row.device, row.slot) if row.slot else None


def findings_of(kind: str, row: EyesRow, parcel: ParcelRow | None, *, out: bool = False) -> list[str]:
    """What a person can have found, by what the entry is about and why; `out`: the cell is out of service."""
    if row.reason == "not_told":
        return list(_TOLD_FINDINGS if kind == "device" else ("told_otherwise", "noted"))
    if kind == "parcel" and parcel is not None:
        places = wheres_of(parcel)
        return places if parcel.state is Where.UNSURE else [*places, "noted"]
    if kind == "slot" and not out:
        return list(_SLOT_FINDINGS_OF.get(row.reason, _SLOT_FINDINGS))
    by_kind = {"act": _ACT_FINDINGS, "slip": _SLIP_FINDINGS, "slot": _OUT_FINDINGS, "screen": _CALL_FINDINGS}
    return list(by_kind.get(kind, ("works", "noted")))


def _advice(here: Here, kind: str, row: EyesRow) -> str:
    """What to look at, before answering: the reason's own line, else the kind's."""
    key = f"desk.look.{kind}.{row.reason}"
    return here.say(key if here.desk.pages.texts.has(key) else f"desk.look.{kind}")


def _stage(act: ActRow | None) -> str:
    """How far the act is known to have come, as the picture of its four steps has it."""
    if act is None:
        return ""
    if "closed" in act.seen:
        return "shut"
    if act.opened:
        return "open"
    return "refused" if act.state.value == "refused" else "unknown"


async def _settle(here: Here, view: LookView, form: Fields) -> None:
    finding, note = form.text("finding"), form.text("note")
    if finding not in view.findings:
        raise Refusal("finding_missing", field="finding")
    request = here.request(f"look.{view.row.number}", form)
    if view.kind == "slip":
        await do_slip(here, view.name, finding, form)
    elif view.kind == "slot" and view.cell_is_out and finding == "works":
        await bring_back(here.house, here.who, request, view.row.slot, note=note)
    elif view.kind == "parcel" and finding in set(Where):
        await found(here.house, here.who, request, view.name, where=Where(finding), note=note, shelf=form.text("shelf"))
    else:
        await settle_eyes(here.house, here.who, request, view.row.number, finding=finding, note=note)
