"""The control port: what people's hands do to a device, and what their eyes see of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from simulators.control import Peer, Refused, control_port
from simulators.virtual_lobby.room import Room


class Lamp:
    """A device as simple as can be."""

    def __init__(self) -> None:
        self.lit = False
        self.listeners: list[Callable[[], None]] = []
        self.forgotten = asyncio.Event()

    def seen(self) -> dict[str, object]:
        return {"lit": self.lit}

    async def do(self, what: str, args: Mapping[str, Any]) -> dict[str, object]:
        if what != "switch":
            raise Refused("unknown_act")
        self.lit = bool(args["on"])
        for listener in tuple(self.listeners):
            listener()
        return {"was": not self.lit}

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(changed)

        def silence() -> None:
            self.listeners.remove(changed)
            self.forgotten.set()

        return silence


def test_what_is_done_is_answered_and_what_cannot_be_done_is_refused() -> None:
    async def script() -> None:
        async with control_port(Lamp()) as port:
            peer = Peer(port)
            assert (await peer.do("switch", on=1))["was"] is False
            assert await peer.see() == {"lit": True}
            with pytest.raises(Refused, match="unknown_act"):
                await peer.do("explode")
            with pytest.raises(Refused, match="malformed"):
                await peer.do("switch")

    asyncio.run(script())


def test_a_watcher_sees_what_is_and_each_change_and_is_forgotten_when_it_goes() -> None:
    async def script() -> None:
        lamp = Lamp()
        async with control_port(lamp) as port:
            watching = Peer(port).watch()
            assert await anext(watching) == {"lit": False}
            await Peer(port).do("switch", on=1)
            assert await anext(watching) == {"lit": True}
            await watching.aclose()
            await lamp.forgotten.wait()

    asyncio.run(script())


def test_a_device_that_is_not_there_is_gone() -> None:
    async def script() -> None:
        async with control_port(Lamp()) as port:
            pass
        with pytest.raises(Refused, match="gone"):
            await Peer(port).see()

    asyncio.run(script())


def test_a_web_page_that_posts_to_the_port_gets_no_further_than_its_first_line() -> None:
    async def script() -> None:
        lamp = Lamp()
        async with control_port(lamp) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b'POST / HTTP/1.1\r\nHost: x\r\n\r\n{"do":"switch","on":1}\n')
            assert await reader.read() == b""
            writer.close()
        assert not lamp.lit

    asyncio.run(script())


def test_a_room_sees_a_device_go_and_come_back() -> None:
    async def until(room: Room, wanted: dict[str, object]) -> None:
        news = asyncio.Event()
        silence = room.listen(news.set)
        while room.seen["lamp"] != wanted:
            news.clear()
            await news.wait()
        silence()

    async def script() -> None:
        lamp = Lamp()
        async with control_port(lamp) as port:
            room = Room({"lamp": Peer(port)})
            watching = asyncio.create_task(room.run())
            await until(room, {"lit": False})
        await until(room, {})
        lamp.lit = True
        async with control_port(lamp, port):
            await until(room, {"lit": True})
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(script())
