"""The desk's pages, one room each, under one roof."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from edge.house import House
from edge.refusal import Refusal
from kiosk_ui.assets import Assets
from kiosk_ui.desk import (
    cells,
    devices,
    find,
    live,
    looking,
    moment,
    parcel,
    receive,
    register,
    residents,
    screens,
    session,
    slips,
    staff,
)
from kiosk_ui.desk.context import ROOT, Desk
from kiosk_ui.desk.door import AnybodyDep, DeskRoute, refused
from kiosk_ui.pages import Pages
from kiosk_ui.texts import Texts

ROOMS = (
    live, session, moment, find, receive, register, slips, parcel, looking, residents, devices, cells, staff, screens,
)  # fmt: skip


def create_desk_router(house: House, texts: Texts | None = None, assets: Assets | None = None) -> APIRouter:
    """The desk's pages for a house, to be included in its app; its files are `kiosk_ui.assets.static_app()`."""
    desk = Desk(house, Pages(texts or Texts.load(), assets or Assets()))

    async def bring_desk(request: Request) -> None:
        request.state.desk = desk

    router = APIRouter(prefix=ROOT, include_in_schema=False, dependencies=[Depends(bring_desk)])
    for room in ROOMS:
        router.include_router(room.router)
    router.include_router(nowhere)
    return router


nowhere = APIRouter(route_class=DeskRoute)


async def no_such_page(here: AnybodyDep) -> Response:
    return refused(here, Refusal("not_found"))


nowhere.add_api_route("/{rest:path}", no_such_page, methods=["GET"])
