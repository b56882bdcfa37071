"""Collecting: a code, one door after another, and an honest end to each."""

from __future__ import annotations

from collections.abc import Mapping

from edge.acts import ActRow, ActState
from edge.acts.tables import acts_about
from edge.parcels import flows
from edge.parcels.flows.collect import DISPUTES
from edge.parcels.flows.placing import act_of
from edge.parcels.tables import ParcelRow, Where, parcel_row, parcels_of
from edge.refusal import Refusal
from edge.visits import VisitRow
from kiosk_ui.kiosk.here import Answer, Here
from kiosk_ui.kiosk.site import ROOT
from kiosk_ui.kiosk.stages import stage_of
from kiosk_ui.kiosk.views import Choice, Choices, DoorPage, Pad, Result, Stage, View, Waiting
from kiosk_ui.live import Go

Form = Mapping[str, str]
PURPOSE = "collect"
HERE = f"{ROOT}/collect"
_MOVING = (ActState.REQUESTED, ActState.ACTUATED, ActState.OPEN)


def code_page(here: Here) -> View:
    policy = here.house.settings.policy
    tail = (("tail", 4, False),) if policy.code_needs_phone_tail else ()
    return Pad(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="code",
        fields=(("code", policy.code_digits, False), *tail),
        scan=here.scanner,
    )


async def enter_code(here: Here, form: Form) -> Answer:
    request = here.request(here.kiosk, form)
    await flows.identify(here.house, here.kiosk, request, form.get("code", ""), phone_tail=form.get("tail", ""))
    return Answer(f"{HERE}/waiting")


def waiting_page(here: Here) -> View:
    visit = here.visit(PURPOSE)
    cells, desk = _waiting(here, visit)
    return Waiting(
        path=here.path,
        once=here.once,
        problem=here.problem,
        name=_name(here, visit),
        wall=here.house.wall,
        cells=tuple(here.item(row) for row in cells),
        desk=tuple(here.item(row) for row in desk),
    )


async def open_next(here: Here, form: Form) -> Answer:
    visit = here.visit(PURPOSE)
    cells, _ = _waiting(here, visit)
    if not cells:
        raise Refusal("not_in_cell")
    return await _open(here, form, visit, cells[0].parcel)


async def _open(here: Here, form: Form, visit: VisitRow, parcel: str) -> Answer:
    await flows.collect_next(here.house, here.kiosk, here.request(here.kiosk, form), visit.visit, parcel)
    return Answer(f"{HERE}/door/{parcel}")


# -- the door --------------------------------------------------------------------------------------------------


def door_page(here: Here, parcel: str) -> View:
    visit = here.visit(PURPOSE)
    row, act = _at_door(here, visit, parcel)
    done = row.state is Where.COLLECTED
    if act is None or (done and act.state not in _MOVING):
        raise Go(f"{HERE}/done/{parcel}" if done else f"{HERE}/waiting")
    stage = stage_of(act, done=done or act.last_occupied is False, away=here.locker_is_away)
    main, others = answers(stage, done=done)
    return DoorPage(
        path=here.path,
        once=here.once,
        problem=here.problem,
        act=PURPOSE,
        name=_name(here, visit),
        item=here.item(row),
        wall=here.house.wall,
        cell=act.slot,
        where=here.where(act.slot),
        stage=stage,
        full=stage is Stage.OPEN,
        main=main,
        others=others,
    )


def answers(stage: Stage, *, done: bool) -> tuple[Choice | None, tuple[Choice, ...]]:
    """The one main key of a stage, and what else may be the case."""
    wrong = Choice("problem", "answer.problem")
    again = Choice("again", "answer.again")
    if done:
        return Choice("finish", "answer.shut"), ()
    match stage:
        case Stage.OPEN | Stage.CLOSE:
            return Choice("took", "answer.took"), (wrong,)
        case Stage.SHUT:
            return Choice("took", "answer.took"), (Choice("reopen", "answer.reopen"), wrong)
        case Stage.NOT_OPENED | Stage.REFUSED:
            return again, ()
        case Stage.UNKNOWN:
            return again, (Choice("took", "answer.took"),)
    return None, ()


async def at_door(here: Here, form: Form, parcel: str) -> Answer:
    visit = here.visit(PURPOSE)
    house, kiosk, request = here.house, here.kiosk, here.request(here.kiosk, form)
    match form.get("answer"):
        case "took":
            await flows.took_it(house, kiosk, request, visit.visit, parcel)
            return Answer(here.path)
        case "again":
            return await _again(here, form, visit, parcel)
        case "reopen":
            await flows.open_again(house, kiosk, request, visit.visit, parcel)
            return Answer(f"{HERE}/door/{parcel}")
        case "problem":
            return Answer(f"{HERE}/wrong/{parcel}")
        case "finish":
            return Answer(f"{HERE}/done/{parcel}")
    raise Refusal("form_old")


async def _again(here: Here, form: Form, visit: VisitRow, parcel: str) -> Answer:
    """They see the door shut: that settles the first try, and another one is made while tries are left."""
    said = {**form, "answer": "not_opened"}
    told = await flows.did_not_open(here.house, here.kiosk, here.request(here.kiosk, said), visit.visit, parcel)
    if not told["again"]:
        return Answer(f"{HERE}/noted/{parcel}?what=did_not_open")
    return await _open(here, form, visit, parcel)


# -- what is wrong, and how it ended ---------------------------------------------------------------------------


def wrong_page(here: Here, parcel: str) -> View:
    visit = here.visit(PURPOSE)
    row, act = _at_door(here, visit, parcel)
    words = ("empty", "not_mine", "damaged") if act is not None and act.opened else ("did_not_open",)
    return Choices(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="wrong",
        values={"cell": row.cell},
        choices=tuple(Choice(word, f"wrong.{word}") for word in words),
        wall=here.house.wall,
        cell=row.cell,
        back=f"{HERE}/door/{parcel}",
    )


async def say_wrong(here: Here, form: Form, parcel: str) -> Answer:
    visit, what = here.visit(PURPOSE), form.get("answer", "")
    if what == "did_not_open":
        return await _again(here, form, visit, parcel)
    await flows.dispute(here.house, here.kiosk, here.request(here.kiosk, form), visit.visit, parcel, what)
    return Answer(f"{HERE}/noted/{parcel}?what={what}")


def noted_page(here: Here, parcel: str) -> View:
    visit, what = here.visit(PURPOSE), here.query.get("what", "")
    if what not in {*DISPUTES, "did_not_open"}:
        raise Refusal("form_old")
    row, act = _at_door(here, visit, parcel)
    cell = row.cell or (act.slot if act else "")
    return Result(
        path=here.path,
        once=here.once,
        what=f"noted.{what}",
        values={"cell": cell},
        look=True,
        wall=here.house.wall,
        cell=cell,
        main=_next(here, visit, without=parcel),
    )


def done_page(here: Here, parcel: str) -> View:
    visit = here.visit(PURPOSE)
    row, act = _at_door(here, visit, parcel)
    if row.state is not Where.COLLECTED:
        raise Go(f"{HERE}/door/{parcel}")
    left = len(_waiting(here, visit)[0])
    again = bool(row.cell) and act is not None and act.state is not ActState.OPEN
    return Result(
        path=here.path,
        once=here.once,
        problem=here.problem,
        what="thanks_next" if left else "thanks_shut" if act is not None and "closed" in act.seen else "thanks",
        n=left,
        wall=here.house.wall,
        cell=row.cell,
        main=_next(here, visit),
        others=(Choice("reopen", "answer.forgot"),) if again else (),
    )


async def after(here: Here, form: Form, parcel: str) -> Answer:
    """From a result page: the next parcel, or the same door once more within its grace."""
    visit = here.visit(PURPOSE)
    if form.get("answer") == "reopen":
        await flows.open_again(here.house, here.kiosk, here.request(here.kiosk, form), visit.visit, parcel)
        return Answer(f"{HERE}/door/{parcel}")
    return Answer(f"{HERE}/waiting")


def _next(here: Here, visit: VisitRow, without: str = "") -> Choice | None:
    cells = [row for row in _waiting(here, visit)[0] if row.parcel != without]
    return Choice("next", "answer.next") if cells else None


# -- reading ---------------------------------------------------------------------------------------------------


def _name(here: Here, visit: VisitRow) -> str:
    person = here.house.directory.find(visit.who)
    return person.masked if person else ""


def _waiting(here: Here, visit: VisitRow) -> tuple[list[ParcelRow], list[ParcelRow]]:
    """What lies in cells and may be opened, and what only the desk can hand over."""
    with here.house.ledger.reading() as db:
        rows = parcels_of(db, visit.who)
        stuck = {row.parcel for row in rows if _told(acts_about(db, f"parcel:{row.parcel}"), visit, row)}
    cells = [row for row in rows if row.state is Where.IN_CELL and row.parcel not in stuck]
    return cells, [row for row in rows if row not in cells]


def _told(acts: list[ActRow], visit: VisitRow, row: ParcelRow) -> bool:
    """Said to be wrong in this visit: the desk has it now, and the next door is another one."""
    return bool(row.dispute) and any(act.requested_at >= visit.opened_at for act in acts)


def _at_door(here: Here, visit: VisitRow, parcel: str) -> tuple[ParcelRow, ActRow | None]:
    with here.house.ledger.reading() as db:
        row = parcel_row(db, parcel)
        if row is None or row.addressee != visit.who:
            raise Refusal("not_yours", rule="P3")
        act = act_of(db, row) if row.cell else next(reversed(acts_about(db, f"parcel:{parcel}")), None)
    if act is not None and act.requested_at < visit.opened_at:
        act = None
    return row, act
