"""The kiosk as a part of the site: who may see its pages, what a press does, and what a scan does."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse

from edge.api.cookies import no_session_cookie, session_cookie
from edge.api.visitors import is_still, options_of, screen_of, token_of
from edge.chance import new_id
from edge.house import House
from edge.ledger import Request as Asked
from edge.parcels import flows
from edge.parcels.flows.placing import QR_PREFIX
from edge.people.access_facts import ScreenKind
from edge.people.known import Screen as Enrolled
from edge.refusal import Refusal
from kiosk_ui import live
from kiosk_ui.assets import Assets
from kiosk_ui.kiosk import collect, drop, enrol
from kiosk_ui.kiosk.here import Answer, Drafting, Here, problem_in, refused
from kiosk_ui.kiosk.site import ROOT, Site
from kiosk_ui.kiosk.table import PAGES, PRESSES, Table
from kiosk_ui.kiosk.views import View
from kiosk_ui.look import COOKIE, Look, Screen, Shape, kiosk_shape, look_of
from kiosk_ui.pages import Pages
from kiosk_ui.texts import Lang, Texts

MOMENT = f"{ROOT}/moment"
FIELDS_MOST, FIELD_LONGEST = 20, 256
_GONE = {"visit_over", "sign_in_first", "session_over", "not_yours", "not_yours_now", "no_such_parcel"}
"""Refusals after which the page has nobody left to show itself to."""


class Kiosk:
    """All kiosks of one house."""

    def __init__(self, house: House, texts: Texts, assets: Assets, *, scanner: bool = False) -> None:
        self.house = house
        self._scanner = scanner
        self.bells = live.Bells()
        self._texts = texts
        self._assets = assets
        self._pages = Pages(texts, assets)
        self._shows, self._presses = Table(PAGES), Table(PRESSES)
        self._drafts: dict[str, Drafting] = {}
        self._shown: dict[str, Here] = {}

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        add = router.add_api_route
        add(enrol.PATH, self._enrol_page, methods=["GET"])
        add(enrol.PATH, self._enrol, methods=["POST"])
        add(f"{ROOT}/worker.js", self._worker, methods=["GET"])
        add(MOMENT, self._moment, methods=["GET"])
        add(f"{ROOT}/live", self._live, methods=["GET"])
        add(f"{ROOT}/scan", self._typed, methods=["POST"])
        add(f"{ROOT}/{{rest:path}}", self._page, methods=["GET"])
        add(f"{ROOT}/{{rest:path}}", self._press, methods=["POST"])
        return router

    async def scanned(self, screen: str, text: str) -> None:
        """The scanner at a kiosk read something, whatever that page shows and whatever has the focus there."""
        here = self._shown.get(screen)
        if here is None:
            return
        if url := await self._scan(replace(here, looking=False), text.strip()):
            self.bells.send(screen, url)

    async def _typed(self, request: Request) -> Response:
        """A scanner that types like a keyboard: its page sends on what came in one burst."""
        screen = screen_of(request, ScreenKind.KIOSK)
        if screen is None:
            return _lead(request, Answer(enrol.PATH))
        form = await read_form(request)
        here = self._here(request, screen, form.get("at", ""))
        return _lead(request, Answer(await self._scan(here, form.get("text", "").strip()) or here.address))

    async def _scan(self, here: Here, text: str) -> str:
        try:
            return await self._leads_to(here, text)
        except Refusal as refusal:
            return refused(here.path if here.path.startswith(drop.HERE) else collect.HERE, refusal)

    async def _leads_to(self, here: Here, text: str) -> str:
        """Where a scan leads: a pickup code to its parcels, a tracking number to whom it is for, else nowhere."""
        if here.path == f"{drop.HERE}/number" and not text.startswith(QR_PREFIX):
            return drop.take_number(here, text).go
        if here.path.startswith(drop.HERE) or not (text.startswith(QR_PREFIX) or text.isdigit()):
            return ""
        await flows.identify(self.house, here.kiosk, Asked(actor=here.kiosk.id), text)
        return f"{collect.HERE}/waiting"

    # -- pages -------------------------------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        screen = screen_of(request, ScreenKind.KIOSK)
        if screen is None:
            return RedirectResponse(enrol.PATH, 303)
        here = self._here(request, screen, str(request.url))
        try:
            return HTMLResponse(self._show(here))
        except live.Go as elsewhere:
            return RedirectResponse(elsewhere.url, 303)

    def _show(self, here: Here) -> str:
        """The page as HTML. Raises `Go` where it is not to be shown."""
        found = self._shows.find(here.path.removeprefix(ROOT))
        if found is None:
            raise live.Go(f"{ROOT}/")
        show, values = found
        try:
            view = show(here, **values)
        except Refusal as refusal:
            gone = here.looking and refusal.code in _GONE  # it ended while nobody pressed: that is no problem of theirs
            raise live.Go(f"{ROOT}/" if gone else refused(f"{ROOT}/", refusal)) from None
        return self._html(here.look, view, f"{ROOT}/live?{urlencode({'once': here.once, 'at': here.address})}")

    def _html(self, look: Look, view: View, stream: str) -> str:
        site = Site(self._place(), look, self._texts, stream)
        return self._pages.html(view.template, look, view=view, site=site)

    def _place(self) -> dict[Lang, str]:
        box = self.house.settings.box
        return {Lang.ZH: box.name_zh, Lang.EN: box.name_en}

    async def _live(self, request: Request, once: str, at: str) -> Response:
        screen = screen_of(request, ScreenKind.KIOSK)
        if screen is None:
            return live.elsewhere(enrol.PATH)
        here = replace(self._here(request, screen, at), once=once, looking=True)
        return StreamingResponse(self._events(request, here), media_type=live.MEDIA_TYPE, headers=live.HEADERS)

    async def _events(self, request: Request, here: Here) -> AsyncIterator[bytes]:
        self._shown[here.screen.name] = here
        with self.bells.listening(here.screen.name) as sent:
            async for event in live.stream(self.house.ledger, lambda: self._show_still(request, here), sent):
                yield event

    def _show_still(self, request: Request, here: Here) -> str:
        """The page, as long as this browser is the kiosk. Raises `Go` to the enrolment once it was revoked."""
        if not is_still(request, here.screen):
            raise live.Go(enrol.PATH)
        return self._show(here)

    # -- presses -----------------------------------------------------------------------------------------------

    async def _press(self, request: Request) -> Response:
        screen = screen_of(request, ScreenKind.KIOSK)
        if screen is None:
            return _lead(request, Answer(enrol.PATH))
        here = self._here(request, screen, str(request.url))
        answer = await self._answered(here, request)
        return _lead(request, answer)

    async def _answered(self, here: Here, request: Request) -> Answer:
        found = self._presses.find(here.path.removeprefix(ROOT))
        if found is None:
            return Answer(f"{ROOT}/")
        press, values = found
        try:
            done = press(here, await read_form(request), **values)
            return await done if inspect.isawaitable(done) else done
        except live.Go as elsewhere:
            return Answer(elsewhere.url)
        except Refusal as refusal:
            return Answer(refused(f"{ROOT}/" if refusal.code in _GONE else here.address, refusal))

    # -- who asks ----------------------------------------------------------------------------------------------

    def _here(self, request: Request, screen: Enrolled, address: str) -> Here:
        asked = _split(address)
        look = look_of(_glass(screen), request.cookies.get(COOKIE, ""))
        return Here(
            house=self.house,
            texts=self._texts,
            screen=screen,
            look=look,
            path=asked.path,
            query=dict(parse_qsl(asked.query)),
            once=new_id(self.house.chance),
            session=token_of(request, ScreenKind.KIOSK),
            drafts=self._drafts,
            scanner=self._scanner,
        )

    # -- before anything else ----------------------------------------------------------------------------------

    async def _enrol_page(self, request: Request) -> Response:
        look = look_of(Screen(shape=Shape.SMALL), "")
        view = enrol.page(new_id(self.house.chance), problem_in(request.query_params))
        return HTMLResponse(self._html(look, view, ""))

    async def _enrol(self, request: Request) -> Response:
        try:
            answer = await enrol.enrol(self.house, options_of(request), await read_form(request))
        except Refusal as refusal:
            answer = Answer(refused(enrol.PATH, refusal))
        return _lead(request, answer)

    async def _moment(self, request: Request) -> Response:
        """The page that the worker keeps, drawn for the screen that it is kept on."""
        screen = screen_of(request, ScreenKind.KIOSK)
        look = look_of(Screen(shape=Shape.SMALL) if screen is None else _glass(screen), "")
        page = self._pages.html("kiosk/moment.html", look, place=self._place())
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    async def _worker(self) -> Response:
        kept = [MOMENT, *(self._assets.url(name) for name in ("tokens.css", "kiosk.css", "moment.js", "mark.svg"))]
        script = self._pages.html("kiosk/worker.js", look_of(Screen(shape=Shape.SMALL), ""), kept=kept)
        return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _glass(screen: Enrolled) -> Screen:
    """What the pages on an enrolled screen are drawn for."""
    return Screen(screen.name, kiosk_shape(screen.width_mm, screen.height_mm), screen.width_mm, screen.height_mm)


def _split(address: str) -> SplitResult:
    """An address of ours; anything else is the first page."""
    try:
        asked = urlsplit(address)
    except ValueError:
        return urlsplit(f"{ROOT}/")
    return asked if asked.path.startswith(f"{ROOT}/") else urlsplit(f"{ROOT}/")


def _lead(request: Request, answer: Answer) -> Response:
    """Where a press leads. A script of ours goes there itself, so that no second history entry is made."""
    scripted = "x-kiosk" in request.headers
    response: Response = JSONResponse({"go": answer.go}) if scripted else RedirectResponse(answer.go, 303)
    options = options_of(request)
    for cookie in answer.cookies:
        response.headers.append("set-cookie", cookie)
    if answer.look is not None:
        response.set_cookie(COOKIE, answer.look, max_age=None if answer.look else 0, httponly=True, samesite="strict")
    if answer.session is not None:
        kept = session_cookie(ScreenKind.KIOSK, answer.session, options)
        gone = no_session_cookie(ScreenKind.KIOSK, options)
        response.headers.append("set-cookie", kept if answer.session else gone)
    return response


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a small form. Raises Refusal `form_too_large`."""
    async with request.form(max_files=0, max_fields=FIELDS_MOST) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if any(len(value) > FIELD_LONGEST for value in fields.values()):
        raise Refusal("form_too_large")
    return fields


def create_kiosk_router(
    house: House, texts: Texts | None = None, assets: Assets | None = None, *, scanner: bool = False
) -> APIRouter:
    """The kiosk's pages for a house, to be included in its site; its files are `kiosk_ui.assets.static_app()`.

    `scanner`: the kiosks have one, so that their pages may promise it.
    """
    return Kiosk(house, texts or Texts.load(), assets or Assets(), scanner=scanner).router()
