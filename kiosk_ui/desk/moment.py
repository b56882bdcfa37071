"""While the service is away: a worker in the browser answers with a calm page, which comes back by itself."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from kiosk_ui.desk.context import ROOT
from kiosk_ui.desk.door import AnybodyDep, DeskRoute

router = APIRouter(route_class=DeskRoute)

MOMENT = f"{ROOT}/moment"
_FILES = ("tokens.css", "desk.css", "desk-entry.css", "moment.js", "mark.svg")


@router.get("/moment")
async def moment_page(here: AnybodyDep) -> Response:
    answer = here.page("moment.html")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@router.get("/worker.js")
async def worker(here: AnybodyDep) -> Response:
    pages = here.desk.pages
    script = pages.html("kiosk/worker.js", here.look, kept=[MOMENT, *(pages.assets.url(name) for name in _FILES)])
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
