"""A loop that breaks is begun again, the others go on, and the log says where without saying what."""

from __future__ import annotations

import asyncio
import logging
from itertools import pairwise

import pytest

from edge.chance import SeededChance
from lobby.supervision import Supervisor
from simulators.virtual_time import run_virtual


def test_a_broken_loop_is_begun_again_and_its_neighbour_does_not_notice(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[str] = []

    async def breaks() -> None:
        runs.append("breaks")
        raise ValueError("the code was 40821634")

    async def lives() -> None:
        runs.append("lives")
        await asyncio.get_running_loop().create_future()

    async def scene() -> None:
        supervisor = Supervisor(SeededChance(1))
        keeping = [asyncio.create_task(supervisor.keep(run.__name__, run)) for run in (breaks, lives)]
        await asyncio.sleep(10)
        told = {loop.name: (loop.running, loop.restarts > 1) for loop in supervisor.loops()}
        assert told == {"breaks": (False, True), "lives": (True, False)}
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)

    with caplog.at_level(logging.ERROR):
        run_virtual(scene())
    assert runs.count("breaks") > 2
    assert runs.count("lives") == 1
    assert "ValueError at test_supervision.py" in caplog.text
    assert "40821634" not in caplog.text, "what an error says may be a secret"


def test_a_loop_that_ends_by_itself_is_begun_again_ever_more_slowly() -> None:
    starts: list[float] = []

    async def ends() -> None:
        starts.append(asyncio.get_running_loop().time())

    async def scene() -> None:
        keeping = asyncio.create_task(Supervisor(SeededChance(1)).keep("ends", ends))
        await asyncio.sleep(300)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    run_virtual(scene())
    waits = [later - earlier for earlier, later in pairwise(starts)]
    assert waits[0] < 1.0
    assert 15.0 <= waits[-1] <= 45.0


def test_ending_the_supervisor_ends_the_loop_first() -> None:
    ended: list[str] = []

    async def tidy() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(0.1)
            ended.append("tidied up")

    async def scene() -> None:
        keeping = asyncio.create_task(Supervisor(SeededChance(1)).keep("tidy", tidy))
        await asyncio.sleep(1)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        assert ended == ["tidied up"]

    run_virtual(scene())
