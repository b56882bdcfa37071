"""Who may see the desk's pages: an enrolled desk at which somebody is signed in; and how a refusal looks there."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, Response

from edge.api import visitors
from edge.api.answers import answer_to
from edge.ledger import LedgerClosed, LedgerUnusable
from edge.people.access_facts import ScreenKind
from edge.people.known import Screen
from edge.people.who import Who
from edge.refusal import Refusal
from kiosk_ui.desk.context import ROOT, Desk, Fields, Here
from kiosk_ui.desk.look import COOKIE, desk_look

_SIGN_IN = {"sign_in_first": "/sign-in", "session_over": "/sign-in?why=session_over"}
_NO_DESK = frozenset({"not_enrolled", "wrong_screen"})


class DeskRoute(APIRoute):
    """A route whose refusals are pages: to the sign-in where somebody has to sign in, else the three lines."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_or_refuse(request: Request) -> Response:
            return await _or_refusal(request, answer)

        return answer_or_refuse


async def _or_refusal(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    try:
        return await answer(request)
    except Refusal as refusal:
        if refusal.code in _NO_DESK:
            raise  # the app's own answer: such a browser is shown nothing of the desk
        here = anybody(request)
        leads_to = _SIGN_IN.get(refusal.code)
        return here.go(leads_to) if leads_to is not None else refused(here, refusal)
    except (LedgerUnusable, LedgerClosed):
        return refused(anybody(request), Refusal("ledger_unusable"))


def refused(here: Here, refusal: Refusal) -> HTMLResponse:
    """The page of a refusal that no form can show."""
    to_list = refusal.code == "already_settled"  # what it says to do is there
    return here.page("refused.html", answer_to(refusal.code).status, problem=here.problem(refusal), to_list=to_list)


# -- what routes ask for ---------------------------------------------------------------------------------------


def anybody(request: Request) -> Here:
    """A page for whoever stands there; nothing about residents may be on it."""
    desk: Desk = request.state.desk
    look = desk_look("", request.cookies.get(COOKIE, ""))
    from_htmx = request.headers.get("HX-Request") == "true"
    return Here(desk, Who(""), look, page_of(request.url.path.removeprefix(ROOT)), request.url.query, from_htmx)


def page_of(path: str) -> str:
    """The page that a path belongs to: what is done with a parcel or a cell is done on its page."""
    done_on = re.fullmatch(r"(/(?:parcels|cells|people)/[^/]+)/[a-z_]+", path)
    if done_on is not None:
        return done_on[1]
    return "/screens" if path.startswith("/screens/") else "/parcels" if path.startswith("/slips/") else path


def desk_at(request: Request) -> Screen:
    """The desk that this browser is. Raises Refusal `not_enrolled`, `wrong_screen`."""
    screen = visitors.screen_of(request, ScreenKind.DESK)
    if screen is None:
        raise Refusal("wrong_screen" if visitors.screens_of(request) else "not_enrolled")
    return screen


def signed_in(request: Request, *, moved: bool = True) -> Here:
    """A request by a member of staff. Raises Refusal `sign_in_first`, `session_over` and as `desk_at`."""
    who = visitors.signed_in(request, desk_at(request), moved=moved)
    return anybody(request).by(who)


async def here_now(request: Request) -> Here:
    return signed_in(request)


async def anybody_at_desk(request: Request) -> Here:
    desk_at(request)
    return anybody(request)


async def fields_sent(request: Request) -> Fields:
    return Fields(await request.form(max_files=0, max_fields=60))


HereDep = Annotated[Here, Depends(here_now)]
AnybodyDep = Annotated[Here, Depends(anybody_at_desk)]
FieldsDep = Annotated[Fields, Depends(fields_sent)]
