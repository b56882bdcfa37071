"""HTTP for an office's tables: preview and apply, with progress for whoever wants to watch.

The file is the request's body, as it is. It is sent once for the preview and once more to be applied, so that nothing
of it is kept in between; `seen` holds the digest of what was previewed, and another file is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from edge.api.errors import language_of, problem_body, problem_of
from edge.api.visitors import Asks, Staff, TheHouse, asking
from edge.house import House
from edge.ledger import Request as LedgerRequest
from edge.people import import_flows
from edge.people.columns import Table
from edge.people.importing import read_import
from edge.people.routes import bodies
from edge.people.who import Who
from edge.refusal import Refusal

LINES = "application/x-ndjson"
TELL_EVERY_S = 0.2

_FILE = {"schema": {"type": "string", "format": "binary"}}
_TAKES_FILE = {"requestBody": {"required": True, "content": {"application/octet-stream": _FILE}}}


@dataclass
class Step:
    """How far the work is. Written by whichever thread does it, read by the one that tells."""

    stage: str = "reading"
    done: int = 0
    total: int = 0

    def note(self, done: int, total: int) -> None:
        self.done, self.total = done, total


async def preview_import(
    house: TheHouse,
    who: Staff,
    table: Table,
    request: Request,
    remove_missing: Annotated[bool, Query()] = False,
) -> Response:
    """What this file would do; every cell that cannot be taken is named with row, column and reason."""
    step, data = Step(), await request.body()
    work = _preview(house, who, table, data, remove_missing, step)
    return await _answer(request, work, step)


async def apply_import(
    house: TheHouse,
    who: Staff,
    asks: Asks,
    table: Table,
    request: Request,
    seen: Annotated[str, Query(pattern="^([0-9a-f]{64})?$")] = "",
    remove_missing: Annotated[bool, Query()] = False,
) -> Response:
    """Take this file in: all of it or nothing, in one commit."""
    step, data = Step(), await request.body()
    if seen and sha256(data).hexdigest() != seen:
        raise Refusal("import_other_file")
    asked = asks.by(who, f"import:{table.value}:{remove_missing}")
    work = _apply(house, who, table, data, remove_missing, step, asked)
    return await _answer(request, work, step)


async def _preview(
    house: House, who: Who, table: Table, data: bytes, remove_missing: bool, step: Step
) -> bodies.ImportGiven:
    import_flows.check_may_import(who, table)
    file = await asyncio.to_thread(read_import, table, data, step.note)
    step.stage = "checking"
    report = await import_flows.preview_import(house, who, file, remove_missing=remove_missing, progress=step.note)
    return bodies.ImportGiven.of(report, file.file_sha256, applied=False)


async def _apply(
    house: House, who: Who, table: Table, data: bytes, remove_missing: bool, step: Step, asked: LedgerRequest
) -> bodies.ImportGiven:
    import_flows.check_may_import(who, table)
    file = await asyncio.to_thread(read_import, table, data, step.note)
    step.stage = "writing"
    report = await import_flows.apply_import(
        house, who, file, remove_missing=remove_missing, progress=step.note, request=asked
    )
    return bodies.ImportGiven.of(report, file.file_sha256, applied=True)


async def _answer(request: Request, work: Awaitable[bodies.ImportGiven], step: Step) -> Response:
    if LINES not in request.headers.get("accept", ""):
        return JSONResponse((await work).model_dump())
    language = language_of(request.headers.get("accept-language", ""))
    return StreamingResponse(_told(work, step, language), media_type=LINES)


async def _told(work: Awaitable[bodies.ImportGiven], step: Step, language: str) -> AsyncIterator[bytes]:
    """A line now and then while it goes on; the last line has the report, or the problem that stopped it."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            yield _line({"stage": step.stage, "done": step.done, "total": step.total})
            await asyncio.wait({task}, timeout=TELL_EVERY_S)
        yield _line({"stage": "done", "report": task.result().model_dump()})
    except Refusal as refusal:
        yield _line({"stage": "refused", "problem": problem_body(problem_of(refusal), language)})
    finally:
        task.cancel()


def _line(value: dict[str, object]) -> bytes:
    return orjson.dumps(value) + b"\n"


def import_router() -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["people"], responses={200: {"model": bodies.ImportGiven}})
    router.add_api_route(
        "/imports/{table}/preview",
        preview_import,
        methods=["POST"],
        summary="What a CSV or XLSX of an office would do",
        dependencies=[Depends(asking)],
        openapi_extra=_TAKES_FILE,
    )
    router.add_api_route(
        "/imports/{table}",
        apply_import,
        methods=["POST"],
        summary="Take a CSV or XLSX of an office in",
        openapi_extra=_TAKES_FILE,
    )
    return router
