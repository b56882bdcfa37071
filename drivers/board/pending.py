"""Commands on their way: who waits for which answer, and which answers were heard already."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from drivers.board.codec import Reply
from drivers.errors import Rejected
from drivers.ports import ActReport, Stage

REMEMBERED = 2048
"""So many commands are remembered, for answers that come late or twice."""

MOVED = frozenset({Stage.PULSED, Stage.OPENED, Stage.JAMMED})
"""Each of them says that the lock was pulsed."""


@dataclass
class _Sent:
    answer: asyncio.Future[str] | None = None
    stages: set[Stage] = field(default_factory=set)


class Pending:
    """The commands sent to one board."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._sent: OrderedDict[str, _Sent] = OrderedDict()

    @contextmanager
    def expecting(self, act: str) -> Iterator[asyncio.Future[str]]:
        """A future that ends with "" when the board says that it pulsed, or with the reason why it refused.

        Raises `Rejected` "duplicate" for an id that was sent before: an act is sent once.
        """
        if act in self._sent:
            raise Rejected(self._device, "duplicate")
        sent = self._remember(act)
        sent.answer = asyncio.get_running_loop().create_future()
        try:
            yield sent.answer
        finally:
            sent.answer.cancel()

    def forget(self, act: str) -> None:
        """It reached nobody, so the same id may be sent again."""
        self._sent.pop(act, None)

    def knows(self, act: str) -> bool:
        return act in self._sent

    def take(self, reply: Reply) -> ActReport | None:
        """What is new in an answer; None for one that was heard before. Wakes whoever waits for it.

        `duplicate` is no refusal of the act: the board says that it took an earlier copy of the command, so something
        may well have moved. It is handed on as `accepted`, and whoever waits goes on waiting for that copy's outcome.
        A refusal of what was accepted before contradicts itself and proves nothing: it is dropped.
        """
        stage = reply.stage
        if stage is Stage.REJECTED and reply.reason == "duplicate":
            stage = Stage.ACCEPTED
        sent = self._sent.get(reply.act) or self._remember(reply.act)
        if stage in sent.stages or (stage is Stage.REJECTED and sent.stages):
            return None
        sent.stages.add(stage)
        if sent.answer is not None and not sent.answer.done():
            if stage in MOVED:
                sent.answer.set_result("")
            elif stage is Stage.REJECTED:
                sent.answer.set_result(reply.reason or "unspecified")
        return ActReport(self._device, reply.act, stage, reply.reason)

    def _remember(self, act: str) -> _Sent:
        sent = self._sent[act] = _Sent()
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        return sent
