"""Is the process alive, may it be given work, and how is it: /healthz, /readyz, /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from drivers.ports import DeviceStatus, Health
from edge import eyes
from edge.api import metrics
from edge.api.metrics import Sample, Traffic
from edge.api.options import ApiOptions
from edge.house import House
from edge.ledger import LedgerClosed, LedgerUnusable
from edge.ledger import Request as LedgerRequest

DISK_FULL = "disk_full"
PATHS = ("/healthz", "/readyz", "/metrics")


class LoopState(Protocol):
    """A supervised loop, as the front door keeps it."""

    @property
    def name(self) -> str: ...
    @property
    def running(self) -> bool: ...
    @property
    def restarts(self) -> int: ...


Loops = Callable[[], Sequence[LoopState]]


def health_router(house: House, options: ApiOptions, loops: Loops, traffic: Traffic) -> APIRouter:
    """Open to whoever can reach the port, and therefore silent about people; details are for `ops_hosts`."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process is alive: its loop turns and the writer answers")
    async def healthz() -> Response:
        alive = await writer_answers(house, options.writer_within_s)
        return JSONResponse({"status": "alive" if alive else "stuck"}, 200 if alive else 503)

    @router.get("/readyz", summary="The service may be given work; 503 when the ledger cannot write")
    async def readyz(request: Request) -> Response:
        writes = (
            await writer_answers(house, options.writer_within_s) and house.ledger.guard_status().reason != DISK_FULL
        )
        body: dict[str, object] = {"status": "ready" if writes else "not_ready"}
        if _may_know(request, options):
            body["ledger"] = {"writes": writes, "entries": house.ledger.head.seq}
            body["devices"] = {d.name: {"health": d.health.value, "reason": d.reason} for d in device_statuses(house)}
            body["loops"] = {loop.name: {"running": loop.running, "restarts": loop.restarts} for loop in loops()}
        return JSONResponse(body, 200 if writes else 503)

    @router.get("/metrics", summary="Numbers for Prometheus", response_class=PlainTextResponse)
    async def numbers(request: Request) -> Response:
        if not _may_know(request, options):
            return PlainTextResponse("", 404)
        page = metrics.render(
            [*_ledger(house), *_work(house), *_devices(house), *_loops(loops()), *_process(), *traffic.samples()]
        )
        return PlainTextResponse(page, media_type=metrics.MEDIA_TYPE)

    return router


async def writer_answers(house: House, within_s: float) -> bool:
    """Whether the ledger's writer takes a decision; an empty one, that writes nothing."""
    try:
        async with asyncio.timeout(within_s):
            await house.ledger.commit(LedgerRequest(reserve=True), lambda _: None)
    except (TimeoutError, LedgerUnusable, LedgerClosed):
        return False
    return True


def device_statuses(house: House) -> list[DeviceStatus]:
    """What each driver says of itself."""
    return [*(board.status() for board in house.boards.values()), house.printer.status(), house.gateway.status()]


def _may_know(request: Request, options: ApiOptions) -> bool:
    return request.client is not None and request.client.host in options.ops_hosts


def _ledger(house: House) -> Iterable[Sample]:
    status = house.ledger.guard_status()
    yield Sample("lobby_ledger_entries_total", "Entries in the journal.", house.ledger.head.seq, "counter")
    yield Sample("lobby_ledger_free_bytes", "Free disk where the ledger lies.", status.free_bytes)
    yield Sample("lobby_ledger_wal_bytes", "Size of the write-ahead log.", status.wal_bytes)
    yield Sample("lobby_ledger_alarm", "1 while the disk is full or the log cannot be tidied.", int(status.alarm))


def _work(house: House) -> Iterable[Sample]:
    with house.ledger.reading() as db:
        yield Sample("lobby_needs_eyes", "What somebody must go and look at.", len(eyes.waiting(db)))


def _devices(house: House) -> Iterable[Sample]:
    for status in device_statuses(house):
        labels = {"device": status.name}
        online = int(status.health is Health.ONLINE)
        yield Sample("lobby_device_online", "1 while the device is online.", online, labels=labels)


def _loops(loops: Sequence[LoopState]) -> Iterable[Sample]:
    for loop in loops:
        labels = {"loop": loop.name}
        yield Sample("lobby_loop_running", "1 while the loop runs.", int(loop.running), labels=labels)
    for loop in loops:
        labels = {"loop": loop.name}
        yield Sample("lobby_loop_restarts_total", "Times the loop was begun again.", loop.restarts, "counter", labels)


def _process() -> Iterable[Sample]:
    """Resident memory, from /proc (proc(5), statm: second field, in pages)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    yield Sample("process_resident_memory_bytes", "Resident memory.", pages * _page_bytes())


def _page_bytes() -> int:
    import os

    return os.sysconf("SC_PAGE_SIZE")
