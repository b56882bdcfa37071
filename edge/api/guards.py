"""What every request passes before the app sees it, from the outside in. Plain ASGI: live views stream through."""

from __future__ import annotations

import asyncio
import logging
import traceback

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.api.cookies import renewed_cookie, screen_tokens
from edge.api.errors import Problem, language_of, problem_response
from edge.api.metrics import Traffic
from edge.api.options import ApiOptions
from edge.clock import Clock
from edge.ledger import Ledger
from edge.people.access_tables import screen_by_token
from edge.people.known import Screen
from edge.people.tokens import token_hash

log = logging.getLogger("lobby.access")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}


class AccessLog:
    """Outermost: one line a request, by route and never by path or query, for those may hold what is private.

    What broke is named by kind and place; its text may hold what nobody should read in a log.
    """

    def __init__(self, app: ASGIApp, clock: Clock, traffic: Traffic) -> None:
        self._app = app
        self._clock = clock
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s, status, method = self._clock.mono_s(), 0, _method_of(scope)

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except BaseException as error:
            if not isinstance(error, Exception):
                raise
            log.error("%s %s broke: %s", method, route_of(scope), _where_broken(error))  # noqa: TRY400 - no values
            if not status:
                await _refuse("internal_error", scope, receive, noting)
        finally:
            took_s = self._clock.mono_s() - began_s
            self._traffic.note(method, route_of(scope), status, took_s)
            log.info("%s %s %d %.0f ms %s", method, route_of(scope), status, took_s * 1000, _screen_of(scope))


class SecurityHeaders:
    """No script but our own, no frame but the named ones, nothing kept by a browser that lies open in a lobby."""

    def __init__(self, app: ASGIApp, options: ApiOptions) -> None:
        self._app = app
        frames = " ".join(options.frame_ancestors) or "'none'"
        # Drawings carry their sizes in style attributes; style sheets and scripts come from files alone.
        self._headers = {
            "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
            "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; media-src 'self'; "
            "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors {frames}",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
            "cache-control": "no-store",
        }
        if not options.frame_ancestors:
            self._headers["x-frame-options"] = "DENY"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, adding)


class OriginGuard:
    """Other sites' pages neither call us nor listen to our live views; a link to us may still be followed."""

    def __init__(self, app: ASGIApp, options: ApiOptions) -> None:
        self._app = app
        self._allowed = frozenset(options.allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or self._may_pass(scope):
            await self._app(scope, receive, send)
        else:
            await _refuse("foreign_origin", scope, receive, send)

    def _may_pass(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin == "null":  # a form that was sent without our script: we ask browsers for no referrer
            return headers.get("sec-fetch-site") == "same-origin"
        if origin is not None:
            return origin in self._allowed or origin in {f"http://{host}", f"https://{host}"}
        site, mode = headers.get("sec-fetch-site", "none"), headers.get("sec-fetch-mode", "")
        followed_link = mode == "navigate" and scope.get("method", "GET") in SAFE_METHODS
        return site in {"same-origin", "none"} or followed_link


class BodyCap:
    """Reads a body whole before anybody parses it, and no further than its cap and its time."""

    def __init__(self, app: ASGIApp, options: ApiOptions) -> None:
        self._app = app
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._options.body_within_s):
                body = await self._read(scope, receive)
        except TimeoutError:
            await _refuse("body_too_slow", scope, receive, send)
            return
        if body is None:
            await _refuse("body_too_large", scope, receive, send)
            return
        await self._app(scope, _replaying(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        caps = self._options.body_caps.items()
        cap = max((most for start, most in caps if scope["path"].startswith(start)), default=self._options.body_cap)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > cap:
            return None
        body, more = bytearray(), True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > cap:
                return None
        return bytes(body)


class EnrolledOnly:
    """A browser that is no screen of the house gets nothing, wherever it knocks; only what is listed is open.

    The screens that the browser is are left in the request's state, for `edge.api.visitors`. A kiosk runs for years, so
    each page that it opens makes its cookie last anew.
    """

    def __init__(self, app: ASGIApp, ledger: Ledger, options: ApiOptions, open_paths: tuple[str, ...]) -> None:
        self._app = app
        self._ledger = ledger
        self._options = options
        self._open = (*open_paths, *options.open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        found = self._found(cookie_parser(Headers(scope=scope).get("cookie", "")))
        scope.setdefault("state", {})["screens"] = [screen for screen, _ in found]
        if not found and not scope["path"].startswith(self._open):
            await self._turn_away(scope, receive, send)
            return
        opens_page = Headers(scope=scope).get("sec-fetch-mode") == "navigate"
        await self._app(scope, receive, _renewing(send, [cookie for _, cookie in found]) if opens_page else send)

    def _found(self, cookies: dict[str, str]) -> list[tuple[Screen, str]]:
        """The screens that this browser is, each with its cookie made new."""
        shown = screen_tokens(cookies)
        if not shown:
            return []
        with self._ledger.reading() as db:
            known = [(screen_by_token(db, token_hash(token)), kind, name, token) for kind, name, token in shown]
        return [
            (screen, renewed_cookie(name, token, self._options))
            for screen, kind, name, token in known
            if screen is not None and screen.kind is kind
        ]

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        wants_page = "text/html" in headers.get("accept", "") and scope.get("method") in SAFE_METHODS
        if wants_page and self._options.enrol_page:
            await RedirectResponse(self._options.enrol_page, 303)(scope, receive, send)
        else:
            await _refuse("not_enrolled", scope, receive, send)


def route_of(scope: Scope) -> str:
    """The route's own pattern, such as /api/v1/people/{person}; `-` where nothing was matched."""
    return str(getattr(scope.get("route"), "path", "-"))


def _method_of(scope: Scope) -> str:
    """HTTP lets a caller make up methods; what is counted and logged is never of a caller's making."""
    return scope["method"] if scope["method"] in _METHODS else "OTHER"


def _screen_of(scope: Scope) -> str:
    screens: list[Screen] = scope.get("state", {}).get("screens", [])
    return ",".join(screen.name for screen in screens) or "-"


def _replaying(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _renewing(send: Send, cookies: list[str]) -> Send:
    async def renewing(message: Message) -> None:
        if message["type"] == "http.response.start":
            for cookie in cookies:
                MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return renewing


async def _refuse(code: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": code})  # policy violation (RFC 6455, 7.4.1)
        return
    language = language_of(Headers(scope=scope).get("accept-language", ""))
    await problem_response(Problem(code), language)(scope, receive, send)


def _where_broken(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return (
        f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}" if last else type(error).__name__
    )
