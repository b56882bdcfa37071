"""A printer to try things on: the simulator over TCP, as a serial line, as a USB device, and without a wire on
virtual time; or a real one, named by LOBBY_DEVICE (`tcp://host:9100`, `serial:/dev/…`, `usb:/dev/usb/lp0`)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from drivers.ports import Align, Code128, Document, Feed, Pair, QrCode, Rule, Text
from drivers.printer.commissioning import Commissioning, commission
from drivers.printer.driver import EscPosPrinter
from drivers.printer.job import Patience
from drivers.printer.transports import SerialTransport, TcpTransport, Transport, UsbTransport
from edge.chance import SeededChance
from lobby.printers import transport_from
from simulators.printer.adapters import drive, pty_printer, tcp_printer
from simulators.printer.memory import MemoryTransport
from simulators.printer.model import Body, PrinterModel
from simulators.virtual_time import run_virtual

PATIENT = Patience(connect_s=10, answer_s=10, write_s=10, poll_s=0.2, completion_s=30, proof_s=0.5)
"""For real wires: what answers may take its time on a busy machine, what never comes is given up soon."""

VIRTUAL = Patience()
"""Without a wire waiting costs nothing, so the product's own patience is tried."""

LISTEN_S = 1.0
"""How long commissioning listens for an answer that a printer may not be able to give."""

SLIP = Document(
    (
        Text("包裹领取单", Align.CENTRE, size=2, bold=True),
        Text("PARCEL SLIP", Align.CENTRE),
        Rule(),
        Pair("编号 No.", "A-000123"),
        Pair("收件人 To", "䶮先生"),
        Rule(),
        QrCode("https://lobby.example/p/7f3k9q"),
        Code128("SF1234567890"),
        Feed(1),
        Text("请于四十八小时内领取。"),
    )
)
"""Every kind of block, and one line (䶮) that goes as a picture."""


@dataclass
class Stand:
    """A printer on the table. `model` is the simulator behind the wire (idle where a real printer is)."""

    model: PrinterModel
    transport: Transport
    patience: Patience
    virtual: bool

    async def learn(self) -> Commissioning:
        return await commission("printer-1", self.transport, dots=self.model.body.dots, answer_s=LISTEN_S)

    def driver(self, known: Commissioning, *, torso: bool = False) -> EscPosPrinter:
        return EscPosPrinter(
            "printer-1",
            self.transport,
            known,
            chance=SeededChance(7),
            patience=self.patience,
            torso=torso,
            inline=self.virtual,
        )

    def with_patience(self, **changes: float) -> Stand:
        return replace(self, patience=replace(self.patience, **changes))

    def nowhere(self) -> Stand:
        """The same, with a wire that leads to nothing."""
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        return replace(self, transport=TcpTransport("127.0.0.1", port))

    async def printer(self) -> EscPosPrinter:
        """Commissioned, as it would be on a box."""
        return self.driver(await self.learn())


Story = Callable[[Stand], Awaitable[None]]


@dataclass(frozen=True)
class Table:
    """Where a printer can be put: `try_out(story)` runs the story on a fresh one."""

    wire: str
    folder: Path

    def try_out(self, story: Story, body: Body | None = None) -> None:
        run = run_virtual if self.wire == "memory" else asyncio.run
        run(self._tell(story, body))

    async def _tell(self, story: Story, body: Body | None) -> None:
        model = PrinterModel(body, now=asyncio.get_running_loop().time)
        async with self._wired(model) as transport:
            virtual = self.wire == "memory"
            await story(Stand(model, transport, VIRTUAL if virtual else PATIENT, virtual))

    @asynccontextmanager
    async def _wired(self, model: PrinterModel) -> AsyncIterator[Transport]:
        if self.wire == "device":
            yield transport_from(os.environ["LOBBY_DEVICE"])
        elif self.wire == "tcp":
            async with tcp_printer(model) as port:
                yield TcpTransport("127.0.0.1", port)
        elif self.wire == "memory":
            driving = asyncio.create_task(drive(model))
            yield MemoryTransport(model)
            driving.cancel()
        else:
            async with pty_printer(model, self.folder / "lp0") as link:
                yield SerialTransport(str(link)) if self.wire == "serial" else UsbTransport(link)


async def eventually(happened: Callable[[], bool]) -> None:
    """Wait for what the other side of a wire does in its own time; fail if it never does."""
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - a test looks at what has no event
            await asyncio.sleep(0.01)


def contract_wires() -> list[str]:
    """Where the contract is held: on the printer that LOBBY_DEVICE names, else on the simulator's wires."""
    return ["device"] if os.environ.get("LOBBY_DEVICE") else ["tcp", "serial", "usb", "memory"]
