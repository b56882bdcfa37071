"""The writer's thread: takes all decisions that wait, has them written together, and answers their callers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from edge.ledger.entry import Entry
from edge.ledger.errors import LedgerClosed
from edge.ledger.writer import Job, Writer


@dataclass(slots=True)
class Call:
    """A job with the future that its caller waits on."""

    job: Job
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]

    def answer(self) -> None:
        """In the caller's loop. A caller that was cancelled meanwhile needs no answer."""
        if self.future.cancelled():
            return
        if self.job.error is not None:
            self.future.set_exception(self.job.error)
        else:
            self.future.set_result(self.job.value)


class WriterThread:
    """Owns the writer while it runs. Callers come from any event loop."""

    def __init__(self, writer: Writer, publish: Callable[[Sequence[Entry]], None], batch: int) -> None:
        self._writer = writer
        self._publish = publish
        self._batch = batch
        self._waiting: SimpleQueue[Call | None] = SimpleQueue()
        self._door = threading.Lock()  # so that nothing is queued behind the closing mark
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def commit(self, job: Job) -> object:
        loop = asyncio.get_running_loop()
        call = Call(job, loop, loop.create_future())
        with self._door:
            if self._closed:
                raise LedgerClosed
            self._waiting.put(call)
        return await call.future

    def close(self) -> None:
        """Write what waits, answer it, and end the thread."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        open_ = True
        while open_:
            calls, open_ = self._take()
            entries = self._writer.run([call.job for call in calls])
            _answer_all(calls)
            self._publish(entries)
            self._writer.tidy()

    def _take(self) -> tuple[list[Call], bool]:
        """All that waits, at least one; False once the closing mark was met."""
        call = self._waiting.get()
        calls: list[Call] = []
        while call is not None:
            if not call.future.cancelled():  # its caller left before anything was decided
                calls.append(call)
            if len(calls) >= self._batch:
                return calls, True
            try:
                call = self._waiting.get_nowait()
            except Empty:
                return calls, True
        return calls, False


def _answer_all(calls: Sequence[Call]) -> None:
    """One wake-up for each loop, however many callers it has."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Call]] = {}
    for call in calls:
        by_loop.setdefault(call.loop, []).append(call)
    for loop, group in by_loop.items():
        in_loop(loop, _answer_group, group)


def _answer_group(group: Sequence[Call]) -> None:
    for call in group:
        call.answer()


def in_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *arguments: object) -> None:
    """Run something in a loop; nobody is left to tell when the loop was closed."""
    try:
        loop.call_soon_threadsafe(call, *arguments)
    except RuntimeError:
        if not loop.is_closed():
            raise
