"""Signing in at the desk, taking it over from a colleague in one step, and leaving it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from edge.api import visitors
from edge.api.cookies import no_session_cookie, session_cookie
from edge.people.access_facts import ScreenKind
from edge.people.pin_flows import change_pin, redeem_setup_code
from edge.people.signing_in import SignedIn, sign_in, sign_out, switch_user
from edge.refusal import Refusal
from kiosk_ui.desk.context import ROOT, Here
from kiosk_ui.desk.door import AnybodyDep, DeskRoute, FieldsDep, HereDep, desk_at
from kiosk_ui.desk.look import COOKIE

router = APIRouter(route_class=DeskRoute)

LOOK_KEPT_S = 400 * 24 * 3600


@router.get("/sign-in")
async def sign_in_page(here: AnybodyDep, why: Annotated[str, Query(max_length=20)] = "") -> Response:
    return here.page("sign_in.html", why=why if why in ("session_over", "pin_set", "signed_out") else "", number="")


@router.post("/sign-in")
async def signing_in(here: AnybodyDep, request: Request, form: FieldsDep) -> Response:
    number = form.text("number")
    try:
        signed = await sign_in(here.house, desk_at(request), number, form.text("pin"))
    except Refusal as refusal:
        return here.page("sign_in.html", 422, why="", number=number, problem=here.problem(refusal))
    return _now_here(here, request, signed)


@router.get("/switch")
async def switch_page(here: HereDep) -> Response:
    return here.page("switch.html", number="")


@router.post("/switch")
async def switching(here: HereDep, request: Request, form: FieldsDep) -> Response:
    """A wrong PIN leaves the first one signed in."""
    number = form.text("number")
    try:
        signed = await switch_user(here.house, desk_at(request), number, form.text("pin"))
    except Refusal as refusal:
        return here.page("switch.html", 422, number=number, problem=here.problem(refusal))
    return _now_here(here, request, signed)


@router.post("/sign-out")
async def signing_out(here: AnybodyDep, request: Request) -> Response:
    await sign_out(here.house, desk_at(request), visitors.token_of(request, ScreenKind.DESK))
    answer = here.go("/sign-in?why=signed_out")
    answer.headers.append("set-cookie", no_session_cookie(ScreenKind.DESK, visitors.options_of(request)))
    return answer


def _now_here(here: Here, request: Request, signed: SignedIn) -> Response:
    answer = here.go("/")
    cookie = session_cookie(ScreenKind.DESK, signed.token, visitors.options_of(request))
    answer.headers.append("set-cookie", cookie)
    return answer


# -- PINs ------------------------------------------------------------------------------------------------------


@router.get("/pin")
async def first_pin_page(here: AnybodyDep) -> Response:
    return here.page("pin.html", number="", own=False)


@router.post("/pin")
async def first_pin(here: AnybodyDep, request: Request, form: FieldsDep) -> Response:
    """A first or forgotten PIN: the setup code from a supervisor, and the new PIN twice."""
    number = form.text("number")
    try:
        _same_twice(form.text("pin"), form.text("again"))
        await redeem_setup_code(here.house, desk_at(request), number, form.text("code"), form.text("pin"))
    except Refusal as refusal:
        return here.page("pin.html", 422, number=number, own=False, problem=here.problem(refusal))
    return here.go("/sign-in?why=pin_set")


@router.get("/me")
async def own_pin_page(here: HereDep) -> Response:
    return here.page("pin.html", number="", own=True)


@router.post("/me")
async def own_pin(here: HereDep, form: FieldsDep) -> Response:
    try:
        _same_twice(form.text("pin"), form.text("again"))
        await change_pin(here.house, here.who, form.text("old"), form.text("pin"))
    except Refusal as refusal:
        return here.page("pin.html", 422, number="", own=True, problem=here.problem(refusal))
    return here.go("/sign-in?why=pin_set")


def _same_twice(pin: str, again: str) -> None:
    if pin != again:
        raise Refusal("pin_not_the_same", field="again")


# -- how the desk looks ----------------------------------------------------------------------------------------


@router.post("/look")
async def look(here: AnybodyDep, request: Request, form: FieldsDep) -> Response:
    """Another language, theme, or way with single keys; back to the page that was there."""
    back = form.text("back")
    safe = back if back.startswith(f"{ROOT}/") and "//" not in back and "\\" not in back else f"{ROOT}/"
    answer = here.go(safe.removeprefix(ROOT))
    wished = here.look.changed(form.text("wish")).cookie()
    secure = visitors.options_of(request).secure_cookies
    answer.set_cookie(COOKIE, wished, max_age=LOOK_KEPT_S, samesite="strict", httponly=True, path="/", secure=secure)
    return answer
