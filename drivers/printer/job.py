"""One job on one connection: sent, watched, and if it stalls taken back, so that it does not go on later by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from drivers.ports import Grade, PrintOutcome, PrintResult
from drivers.printer.commands import (
    ASK_PAPER,
    AUTO_STATUS,
    CUT,
    INITIALISE,
    RECOVER_AND_CLEAR,
    ask_completion,
)
from drivers.printer.commissioning import Commissioning
from drivers.printer.session import LinkLost, Session, Silent


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds."""

    connect_s: float = 3.0
    answer_s: float = 2.0  # a real-time question; even a cheap printer answers within 0.1 s
    write_s: float = 5.0  # for the printer to take the next 512 bytes
    poll_s: float = 2.0  # between two looks at a printer that is busy with a job
    completion_s: float = 30.0  # a slip as long as an arm, printed slowly
    proof_s: float = 10.0  # for the process id once all was read: paper may be a metre behind
    watch_s: float = 5.0  # between two looks at an idle printer


class Delivery:
    """`ident` names this job in the printer's answer. `body` is what lies between ESC @ and the cut."""

    def __init__(
        self, session: Session, known: Commissioning, patience: Patience, *, ident: bytes, before: bytes, body: bytes
    ) -> None:
        self._session = session
        self._heard = session.heard
        self._known = known
        self._patience = patience
        self._ident = ident
        self._data = before + INITIALISE + AUTO_STATUS + body + CUT + self._questions()

    async def run(self) -> PrintOutcome:
        """Never raises a device's failure: from the first byte on, every end is an outcome."""
        try:
            outcome = await self._send_and_watch()
        except LinkLost:
            return PrintOutcome(PrintResult.UNKNOWN, "link")
        except Silent:
            outcome = PrintOutcome(PrintResult.UNKNOWN, "silent")
        if outcome.result in {PrintResult.STALLED, PrintResult.UNKNOWN}:
            outcome = await self._take_back(outcome)
        return outcome

    def _questions(self) -> bytes:
        if self._known.grade is Grade.BLIND:
            return b""
        proof = ask_completion(self._ident) if self._known.grade is Grade.PROCESS_ID else b""
        return proof + ASK_PAPER

    async def _send_and_watch(self) -> PrintOutcome:
        self._heard.answers.clear()
        whole = await self._session.write(self._data, unless=self._in_trouble)
        if self._known.grade is Grade.BLIND:
            await self._session.drain(self._patience.completion_s)
            return PrintOutcome(PrintResult.BLIND)
        if whole:
            await self._ended()
        if self._proven():
            await self._heard_out()
            return PrintOutcome(PrintResult.PRINTED)
        if self._in_trouble():
            return PrintOutcome(PrintResult.STALLED, self._heard.state.trouble)
        return await self._parsed()

    async def _ended(self) -> None:
        """Wait for the proof, or for trouble, as long as is reasonable. Raises `LinkLost`, `Silent`."""
        await self._watch(lambda: self._settled() or bool(self._heard.answers), self._patience.completion_s)
        if self._known.grade is Grade.PROCESS_ID:
            await self._watch(self._settled, self._patience.proof_s)

    async def _heard_out(self) -> None:
        """The last answer that is due, so that it does not turn up on the next connection."""
        with suppress(LinkLost, Silent):
            await self._session.until(lambda: bool(self._heard.answers), self._patience.answer_s)

    async def _watch(self, happened: Callable[[], bool], limit_s: float) -> None:
        """Return when it happened or the time is over; meanwhile look after a printer that says nothing."""
        loop = asyncio.get_running_loop()
        end = loop.time() + limit_s
        while not happened() and (left := end - loop.time()) > 0:
            try:
                await self._session.until(happened, min(self._patience.poll_s, left))
            except Silent:
                await self._session.ask_health(self._patience.answer_s)

    async def _parsed(self) -> PrintOutcome:
        """No proof and no trouble: at best the printer has read it all, and is still well."""
        if not self._heard.answers:
            raise Silent("the job was not answered")
        state = await self._session.ask_health(self._patience.answer_s)
        if state.trouble:
            return PrintOutcome(PrintResult.STALLED, state.trouble)
        return PrintOutcome(PrintResult.PARSED)

    async def _take_back(self, outcome: PrintOutcome) -> PrintOutcome:
        """Empty the printer's buffers. A stalled printer that does not prove them empty may go on at the refill."""
        self._session.forsake()
        emptied = await self._empty()
        if self._proven():
            return PrintOutcome(PrintResult.PRINTED)
        if outcome.result is PrintResult.STALLED and not emptied:
            return PrintOutcome(PrintResult.UNKNOWN, "held")
        return outcome

    async def _empty(self) -> bool:
        try:
            if self._known.clears:
                await self._session.clear_buffers(self._patience.answer_s)
            elif self._known.grade is not Grade.BLIND:
                await self._session.write(RECOVER_AND_CLEAR)
                await self._session.ask_health(self._patience.answer_s)  # its answer tells that the command arrived
        except (LinkLost, Silent):
            return False
        return self._known.clears

    def _settled(self) -> bool:
        return self._proven() or self._in_trouble()

    def _proven(self) -> bool:
        return self._ident in self._heard.processed

    def _in_trouble(self) -> bool:
        return self._known.grade is not Grade.BLIND and bool(self._heard.state.trouble)
