"""The reference for `bench.paint`: a page that shows what a bare event stream says. Prints its port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

PAGE = """<!doctype html><title>bare</title><p id="cell">free</p>
<script>
const told = new EventSource("/live");
told.onopen = () => { document.body.dataset.live = "on"; };
told.onmessage = ({ data }) => {
  const cell = document.getElementById("cell");
  if (data === "off") cell.dataset.state = data; else delete cell.dataset.state;
  cell.textContent = data;
};
</script>"""

_listening: set[asyncio.Queue[str]] = set()


async def page(_: Request) -> Response:
    return HTMLResponse(PAGE)


async def live(_: Request) -> Response:
    return StreamingResponse(_told(), media_type="text/event-stream")


async def _told() -> AsyncIterator[str]:
    queue: asyncio.Queue[str] = asyncio.Queue()
    _listening.add(queue)
    yield ": here\n\n"
    while True:
        yield f"data: {await queue.get()}\n\n"


async def change(request: Request) -> Response:
    for queue in _listening:
        queue.put_nowait("off" if request.path_params["action"] == "take_out" else "free")
    return Response(status_code=204)


def main() -> None:
    site = Starlette(routes=[Route("/", page), Route("/live", live), Route("/{action}", change, methods=["POST"])])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(site, log_level="error", timeout_graceful_shutdown=1)).run([listening])


if __name__ == "__main__":
    main()
