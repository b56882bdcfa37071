"""A locker on a wire: an MQTT client when the wire is paho's, a neighbour in memory under virtual time.

The faults of the wire between board and broker live here: what is held up, doubled, or said by a second board.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from drivers.mqtt.backoff import Backoff
from drivers.mqtt.link import Link, LinkLost, Message, Wire
from edge.chance import Chance
from edge.clock import Clock
from simulators.locker.locker import Locker

STALLS = ("locker.half_open_stall", "locker.late_burst")
RECONNECTS_WITHIN_S = 4.0


class _Dropped(Exception):
    """The board let its connection fall: its power is gone, or the stall ended in a reset."""


class Peer:
    """Runs one locker until cancelled. Everything done to the locker from outside takes effect at once."""

    def __init__(self, locker: Locker, wire: Wire, clock: Clock, chance: Chance) -> None:
        self.locker = locker
        self._wire = wire
        self._clock = clock
        self._backoff = Backoff(chance, first_s=0.2, most_s=RECONNECTS_WITHIN_S)
        self._twins_backoff = Backoff(chance, first_s=1.0, most_s=RECONNECTS_WITHIN_S)
        self._link: Link | None = None
        self._planned_s: float | None = None
        self._stalled = ""
        self._held_in: list[Message] = []
        self._held_out: list[Message] = []
        self._changed = asyncio.Condition()
        self._nudge = asyncio.Event()
        locker.listen(self._nudge.set)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._clockwork(), name="locker-clockwork")
            tasks.create_task(self._stay_connected(), name="locker-connection")
            tasks.create_task(self._second_board(), name="locker-second-board")

    async def _clockwork(self) -> None:
        """Let time pass for the locker, and send what it says."""
        while True:
            nudged = self._nudge.is_set()
            self._nudge.clear()
            self.locker.tick()
            self._watch_stall()
            self._flush()
            if nudged:
                await self._tell_waiting()
            self._planned_s = self.locker.next_s()
            wait_s = None if self._planned_s is None else max(0.0, self._planned_s - self._clock.mono_s())
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._nudge.wait()

    async def _tell_waiting(self) -> None:
        """Power, faults or the link may have changed: whoever waits for that looks again."""
        async with self._changed:
            self._changed.notify_all()

    # -- connection ------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        while True:
            await self._until_powered()
            try:
                await self._connection()
            except (LinkLost, _Dropped):
                pass
            finally:
                self._link = None
                self._held_in.clear()
                self._held_out.clear()
                self.locker.unlinked()
            await asyncio.sleep(self._backoff.next_s())

    async def _connection(self) -> None:
        async with self._wire.connect(self.locker.hello()) as link:
            if not self.locker.powered:
                raise _Dropped
            self._backoff.reset()
            self._link = link
            self.locker.linked()
            await _first_to_end(self._listen(link), self._until_dropped(self.locker.boot))

    async def _listen(self, link: Link) -> None:
        while True:
            message = await link.receive()
            if self._stalled:
                self._held_in.append(message)
            else:
                self._arrive(message)

    def _arrive(self, message: Message) -> None:
        self.locker.receive(message)
        if self.locker.has_fault("locker.duplicate_delivery"):
            self.locker.receive(message)
        if self.locker.has_fault("locker.duplicate_delivery_dup"):
            self.locker.receive(replace(message, duplicate=True))
        self._flush()
        due_s = self.locker.next_s()
        if due_s is not None and (self._planned_s is None or due_s < self._planned_s):
            self._nudge.set()

    async def _until_powered(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self.locker.powered)

    async def _until_dropped(self, boot: str) -> None:
        """The board is off (or off and on again), or its stalled connection broke."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.locker.boot != boot or self._link is None)
        raise _Dropped

    # -- wire faults -----------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Send what the locker says; what it says while there is no connection is lost, as on a real board."""
        messages = self.locker.drain()
        if self._stalled:
            self._held_out += messages
        elif self._link is not None:
            try:
                for message in messages:
                    self._link.post(message)
            except LinkLost:
                self._let_go()

    def _let_go(self) -> None:
        """The link is of no use any more."""
        self._link = None
        self._nudge.set()

    def _watch_stall(self) -> None:
        """A stall begins or ends. It ends in a reset, or with everything that was held up arriving at once."""
        stall = next((name for name in STALLS if self.locker.has_fault(name)), "")
        ended, self._stalled = self._stalled, stall
        if stall or not ended:
            return
        if ended == "locker.half_open_stall":
            self._let_go()
            return
        held_in, self._held_in = self._held_in, []
        held_out, self._held_out = self._held_out, []
        if self._link is not None:
            for message in held_out:
                self._link.post(message)
        for message in held_in:
            self._arrive(message)

    async def _second_board(self) -> None:
        """While its fault is laid, a second client with the same id throws the first one out again and again."""
        while True:
            async with self._changed:
                await self._changed.wait_for(self._has_second)
            with suppress(LinkLost):
                await self._be_second()
            await asyncio.sleep(self._twins_backoff.next_s())

    async def _be_second(self) -> None:
        async with self._wire.connect(self.locker.hello()) as link:
            while self._has_second():
                await link.receive()

    def _has_second(self) -> bool:
        return self.locker.powered and self.locker.has_fault("locker.duplicate_client_id")


async def _first_to_end(*ways: Coroutine[Any, Any, None]) -> None:
    """Run all until one of them ends, and raise what it raised.

    No TaskGroup: one that is cancelled in the moment in which a child fails forgets the cancellation (Python 3.11).
    """
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
