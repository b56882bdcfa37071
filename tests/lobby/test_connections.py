"""Whoever holds connections and says nothing stands in nobody's way, and fills no log."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse

from lobby.connections import LOG_AGAIN_AFTER_S, Limits, log_seldom
from lobby.serve import _config, _Server
from tests.people.desk import HandClock

HEAD = b"GET %s HTTP/1.1\r\nHost: box\r\n\r\n"
SOON_S = 0.2
LONG_S = 600.0


@dataclass
class Caller:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, path: bytes = b"/") -> bytes:
        """The answer's last chunk, over a connection that stays."""
        self.writer.write(HEAD % path)
        return await self.reader.readuntil(b"here")

    async def is_served(self) -> bool:
        try:
            return bool(await self.ask())
        except (asyncio.IncompleteReadError, ConnectionError):
            return False

    async def hung_up_on(self) -> bool:
        try:
            return await self.reader.read() == b""
        except ConnectionResetError:
            return True


@dataclass
class Door:
    """A site that listens: `/` answers at once, `/slow` begins at once and ends when it is let go."""

    port: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    callers: list[Caller] = field(default_factory=list)

    async def call(self, host: str = "127.0.0.1") -> Caller:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.port, local_addr=(host, 0)))
        self.callers.append(caller)
        return caller

    async def served(self, host: str = "127.0.0.1") -> Caller:
        caller = await self.call(host)
        assert await caller.ask()
        return caller

    def site(self) -> FastAPI:
        site = FastAPI()

        async def slowly() -> AsyncIterator[str]:
            yield "it is here"
            await self.let_go.wait()
            yield "and still here"

        site.add_api_route("/", lambda: PlainTextResponse("here"))
        site.add_api_route("/slow", lambda: StreamingResponse(slowly()))
        return site


def play(limits: Limits, scene: Callable[[Door], Awaitable[None]]) -> None:
    async def whole() -> None:
        door = Door()
        server = _Server(_config(door.site(), limits))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            door.port = listening.getsockname()[1]
            serving = asyncio.create_task(server.serve([listening]))
            await server.ready.wait()
            try:
                async with asyncio.timeout(30):
                    await scene(door)
            finally:
                for caller in door.callers:
                    caller.writer.close()
                server.should_exit = True
                await serving

    asyncio.run(whole())


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: bo"])
def test_who_asks_for_nothing_is_hung_up_on(said: bytes) -> None:
    async def scene(door: Door) -> None:
        caller = await door.call()
        caller.writer.write(said)
        assert await caller.hung_up_on()

    play(Limits(head_within_s=SOON_S), scene)


@pytest.mark.parametrize("before", [b"", HEAD % b"/", b"GET / HTTP/1.1\r\nHost: box\r\nContent-Length: 9999\r\n\r\n"])
def test_a_request_that_drips_in_has_no_more_time(before: bytes) -> None:
    async def scene(door: Door) -> None:
        caller = await door.call()
        caller.writer.write(before)
        if before:
            await caller.reader.readuntil(b"here")
        caller.writer.write(b"GET / HTTP/1.1\r\nX: ")
        hung_up = asyncio.create_task(caller.hung_up_on())
        while not (await asyncio.wait({hung_up}, timeout=SOON_S / 10))[0]:
            caller.writer.write(b"x")
        assert hung_up.result()

    play(Limits(head_within_s=SOON_S), scene)


def test_an_answer_may_take_as_long_as_it_takes() -> None:
    async def scene(door: Door) -> None:
        viewer = await door.call()
        assert await viewer.ask(b"/slow")
        silent = await door.call()
        assert await silent.hung_up_on()  # came later, and its time is over
        door.let_go.set()
        assert b"and still" in await viewer.reader.readuntil(b"and still here")

    play(Limits(head_within_s=SOON_S), scene)


def test_no_more_connections_than_there_is_room_for_and_a_freed_one_is_given_anew() -> None:
    async def scene(door: Door) -> None:
        held = [await door.served() for _ in range(4)]
        late = await door.call()
        assert await late.hung_up_on()
        held[0].writer.close()
        while not await (await door.call()).is_served():
            pass

    play(Limits(most=4, head_within_s=LONG_S), scene)


def test_another_host_gets_few_and_all_others_leave_this_machines_screens_their_room() -> None:
    async def scene(door: Door) -> None:
        for host in ("127.0.0.2", "127.0.0.3"):
            for _ in range(2):
                await door.served(host)
            assert await (await door.call(host)).hung_up_on()
        assert await (await door.call("127.0.0.4")).hung_up_on()
        for _ in range(4):
            await door.served()

    play(Limits(most=4, most_each=2, head_within_s=LONG_S, own="127.0.0.1"), scene)


# -- the log -----------------------------------------------------------------------------------------------------------


@contextmanager
def seldom(clock: HandClock) -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("asyncio", "uvicorn.error")]
    before = [list(one.filters) for one in loggers]
    log_seldom(clock)
    try:
        yield
    finally:
        for one, filters in zip(loggers, before, strict=True):
            one.filters[:] = filters


def test_what_comes_a_thousand_times_is_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = HandClock()
    full = OSError(errno.EMFILE, "Too many open files")

    async def scene() -> None:
        for _ in range(1_000):
            asyncio.get_running_loop().call_exception_handler({"message": "socket.accept()", "exception": full})

    with seldom(clock):
        asyncio.run(scene())
        assert caplog.text.count("\n") == 1
        assert caplog.messages == ["socket.accept(): [Errno 24] Too many open files"]
        clock.up_s += LOG_AGAIN_AFTER_S
        asyncio.run(scene())
        assert len(caplog.messages) == 2


def test_a_fault_of_ours_is_not_drowned_by_it(caplog: pytest.LogCaptureFixture) -> None:
    with seldom(HandClock()):
        for error in (OSError(errno.EMFILE, "full"), KeyError("ours"), KeyError("ours")):
            logging.getLogger("asyncio").error("broke", exc_info=error)
    assert [record.exc_info is None for record in caplog.records] == [True, False]


def test_what_is_no_http_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(door: Door) -> None:
        for _ in range(5):
            caller = await door.call()
            caller.writer.write(b"\x16\x03\x01\r\n\r\n")
            assert b"400" in await caller.reader.read()

    with seldom(HandClock()):
        play(Limits(), scene)
    assert caplog.text.count("Invalid HTTP request received.") == 1
