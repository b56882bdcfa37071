"""Events of a board: each handed on in order and without gaps, and acknowledged once it is in the journal.

A board keeps its events until they are acknowledged, and an acknowledgement covers all before it. So an event that
overtook an older one must not be handed on: acknowledging it would delete the older one unseen. Each event
names the unacknowledged one before it (`after`); where that one was not heard, the board is asked to send all again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from drivers.board import codec
from drivers.board.codec import Topics
from drivers.mqtt.line import Line
from drivers.mqtt.link import LinkLost, NotDelivered
from drivers.ports import BoardEvent

BOOTS = 32
"""Boots of a board that are remembered; an outbox holds events of one or two."""


class Acknowledging:
    """What one board was told to forget, and what it still has to be told."""

    def __init__(self, topics: Topics, line: Line) -> None:
        self._topics = topics
        self._line = line
        self._acknowledged: OrderedDict[str, int] = OrderedDict()
        self._handed_on: set[tuple[str, int]] = set()
        self._to_tell: dict[str, None] = {}
        self._something = asyncio.Event()

    def is_next(self, event: BoardEvent, after: int) -> bool:
        """Whether to hand an event on: not if it was before, not if one before it is missing."""
        done = self._acknowledged.get(event.boot, 0)
        if event.seq <= done:
            self._tell(event.boot)  # the board did not hear it
            return False
        if (event.boot, event.seq) in self._handed_on:
            return False
        if after > done and (event.boot, after) not in self._handed_on:
            self._tell(event.boot)  # the same word asks for all that is left
            return False
        return True

    def handed_on(self, event: BoardEvent) -> None:
        self._handed_on.add((event.boot, event.seq))

    def note(self, boot: str, seq: int) -> None:
        """Events of that boot up to `seq` are in the journal."""
        self._acknowledged[boot] = max(seq, self._acknowledged.get(boot, 0))
        self._acknowledged.move_to_end(boot)
        while len(self._acknowledged) > BOOTS:
            self._acknowledged.popitem(last=False)
        self._handed_on = {(of, number) for of, number in self._handed_on if of != boot or number > seq}
        self._tell(boot)

    def ask(self, boot: str) -> None:
        """The board is there (again): ask for what it still keeps."""
        self._tell(boot)

    def line_changed(self) -> None:
        """Over a new link the board may send again what was handed on and not acknowledged; that is let through."""
        self._handed_on.clear()

    async def run(self) -> None:
        """Send what is due, one after another; while one is on its way the next ones gather into one."""
        while True:
            await self._something.wait()
            self._something.clear()
            due, self._to_tell = self._to_tell, {}
            for boot in due:
                await self._send(boot)

    def _tell(self, boot: str) -> None:
        self._to_tell[boot] = None
        self._something.set()

    async def _send(self, boot: str) -> None:
        """Where it is lost the board sends its events again, and is told again."""
        seq = self._acknowledged.get(boot, 0)
        try:
            await self._line.send(codec.ack_command(self._topics, boot, seq))
        except (NotDelivered, LinkLost):
            return
