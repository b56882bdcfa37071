"""Lets a browser on this machine be the demo's kiosk or desk, by the same one-time codes as in a real house.

It has a desk screen of its own, signs in there as the manager, makes a code and redeems it in the browser's name. All
of it goes through the service's HTTP interface, as anybody's would.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from edge.chance import SystemChance, new_id
from edge.people.access_facts import Orientation, ScreenKind
from edge.people.screens import ScreenPlan
from edge.people.who import Role
from lobby.demo.notes import Notes
from lobby.demo.ports import HOST
from simulators.control import Refused

ANSWERS_WITHIN_S = 10.0
API = "/api/v1"
KNOWN_BUT_NOBODY_SIGNED_IN = {"sign_in_first", "session_over"}

SCREENS: Mapping[str, tuple[ScreenPlan, str]] = {
    "kiosk": (ScreenPlan("kiosk-1", ScreenKind.KIOSK, 268, 476, Orientation.PORTRAIT), "/kiosk/"),
    "desk": (ScreenPlan("desk-1", ScreenKind.DESK, 527, 296, Orientation.LANDSCAPE), "/desk/"),
}
"""Each screen that a browser may become, and its first page."""


@dataclass(frozen=True)
class _Answer:
    status: int
    body: dict[str, Any]
    cookies: list[str] = field(default_factory=list)


class Doorkeeper:
    def __init__(self, port: int, notes: Notes) -> None:
        self._port = port
        self._notes = notes
        self._turn = asyncio.Lock()

    async def take_post(self, code: str) -> None:
        """Become the doorkeeper's screen. Raises `Refused`."""
        answer = await self._post("/screens/enrolment", {"code": code})
        self._notes.write(token=_crumb(_good(answer).cookies[0]))

    async def admit(self, screen: str, cookie: str) -> dict[str, Any]:
        """Where a browser has to go, and the cookies that it needs first. `cookie` is what it shows now.

        Raises `Refused`: `unknown_screen`, `not_ready`.
        """
        if screen not in SCREENS:
            raise Refused("unknown_screen")
        plan, page = SCREENS[screen]
        async with self._turn:
            cookies = [] if await self._is(plan.kind, cookie) else await self._enrolled(plan)
        return {"url": f"http://{HOST}:{self._port}{page}", "cookies": cookies}

    async def _is(self, kind: ScreenKind, cookie: str) -> bool:
        """Whether the browser is such a screen already."""
        if not cookie:
            return False
        answer = await self._ask("GET", f"/sessions/{kind}", cookie=cookie)
        return answer.status == http.client.OK or answer.body.get("code") in KNOWN_BUT_NOBODY_SIGNED_IN

    async def _enrolled(self, plan: ScreenPlan) -> list[str]:
        manager = self._notes.of_role(Role.MANAGER)
        badge = {"number": manager["number"], "pin": manager["pin"]}
        session = _good(await self._post("/sessions/desk", badge, cookie=self._notes.token)).cookies[0]
        signed_in = f"{self._notes.token}; {_crumb(session)}"
        wanted = {
            "name": plan.name,
            "kind": plan.kind,
            "width_mm": plan.width_mm,
            "height_mm": plan.height_mm,
            "orientation": plan.orientation,
        }
        code = _good(await self._post("/screens/codes", wanted, cookie=signed_in)).body["code"]
        await self._post("/sessions/desk/end", {}, cookie=signed_in)
        cookies = _good(await self._post("/screens/enrolment", {"code": code})).cookies
        from edge.api.cookies import COMMON_COOKIE, SCREEN_COOKIES  # brings the whole web side with it

        own = SCREEN_COOKIES[plan.kind]
        common = [cookie.replace(own, COMMON_COOKIE, 1) for cookie in cookies if plan.kind is ScreenKind.KIOSK]
        return [*cookies, *common]  # the kiosk's pages look for theirs in the common one

    async def _post(self, path: str, body: Mapping[str, Any], cookie: str = "") -> _Answer:
        return await self._ask("POST", path, body, cookie)

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, cookie: str = "") -> _Answer:
        try:
            return await asyncio.to_thread(self._asked, method, path, body, cookie)
        except (OSError, http.client.HTTPException, ValueError):
            raise Refused("not_ready") from None

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None, cookie: str) -> _Answer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": new_id(SystemChance())}
        if cookie:
            headers["Cookie"] = cookie
        sent = None if body is None else json.dumps(body)
        with closing(http.client.HTTPConnection(HOST, self._port, timeout=ANSWERS_WITHIN_S)) as connection:
            connection.request(method, API + path, sent, headers)
            answer = connection.getresponse()
            said = json.loads(answer.read() or b"{}")
            return _Answer(answer.status, said, answer.headers.get_all("Set-Cookie") or [])


def _good(answer: _Answer) -> _Answer:
    if answer.status >= http.client.BAD_REQUEST:
        raise Refused(str(answer.body.get("code", "not_ready")))
    return answer


def _crumb(cookie: str) -> str:
    """What a browser sends back of a cookie."""
    return cookie.partition(";")[0]
