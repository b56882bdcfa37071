"""The first page, the pages that are always there, and how a person makes the screen theirs."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from edge import eyes
from edge.ledger import Tx
from edge.people import signing_in
from edge.visits import open_visits
from kiosk_ui.kiosk.here import Answer, Here
from kiosk_ui.kiosk.site import ROOT
from kiosk_ui.kiosk.views import Cleaning, Desk, OutOfService, Start, View
from kiosk_ui.live import Go

Form = Mapping[str, str]

_GREETINGS = ((5, "night"), (11, "morning"), (13, "noon"), (18, "afternoon"), (23, "evening"), (24, "night"))


def start(here: Here) -> View:
    house = here.house
    now = house.clock.now().astimezone(ZoneInfo(house.settings.box.timezone))
    return Start(
        path=here.path,
        once=here.once,
        problem=here.problem,
        quiet_s=60 if here.look.cookie() else 0,
        warn_s=0,
        now=now,
        greeting=next(word for until, word in _GREETINGS if now.hour < until),
        out=_out(here),
        scan=here.scanner,
    )


def _out(here: Here) -> tuple[str, ...]:
    """Tasks that need the locker while nobody can reach its board."""
    return ("collect", "drop") if here.locker_is_away else ()


def comfort(here: Here, form: Form) -> Answer:
    """One press on the comfort bar; it lasts for this person only."""
    return Answer(f"{ROOT}/", look=here.look.toggled(form.get("wish", "")).cookie())


async def leave(here: Here, _: Form) -> Answer:
    """The person goes, or has gone: the visit ends, and nothing of them stays on the screen."""
    with here.house.ledger.reading() as db:
        visits = open_visits(db, here.screen.name)
    for row in visits:
        request = here.request(here.kiosk, {"once": row.visit})
        await here.house.visits.close(request, row.visit, screen=here.screen.name)
        here.drafts.pop(row.visit, None)
    if here.session:
        await signing_in.sign_out(here.house, here.screen, here.session)
    return Answer(f"{ROOT}/", look="", session="")


def desk(here: Here) -> View:
    phone = here.house.settings.box.desk_phone
    return Desk(path=here.path, once=here.once, problem=here.problem, phone=phone, told=_called(here))


async def call_desk(here: Here, form: Form) -> Answer:
    """Someone at the kiosk asks for a person: it stands on the desk's needs-eyes list until somebody has gone."""

    def decide(tx: Tx) -> None:
        eyes.raise_(tx, f"screen:{here.screen.name}", "called")

    await here.house.ledger.commit(here.request(here.kiosk, form), decide)
    return Answer(f"{ROOT}/desk")


def _called(here: Here) -> bool:
    with here.house.ledger.reading() as db:
        return any(row.about == f"screen:{here.screen.name}" for row in eyes.waiting(db))


def cleaning(here: Here) -> View:
    return Cleaning(path=here.path)


def out_of_service(here: Here) -> View:
    out = _out(here)
    if not out:
        raise Go(f"{ROOT}/")
    return OutOfService(
        path=here.path,
        quiet_s=30,
        out=out,
        works=("desk_collect", "desk_drop"),
        phone=here.house.settings.box.desk_phone,
    )
