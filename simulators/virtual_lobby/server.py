"""The page's own small server. It holds no secret of the box, and listens on this machine only."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import FastAPI, Header, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulators.control import Refused
from simulators.virtual_lobby import views
from simulators.virtual_lobby.acts import arguments
from simulators.virtual_lobby.live import stream
from simulators.virtual_lobby.pages import HERE, Look, Pages
from simulators.virtual_lobby.room import Room
from simulators.virtual_lobby.texts import Lang

HOST = "127.0.0.1"
HOSTS = [HOST, "localhost"]
COOKIE = "virtual_lobby_look"
OWN_FILES = ("lobby.css", "lobby.js", "window.js")
SHARED_FILES = ("tokens.css", "wall.css", "mark.svg")


@dataclass(frozen=True)
class Files:
    """What pages load, by name: our own, and from `shared`, the folder of the screens' files, tokens and wall."""

    shared: Path

    def path(self, name: str) -> Path | None:
        if name in OWN_FILES:
            return HERE / "static" / name
        return self.shared / name if name in SHARED_FILES else None

    def url(self, name: str) -> str:
        path = self.path(name)
        mark = hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path else ""
        return f"/static/{name}?v={mark}"


class Lobby:
    """The page for each visitor: their look, and whose phone they hold."""

    def __init__(self, room: Room, pages: Pages) -> None:
        self.room = room
        self.pages = pages
        self._phones: dict[str, str] = {}

    async def page(self, look: Look, phone: str) -> str:
        await self._learn_phones()
        return self.draw(look, phone)

    def draw(self, look: Look, phone: str) -> str:
        view = views.lobby(self.room, phone, self._phones)
        return self.pages.lobby(look, view, f"/live?{urlencode({'phone': phone, **look.asked})}")

    async def _learn_phones(self) -> None:
        """Who has which phone; the demo tells it once."""
        if self._phones or not self.room.seen.get("house"):
            return
        try:
            self._phones = dict((await self.room.do("house", "phones", {}))["phones"])
        except Refused:
            return


def create_app(room: Room, shared: Path, service: str) -> FastAPI:
    """`service` is the address of the box, whose pages may lie in frames of ours."""
    files = Files(shared)
    lobby = Lobby(room, Pages(files.url))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    app.add_middleware(Guard, service=service)
    _add_pages(app, lobby)
    _add_looks(app, lobby)
    _add_acts(app, lobby)

    @app.get("/static/{name}")
    def static(name: str) -> Response:
        path = files.path(name)
        return FileResponse(path) if path else Response(status_code=404)

    return app


def _add_pages(app: FastAPI, lobby: Lobby) -> None:
    @app.get("/", response_class=HTMLResponse)
    async def page(request: Request, phone: str = "") -> str:
        return await lobby.page(look_of(request), phone)

    @app.get("/live")
    async def live(request: Request, phone: str = "") -> StreamingResponse:
        look = look_of(request)
        await lobby.page(look, phone)
        events = stream(lobby.room, lambda: lobby.draw(look, phone))
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    @app.get("/paper/{number}.png")
    async def paper(number: int) -> Response:
        try:
            found = await lobby.room.do("printer", "png", {"slip": number})
        except Refused:
            return Response(status_code=404)
        return Response(base64.b64decode(found["png"]), media_type="image/png", headers={"Cache-Control": "no-store"})


def _add_looks(app: FastAPI, lobby: Lobby) -> None:
    @app.get("/window", response_class=HTMLResponse)
    def window(request: Request) -> str:
        return lobby.pages.window(look_of(request))

    @app.get("/look")
    def look(request: Request, lang: str = "", theme: str = "", back: str = "/") -> RedirectResponse:
        now = look_of(request)
        answer = RedirectResponse(back if back in {"/", "/window"} else "/", status_code=303)
        answer.set_cookie(COOKIE, f"{lang or now.lang}.{theme or now.theme}", samesite="strict", httponly=True)
        return answer

    @app.get("/open/{screen}")
    async def open_screen(request: Request, screen: str) -> Response:
        """Make this browser that screen, if it is not one yet, and go there.

        A cookie goes with a machine's name whatever the port, so what the box hands out can be handed on from here.
        """
        if request.url.hostname != HOST:
            return RedirectResponse(str(request.url.replace(hostname=HOST)), status_code=307)
        try:
            shown = request.headers.get("cookie", "")
            found = await lobby.room.do("house", "enrol", {"screen": screen, "cookie": shown})
        except Refused as refusal:
            return HTMLResponse(lobby.pages.moment(look_of(request), refusal.reason), status_code=409)
        answer = RedirectResponse(found["url"], status_code=303)
        for cookie in found["cookies"]:
            answer.headers.append("set-cookie", cookie)
        return answer


def _add_acts(app: FastAPI, lobby: Lobby) -> None:
    @app.post("/do/{device}/{what}")
    async def do(
        device: str, what: str, request: Request, given: dict[str, Any], x_lobby: Annotated[str, Header()] = ""
    ) -> JSONResponse:
        """Another site's page cannot send the header without being asked for its origin first."""
        args = arguments(device, what, given) if x_lobby else None
        if args is None:
            return JSONResponse({"ok": False, "reason": "no_such_act"}, status_code=400)
        try:
            await lobby.room.do(device, what, args)
        except Refused as refusal:
            text = lobby.pages.refusal(look_of(request).lang, refusal.reason)
            return JSONResponse({"ok": False, "reason": refusal.reason, "text": text}, status_code=409)
        return JSONResponse({"ok": True})


def look_of(request: Request) -> Look:
    """What the visitor asked for, now in the address or earlier in a cookie."""
    lang, _, theme = request.cookies.get(COOKIE, "").partition(".")
    lang = request.query_params.get("lang", lang)
    theme = request.query_params.get("theme", theme)
    return Look(
        lang=Lang(lang) if lang in set(Lang) else Lang.ZH,
        theme="dark" if theme == "dark" else "light",
        path=request.url.path,
        framed=request.query_params.get("in") == "window",
    )


class Guard:
    """Says with each answer what a browser may do with it."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        policy = "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "style-src-attr 'unsafe-inline'",
                "img-src 'self'",
                "connect-src 'self'",
                f"frame-src 'self' {service}",
                "frame-ancestors 'self'",
                "form-action 'self'",
                "base-uri 'none'",
            )
        )
        self._headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, guarded)
