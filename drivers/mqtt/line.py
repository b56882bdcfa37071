"""The box's one line to its broker. Boards listen on it and send through it; it reconnects, they need not.

After a lost link everything about it is thrown away and a new one is made: a queue that survived would arrive late.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from drivers.given import Dice
from drivers.mqtt.backoff import Backoff
from drivers.mqtt.link import Hello, Link, LinkLost, Message, NotDelivered, Subscription, Wire
from drivers.ports import DeviceStatus, Health

STEADY_AFTER_S = 10.0
"""A link that held this long was a good one: the next loss begins with the shortest wait again."""

TRIES_AGAIN_WITHIN_S = 5.0
"""The longest wait between two tries. The broker stands on the same box: a try costs nothing and meets no crowd, and
whoever put the plug back in stands before the wall."""

DEVICE = "broker"
"""The line's own name on the list of devices."""


class Listener(Protocol):
    """Somebody on the line: a board."""

    def filters(self) -> tuple[str, ...]:
        """The topic filters to subscribe to; those of all listeners must not overlap, equal ones are merged."""

    def heard(self, message: Message) -> bool:
        """One message came; True when it was for this listener. Must not raise and must not wait."""

    def line_changed(self, reason: str | None) -> None:
        """The line came up (None) or went down (why)."""


class Line:
    """One connection for all boards of a box. Give it `run()` as a supervised task."""

    def __init__(self, wire: Wire, client_id: str, dice: Dice) -> None:
        self._wire = wire
        self._client_id = client_id
        self._backoff = Backoff(dice, most_s=TRIES_AGAIN_WITHIN_S)
        self._listeners: list[Listener] = []
        self._link: Link | None = None
        self._reason = "not_connected"
        self.unclaimed = 0
        """Messages that no board knew what to do with."""

    def attach(self, listener: Listener) -> None:
        """Put a board on the line; before `run()`, as subscriptions are made at connecting."""
        self._listeners.append(listener)

    def status(self) -> DeviceStatus:
        if self._link is None:
            return DeviceStatus(DEVICE, Health.OFFLINE, self._reason)
        return DeviceStatus(DEVICE, Health.ONLINE)

    @property
    def reason(self) -> str | None:
        """Why the line is down; None while it is up."""
        return None if self._link is not None else self._reason

    async def run(self) -> None:
        """Hold the line up until cancelled."""
        while True:
            await self._hold()
            await asyncio.sleep(self._backoff.next_s())

    async def send(self, message: Message) -> None:
        """Send one message; return when the broker has taken it.

        Raises `NotDelivered` where surely nobody got it (the line is down, or the broker said so), `LinkLost` where it
        is not known.
        """
        if self._link is None:
            raise NotDelivered(self._reason)
        await self._link.publish(message)

    async def _hold(self) -> None:
        """One link, from its beginning to its end."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        try:
            async with self._wire.connect(self._hello()) as link:
                since = loop.time()
                self._change(link, None)
                while True:
                    self._route(await link.receive())
        except LinkLost as lost:
            if self._link is not None and loop.time() - since >= STEADY_AFTER_S:
                self._backoff.reset()
            self._reason = lost.reason
        finally:
            self._change(None, self._reason)

    def _hello(self) -> Hello:
        filters = sorted({wanted for listener in self._listeners for wanted in listener.filters()})
        return Hello(self._client_id, tuple(Subscription(wanted) for wanted in filters))

    def _change(self, link: Link | None, reason: str | None) -> None:
        self._link = link
        for listener in self._listeners:
            listener.line_changed(reason)

    def _route(self, message: Message) -> None:
        claimed = [listener.heard(message) for listener in self._listeners]
        if not any(claimed):
            self.unclaimed += 1
