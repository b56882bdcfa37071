"""Time that costs nothing and replays."""

from __future__ import annotations

import asyncio
import socket
from time import perf_counter

import pytest

from simulators import virtual_time
from simulators.virtual_time import Standstill, run_virtual

DAY_S = 86_400.0


def test_a_day_passes_in_a_moment() -> None:
    async def day() -> float:
        for _ in range(24):
            await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert run_virtual(day()) == pytest.approx(DAY_S)


def test_things_happen_in_the_order_of_their_times() -> None:
    async def story() -> list[str]:
        happened: list[str] = []

        async def at(when_s: float, what: str) -> None:
            await asyncio.sleep(when_s)
            happened.append(what)

        await asyncio.gather(at(3, "c"), at(1, "a"), at(2, "b"), at(1e6, "d"))
        return happened

    assert run_virtual(story()) == ["a", "b", "c", "d"]


def test_a_timeout_strikes_on_virtual_time() -> None:
    async def story() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(DAY_S):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run_virtual(story()) == pytest.approx(DAY_S)


def test_far_away_from_zero_time_still_moves() -> None:
    """At 10^9 s a nanosecond is less than floating point can tell; a loop that added it would stand still."""

    async def story() -> float:
        await asyncio.sleep(1e9)
        for _ in range(1000):
            await asyncio.sleep(1e-9)
        return asyncio.get_running_loop().time()

    assert run_virtual(story()) >= 1e9


def test_what_waits_for_nothing_is_named_instead_of_hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_time, "STANDSTILL_S", 0.1)

    async def story() -> None:
        await asyncio.Event().wait()

    began = perf_counter()
    with pytest.raises(Standstill):
        run_virtual(story())
    assert perf_counter() - began < 30


def test_sockets_that_are_ready_come_before_the_next_jump() -> None:
    async def story() -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        one, other = socket.socketpair()
        with one, other:
            one.setblocking(False)
            other.setblocking(False)
            sleeping = asyncio.create_task(asyncio.sleep(3600))
            await loop.sock_sendall(one, b"now")
            got = await loop.sock_recv(other, 10)
            at = loop.time()
            sleeping.cancel()
        return got, at

    got, at = run_virtual(story())
    assert got == b"now"
    assert at < 3600
