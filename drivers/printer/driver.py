"""The printer port over ESC/POS: healthy before, complete after, and honest about what lies between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Protocol

from drivers.errors import Rejected, Unavailable
from drivers.ports import DeviceStatus, Document, Grade, Health, PrintOutcome, PrintResult
from drivers.printer.commands import CUT, ID_SPACE, INITIALISE, process_id
from drivers.printer.commissioning import Commissioning
from drivers.printer.job import Delivery, Patience
from drivers.printer.session import LinkLost, Session, Silent
from drivers.printer.status import PrinterState
from drivers.printer.transports import Transport

_ENDED_CLEANLY = frozenset({PrintResult.PRINTED, PrintResult.PARSED, PrintResult.BLIND})

_SLOWEST_LOOK_S = 60.0  # between two tries to reach a printer that is gone


class Chance(Protocol):
    def below(self, bound: int) -> int: ...


class EscPosPrinter:
    """One printer, one job at a time, one connection a job. Implements the `Printer` port.

    `torso`: a job may have been broken off before this driver began (the box lost power while printing); then the next
    slip is preceded by a cut. `inline`: encode in the caller instead of a thread, for virtual time.
    """

    def __init__(
        self,
        name: str,
        transport: Transport,
        commissioning: Commissioning,
        *,
        chance: Chance,
        patience: Patience | None = None,
        torso: bool = False,
        inline: bool = False,
    ) -> None:
        self._name = name
        self._transport = transport
        self._known = commissioning
        self._chance = chance
        self._patience = patience or Patience()
        self._inline = inline
        self._turn = asyncio.Lock()
        self._number = chance.below(ID_SPACE)
        self._torso = torso
        self._unflushed = True  # nobody knows what the box did before
        self._status = DeviceStatus(name, Health.OFFLINE, "starting")

    @property
    def name(self) -> str:
        return self._name

    def status(self) -> DeviceStatus:
        return self._status

    @property
    def grade(self) -> Grade:
        """What this printer can prove, as commissioning learnt it."""
        return self._known.grade

    async def run(self) -> None:
        """Look at the printer now and then, until cancelled."""
        wait_s = self._patience.watch_s
        while True:
            await self.look()
            reached = self._status.reason not in {"link", "silent"}
            wait_s = self._patience.watch_s if reached else min(wait_s * 2, _SLOWEST_LOOK_S)
            await asyncio.sleep(wait_s * (0.75 + self._chance.below(500) / 1000))

    async def look(self) -> DeviceStatus:
        """Ask the printer how it is, between jobs."""
        async with self._turn:
            try:
                async with self._session() as session:
                    await self._require_health(session)
            except LinkLost:
                self._say(Health.OFFLINE, "link")
            except Unavailable:
                pass  # what is wrong stands in the status
        return self._status

    async def print(self, document: Document) -> PrintOutcome:
        """Print and cut one document.

        Raises `Unavailable` where the printer was not healthy before (`link`, `silent`, `cover`, `paper`, `cutter`,
        `offline`) and `Rejected` where the document cannot be put on paper; either way nothing was sent.

        Outcomes beyond the port's words: `PRINTED` with `substituted`, a character shows as 〓; `UNKNOWN` with `held`,
        the printer stalled and may print the rest by itself once its trouble is gone.
        """
        body, substituted = await self._encode(document)
        async with self._turn:
            try:
                async with self._session() as session:
                    await self._require_health(session)
                    outcome = await self._deliver(session, body)
            except LinkLost as error:  # before the first byte of the job: a delivery never raises it
                self._say(Health.OFFLINE, "link")
                raise Unavailable(self._name, "link") from error
        if substituted and outcome.result in _ENDED_CLEANLY:
            return replace(outcome, reason="substituted")
        return outcome

    async def _encode(self, document: Document) -> tuple[bytes, bool]:
        if self._inline:
            return _encode(self._name, document, self._known)
        return await asyncio.to_thread(_encode, self._name, document, self._known)

    def _session(self) -> Session:
        return Session(self._transport, connect_s=self._patience.connect_s, write_s=self._patience.write_s)

    async def _require_health(self, session: Session) -> None:
        """Raises `Unavailable`, `LinkLost`."""
        try:
            if self._unflushed:
                await self._flush(session)
            if self._known.grade is Grade.BLIND:
                self._say(Health.DEGRADED, "blind")
                return
            state = await session.ask_health(self._patience.answer_s)
        except Silent as error:
            self._say(Health.OFFLINE, "silent")
            raise Unavailable(self._name, "silent") from error
        self._see(state)
        if state.trouble:
            raise Unavailable(self._name, state.trouble)

    async def _flush(self, session: Session) -> None:
        """Set the printer free from a command that was broken off, perhaps inside a picture or its measures.

        It must be the first thing said: a question would be swallowed, and measures made of it would swallow far more.
        """
        if self._known.clears:
            await session.clear_buffers(self._patience.answer_s)
        await session.write(bytes(self._known.paper.longest_command))
        self._unflushed = False

    async def _deliver(self, session: Session, body: bytes) -> PrintOutcome:
        before = INITIALISE + CUT if self._torso else b""  # what is half printed does not become the head of this slip
        self._number = (self._number + 1) % ID_SPACE
        self._torso = self._unflushed = True  # until this job has ended well; a cancelled one leaves it so
        delivery = Delivery(
            session, self._known, self._patience, ident=process_id(self._number), before=before, body=body
        )
        outcome = await delivery.run()
        self._torso = self._unflushed = outcome.result not in _ENDED_CLEANLY
        self._see_after(outcome, session.heard.state)
        return outcome

    def _see_after(self, outcome: PrintOutcome, state: PrinterState) -> None:
        if outcome.reason in {"link", "silent"}:
            self._say(Health.OFFLINE, outcome.reason)
        elif self._known.grade is not Grade.BLIND:
            self._see(state)

    def _see(self, state: PrinterState) -> None:
        if state.trouble:
            self._say(Health.OFFLINE, state.trouble)
        elif state.paper_low:
            self._say(Health.DEGRADED, "paper_low")
        else:
            self._say(Health.ONLINE, "")

    def _say(self, health: Health, reason: str) -> None:
        self._status = DeviceStatus(self._name, health, reason)


def _encode(name: str, document: Document, known: Commissioning) -> tuple[bytes, bool]:
    try:
        from drivers.printer.codec import Unprintable, encode  # heavy: loaded with the first job
    except OSError as error:  # it wants to write a file when it is loaded
        raise Unavailable(name, "disk") from error
    try:
        body = encode(document, known.paper)
    except Unprintable as error:
        raise Rejected(name, error.reason) from error
    return body.data, body.substituted
