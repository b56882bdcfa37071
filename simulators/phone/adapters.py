"""The gateway at a real wire, HTTP/1.1 on 127.0.0.1, and in memory for virtual time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson

from simulators.phone import faults
from simulators.phone.model import Answer, PhoneModel

PATH = "/messages"
MAX_REQUEST = 16 * 1024
REQUEST_S = 10.0
"""A request that is not complete after so long is given up."""

_REASONS = {
    200: "OK",
    201: "Created",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
}


class _Malformed(Exception):
    pass


@asynccontextmanager
async def http_phone(model: PhoneModel, port: int = 0) -> AsyncIterator[int]:
    """Serve the gateway; gives the port. While it is down the port stays its own, and nobody listens there."""
    with _bound(port) as held:
        gateway = _Gateway(model, held.getsockname()[1])
        watching = asyncio.create_task(gateway.run(), name="phone-gateway")
        try:
            await gateway.ready.wait()
            yield gateway.port
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


class _Gateway:
    def __init__(self, model: PhoneModel, port: int) -> None:
        self._model = model
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = port
        self.ready = asyncio.Event()

    async def run(self) -> None:
        while True:
            if self._model.has(faults.DOWN):
                self.ready.set()
            await until(self._model, faults.DOWN, laid=False)
            await self._listen()

    async def _listen(self) -> None:
        """Take connections until the gateway is to be down; then, at once, those that are open break."""
        listening = _bound(self.port)
        listening.listen()
        server = await asyncio.start_server(self._serve, sock=listening, limit=MAX_REQUEST)
        silence = self._model.listen(lambda: self._end(server) if self._model.has(faults.DOWN) else None)
        self.ready.set()
        try:
            await until(self._model, faults.DOWN, laid=True)
        finally:
            silence()
            self._end(server)
            await server.wait_closed()

    def _end(self, server: asyncio.Server) -> None:
        server.close()
        for task in tuple(self._tasks):
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a server's callback always runs in one; this tells the type checker
        self._tasks.add(task)
        try:
            answer = await self._answer(reader)
            if answer.answered:
                writer.write(_response(answer))
                await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):  # the box went, or the gateway goes down
            pass
        finally:
            self._tasks.discard(task)
            if task.cancelling():
                writer.transport.abort()
            else:
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        try:
            async with asyncio.timeout(REQUEST_S):
                method, path, authorization, body = await _request(reader)
        except _Malformed:
            return Answer(400, {"code": "malformed"})
        if path != PATH:
            return Answer(404, {"code": "no_such_path"})
        if method != "POST":
            return Answer(405, {"code": "post_only"})
        answer = self._model.take(authorization, body)
        await until(self._model, faults.SLOW, laid=False)
        return answer


async def until(model: PhoneModel, name: str, *, laid: bool) -> None:
    """Until a fault is laid, or taken back."""
    news = asyncio.Event()
    silence = model.listen(news.set)
    try:
        while model.has(name) is not laid:
            news.clear()
            await news.wait()
    finally:
        silence()


def _bound(port: int) -> socket.socket:
    """A socket that has the port and does not listen. Several may have it: one holds it while nobody listens."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, str, bytes]:
    """Method, path, authorization and body of one request. Raises `_Malformed`."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        length = int(headers.get("content-length", "0"))
    except (asyncio.LimitOverrunError, ValueError):
        raise _Malformed from None
    if not 0 <= length <= MAX_REQUEST:
        raise _Malformed
    return method, path, headers.get("authorization", ""), await reader.readexactly(length)


def _response(answer: Answer) -> bytes:
    body = orjson.dumps(answer.body)
    reason = _REASONS.get(answer.status, "Refused")
    head = f"HTTP/1.1 {answer.status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


class MemoryGateway:
    """The gateway without a wire, for virtual time: fits the driver's `Transport`."""

    def __init__(self, model: PhoneModel, token: str) -> None:
        self._model = model
        self._token = token

    async def open(self) -> MemoryLink:
        if self._model.has(faults.DOWN):
            raise ConnectionRefusedError("the gateway is down")
        return MemoryLink(self._model, self._token)


class MemoryLink:
    def __init__(self, model: PhoneModel, token: str) -> None:
        self._model = model
        self._token = token

    async def post(self, body: bytes) -> tuple[int, bytes]:
        answer = self._model.take(f"Bearer {self._token}", body)
        await until(self._model, faults.SLOW, laid=False)
        if not answer.answered:
            raise ConnectionResetError("the line broke")
        return answer.status, orjson.dumps(answer.body)

    def close(self) -> None:
        """Nothing is held open."""
