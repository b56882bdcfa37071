"""Live pages of the desk: a page's own parts, sent again whenever something was written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from edge.refusal import Refusal
from kiosk_ui import live
from kiosk_ui.desk import cells, devices, looking, parcel, receive, residents
from kiosk_ui.desk.context import ROOT, Here
from kiosk_ui.desk.door import DeskRoute, signed_in
from kiosk_ui.desk.today import today

router = APIRouter(route_class=DeskRoute)

SIGN_IN = f"{ROOT}/sign-in?why=session_over"
PARTS = "desk/parts.html"  # the layout of a page that has nothing but its live parts
_View = Callable[[Here, str], tuple[str, dict[str, object]]]


def _today(here: Here, _: str) -> tuple[str, dict[str, object]]:
    return "today.html", {"view": today(here), "drawn": here.house.wall}


def _parcel(here: Here, name: str) -> tuple[str, dict[str, object]]:
    return "parcel.html", parcel.page_values(here, name)


_VIEWS: dict[str, _View] = {
    "": _today,
    "parcels": lambda here, name: _parcel(here, name) if name else ("parcels.html", parcel.list_values(here)),
    "eyes": lambda here, number: (
        looking.live_values(here, number) if number else ("eyes.html", looking.list_values(here))
    ),
    "devices": lambda here, _: ("devices.html", devices.page_values(here)),
    "cells": lambda here, name: ("cell.html", cells.page_values(here, name)),
    "receive": lambda here, _: ("receive.html", receive.page_values(here)),
    "units": lambda here, _: ("units.html", residents.building_values(here)),
}


@router.get("/")
async def today_page(request: Request) -> Response:
    here = signed_in(request)
    template, values = _today(here, "")
    return here.page(template, **values)


@router.get("/live")
async def stream(request: Request, at: Annotated[str, Query(max_length=200)] = "/") -> Response:
    """The parts of the page at `at`. Looking on is not doing something, so it keeps nobody signed in."""
    try:
        here = signed_in(request, moved=False)
    except Refusal:
        return live.elsewhere(SIGN_IN)
    return StreamingResponse(_events(here, request, at), media_type=live.MEDIA_TYPE, headers=live.HEADERS)


async def _events(here: Here, request: Request, at: str) -> AsyncIterator[bytes]:
    async for event in live.stream(here.house.ledger, lambda: _parts(request, at), asyncio.Queue()):
        yield event


def _parts(request: Request, at: str) -> str:
    """The page's live parts as they are now. Raises `Go` where somebody has to sign in again."""
    try:
        return parts_of(signed_in(request, moved=False), at.partition("?")[0])
    except Refusal as refusal:
        if refusal.code in ("sign_in_first", "session_over", "not_enrolled", "wrong_screen"):
            raise live.Go(SIGN_IN) from None
        raise live.Go(f"{ROOT}/") from None


def parts_of(here: Here, path: str) -> str:
    """The live parts of a page; one without any still has the rail with its counts."""
    here = replace(here, path=path)
    kind, _, name = path.strip("/").partition("/")
    view = _VIEWS.get(kind)
    template, values = view(here, name) if view is not None else ("parts.html", {})
    return here.html(template, **{**values, "layout": PARTS, "live_only": True})
