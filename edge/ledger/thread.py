"""The writer's thread: takes all decisions that wait, has them written together, and answers their callers."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from edge.ledger.entry import Entry
from edge.ledger.errors import LedgerClosed
from edge.ledger.tx import Decision, Request
from edge.ledger.writer import Job, Writer


class WriterThread:
    """Owns the writer while it runs. Callers come from any event loop."""

    def __init__(self, writer: Writer, publish: Callable[[Sequence[Entry]], None]) -> None:
        self._writer = writer
        self._publish = publish
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        self._door = threading.Lock()  # so that nothing is queued behind the closing mark
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, request: Request, decide: Decision) -> asyncio.Future[Any]:
        """Queue a decision; the future, in the running loop, of its answer."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        with self._door:
            if self._closed:
                raise LedgerClosed
            self._waiting.put(Job(request, decide, future))
        return future

    def close(self) -> None:
        """Write what waits, answer it, and end the thread."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going_on = True
        taken: deque[Job] = deque()
        try:
            while going_on or taken:
                if going_on:
                    going_on = self._take(taken)
                done = self._writer.run(taken)
                self._publish([entry for job in done for entry in job.entries])
                _answer_all(done)  # after that: whoever has an answer finds it in the head and in the live views
                self._writer.tidy()
        finally:
            self._turn_away(taken)

    def _turn_away(self, taken: Iterable[Job]) -> None:
        """However the thread ends, nobody waits for it any more."""
        with self._door:
            self._closed = True
        left = [*taken, *(job for job in iter(self._next, None) if job.future is not None)]
        for job in left:
            job.error = LedgerClosed()
        _answer_all(left)

    def _next(self) -> Job | None:
        try:
            return self._waiting.get_nowait()
        except Empty:
            return None

    def _take(self, taken: deque[Job]) -> bool:
        """Take all that waits, and wait if there is nothing at all; False once the closing mark was met."""
        while not (taken and self._waiting.empty()):
            job = self._waiting.get()
            if job is None:
                return False
            if job.future is None or not job.future.cancelled():  # its caller left before anything was decided
                taken.append(job)
        return True


def _answer_all(jobs: Sequence[Job]) -> None:
    """One wake-up for each loop, however many callers it has."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.future is not None:
            by_loop[job.future.get_loop()].append(job)
    for loop, group in by_loop.items():
        in_loop(loop, _answer_group, group)


def _answer_group(group: Sequence[Job]) -> None:
    """In the callers' loop. A caller that was cancelled meanwhile needs no answer."""
    for job in group:
        future = job.future
        if future is None or future.cancelled():
            continue
        if job.error is not None:
            future.set_exception(job.error)
        else:
            future.set_result(job.value)


def in_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *arguments: object) -> None:
    """Run something in a loop; nobody is left to tell when the loop was closed."""
    try:
        loop.call_soon_threadsafe(call, *arguments)
    except RuntimeError:
        if not loop.is_closed():
            raise
