"""The search box's answers: under the box while somebody types, and as a page for who presses Enter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from kiosk_ui.desk.door import DeskRoute, HereDep
from kiosk_ui.desk.finding import LONGEST, best, find

router = APIRouter(route_class=DeskRoute)


@router.get("/find")
async def find_page(here: HereDep, q: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
    if here.from_htmx:
        return here.page("found.html", hits=find(here, q), asked=q)
    leads_to = best(here, q)
    return here.go(leads_to) if leads_to else here.page("find.html", hits=find(here, q), asked=q)
