"""The door of a drop-off, from the request to the receipt, and every way in which it goes otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from edge.acts import ActRow, ActState
from edge.acts.tables import acts_about
from edge.parcels import flows
from edge.parcels.flows.placing import act_of
from edge.parcels.tables import ParcelRow, Where, parcel_row
from edge.refusal import Refusal
from edge.slips import slips_about
from edge.visits import VisitRow
from edge.wall import Size
from kiosk_ui.kiosk.drop import HERE, PURPOSE
from kiosk_ui.kiosk.here import Answer, Here
from kiosk_ui.kiosk.stages import stage_of
from kiosk_ui.kiosk.views import Choice, DoorPage, Result, Stage, View
from kiosk_ui.live import Go

Form = Mapping[str, str]


def door_page(here: Here, parcel: str) -> View:
    here.courier()
    row, act = _at_door(here, here.visit(PURPOSE), parcel)
    if row.state is not Where.IN_HAND or act is None:
        raise Go(f"{HERE}/done/{parcel}")
    stage = stage_of(act, done=act.last_occupied, away=here.locker_is_away)
    insists = here.problem is not None and here.problem.code == "door_still_open"
    main, others = answers(stage, insists=insists)
    return DoorPage(
        path=here.path,
        once=here.once,
        problem=here.problem,
        act="drop",
        name="",
        item=here.item(row),
        wall=here.house.wall,
        cell=act.slot,
        where=here.where(act.slot),
        stage=stage,
        full=stage is Stage.CLOSE,
        main=main,
        others=others,
    )


def answers(stage: Stage, *, insists: bool) -> tuple[Choice | None, tuple[Choice, ...]]:
    too_big = Choice("does_not_fit", "answer.does_not_fit")
    keep = Choice("not_put_in", "answer.not_put_in")
    put_in = Choice("insist", "answer.shut") if insists else Choice("put_in", "answer.put_in")
    match stage:
        case Stage.OPEN:
            return put_in, (too_big, keep)
        case Stage.CLOSE:
            return put_in, ()
        case Stage.SHUT:
            return put_in, (too_big, keep)
        case Stage.NOT_OPENED | Stage.REFUSED | Stage.UNKNOWN:
            again = Choice("again", "answer.again")
            return again, (Choice("other", "answer.other_cell"), Choice("desk", "answer.desk"), keep)
        case Stage.AWAY:
            return Choice("desk", "answer.desk"), (keep,)
    return None, ()


async def at_door(here: Here, form: Form, parcel: str) -> Answer:
    who, visit = here.courier(), here.visit(PURPOSE)
    row, act = _at_door(here, visit, parcel)
    case = (here.house, who, here.request(who, form), visit.visit, parcel)
    size = _size(here, act)
    match form.get("answer"):
        case "put_in" | "insist":
            await flows.put_in(*case, insists=form.get("answer") == "insist")
        case "does_not_fit":
            await flows.does_not_fit(*case, size)
        case "not_put_in":
            await flows.not_put_in(*case)
        case "again":
            await flows.try_again(*case)
        case "other":
            await flows.door_did_not_open(*case, size)
        case "desk":
            await flows.to_desk(*case)
        case _:
            raise Refusal("form_old")
    return Answer(f"{HERE}/door/{row.parcel}")


def _size(here: Here, act: ActRow | None) -> Size:
    """The size of the door at which they stand."""
    cell = here.house.wall.cell(act.slot) if act is not None else None
    if cell is None:
        raise Refusal("not_yours_now")
    return cell.size


_ENDS = {Where.IN_CELL: "dropped", Where.TO_DESK: "to_desk", Where.TAKEN_BACK: "kept", Where.UNSURE: "unsure"}


def done_page(here: Here, parcel: str) -> View:
    here.courier()
    visit = here.visit(PURPOSE)
    row, act = _at_door(here, visit, parcel)
    if row.state is Where.IN_HAND and act is not None:
        raise Go(f"{HERE}/door/{parcel}")
    cell = row.cell
    with here.house.ledger.reading() as db:
        slips = slips_about(db, f"parcel:{parcel}")
    shut = act is None or act.state is not ActState.OPEN
    return Result(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what=_ENDS.get(row.state, "dropped"),
        values={"cell": cell, "parcel": parcel},
        look=row.state is Where.UNSURE,
        slip=slips[-1].state.value if slips else "",
        wall=here.house.wall if cell else None,
        cell=cell if shut else "",
        main=Choice("next", "answer.next"),
    )


def after(here: Here, form: Form, parcel: str) -> Answer:
    """The next parcel in the same hands."""
    if form.get("answer") != "next" or not parcel:
        raise Refusal("form_old")
    here.drafts.pop(here.visit(PURPOSE).visit, None)
    return Answer(f"{HERE}/number")


def _at_door(here: Here, visit: VisitRow, parcel: str) -> tuple[ParcelRow, ActRow | None]:
    with here.house.ledger.reading() as db:
        row = parcel_row(db, parcel)
        if row is None or row.deliverer != visit.who:
            raise Refusal("not_yours_now")
        act = act_of(db, row) if row.cell else next(reversed(acts_about(db, f"parcel:{parcel}")), None)
    return row, act
