"""What is seen of every device right now, and the hands that reach them. A connection that is lost is made again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from simulators.control import Peer, Refused, Seen

AGAIN_S = 0.5
"""A device that is gone is looked for again after so long."""


class Room:
    """`seen[name]` is a device as it was last seen, or empty while it is gone. `peers` are there by the same names."""

    def __init__(self, peers: Mapping[str, Peer]) -> None:
        self._peers = peers
        self._listeners: list[Callable[[], None]] = []
        self.seen: dict[str, Seen] = {name: {} for name in peers}
        self.torn_to = 0
        """Slips up to this number are out of the printer's mouth."""

    async def run(self) -> None:
        """Watch all of them until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name, peer in self._peers.items():
                tasks.create_task(self._watch(name, peer), name=f"watch-{name}")

    async def do(self, name: str, what: str, args: Mapping[str, Any]) -> Seen:
        """Raises `Refused`; `gone` for a device that is not there."""
        if (name, what) == ("printer", "tear"):
            return self._tear()
        if name not in self._peers:
            raise Refused("gone")
        return await self._peers[name].do(what, **args)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every change; the answer takes it off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _watch(self, name: str, peer: Peer) -> None:
        while True:
            try:
                async for seen in peer.watch():
                    self._show(name, seen)
            except Refused:
                pass
            self._show(name, {})
            await asyncio.sleep(AGAIN_S)

    def _show(self, name: str, seen: Seen) -> None:
        if seen == self.seen[name]:
            return
        self.seen[name] = seen
        if name == "printer" and seen:  # a printer that begins anew counts its slips anew
            self.torn_to = min(self.torn_to, self._last_slip())
        self._changed()

    def _tear(self) -> Seen:
        if self.torn_to >= self._last_slip():
            raise Refused("no_such_slip")
        self.torn_to = self._last_slip()
        self._changed()
        return {}

    def _last_slip(self) -> int:
        slips = self.seen.get("printer", {}).get("slips") or [{"number": 0}]
        return int(slips[-1]["number"])

    def _changed(self) -> None:
        for listener in tuple(self._listeners):
            listener()
