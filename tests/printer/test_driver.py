"""One owner of the printer: it watches, keeps order, leaks nothing and never holds up the box."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import termios
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from drivers.errors import Unavailable
from drivers.ports import Document, Health, PrintOutcome, PrintResult, Text
from drivers.printer.commands import CLEAR_BUFFERS, CUT, INITIALISE, ask_health
from drivers.printer.commissioning import Commissioning
from drivers.printer.driver import EscPosPrinter
from drivers.printer.transports import Link, Transport, _FileLink
from simulators.printer import faults
from simulators.printer.memory import MemoryTransport
from simulators.printer.model import Body
from tests.printer.stand import SLIP, Stand, Table, eventually

PRINTED = PrintOutcome(PrintResult.PRINTED)


def test_the_watch_follows_the_printer_through_its_troubles(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        watching = asyncio.create_task(printer.run())
        seen = []
        for fault in (faults.PAPER_LOW, faults.PAPER_OUT, faults.COVER_OPEN, faults.SILENT):
            stand.model.lay(fault)
            await asyncio.sleep(100)
            seen.append(printer.status().reason)
            stand.model.clear(fault)
            await asyncio.sleep(200)
            assert (printer.status().health, printer.status().reason) == (Health.ONLINE, "")
        assert seen == ["paper_low", "paper", "cover", "silent"]
        watching.cancel()

    virtual.try_out(story)


def test_the_watch_outlives_a_pulled_plug(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        assert isinstance(stand.transport, MemoryTransport)
        watching = asyncio.create_task(printer.run())
        stand.transport.reachable = False
        await asyncio.sleep(1000)
        assert printer.status().reason == "link"
        stand.transport.reachable = True
        await asyncio.sleep(100)
        assert printer.status().health is Health.ONLINE
        watching.cancel()

    virtual.try_out(story)


def test_the_watch_never_speaks_into_a_job(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        watching = asyncio.create_task(printer.run())
        stand.model.lay(faults.SLOW, dots_per_s=50)
        assert await printer.print(SLIP) == PRINTED
        watching.cancel()

    virtual.try_out(story)


def test_a_printer_that_reads_ahead_is_believed_only_when_it_has_printed(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(faults.SLOW, dots_per_s=100)  # read at once, out in six seconds
        assert await printer.print(SLIP) == PRINTED
        stand.model.lay(faults.SLOW, dots_per_s=10)  # out in a minute
        assert await printer.print(SLIP) == PrintOutcome(PrintResult.PARSED)

    virtual.try_out(story, Body(reads_ahead=True))


def test_a_slip_broken_off_by_a_power_cut_is_not_the_head_of_the_next(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        stand.model.receive("半张".encode("gbk") + b"\n\x1dv0\x00\x48\x00\x1e\x00" + b"\xff" * 500)
        printer = stand.driver(known, torso=True)
        assert await printer.print(Document((Text("新的"),))) == PRINTED
        assert stand.model.slips[-1].text == "新的"

    virtual.try_out(story)


def test_the_process_id_of_another_job_proves_nothing(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        first, second = stand.driver(known), stand.driver(known)
        assert await first.print(SLIP) == PRINTED
        stand.model.lay(faults.NO_PROCESS_ID)
        assert await second.print(SLIP) == PrintOutcome(PrintResult.PARSED)  # its id was answered to `first` before

    virtual.try_out(story)


@dataclass
class Echoing:
    """A transport on which all that was said on the last connection turns up once more."""

    transport: Transport
    said: bytes = b""

    async def open(self) -> Link:
        link = await self.transport.open()
        again, self.said = self.said, b""

        async def read() -> bytes:
            nonlocal again
            data, again = again, b""
            data = data or await type(link).read(link)
            self.said += data
            return data

        link.read = read  # type: ignore[method-assign]  # one method of this one link
        return link


@pytest.mark.parametrize("process_id", [True, False])
def test_late_answers_to_the_last_job_prove_nothing_of_this_one(virtual: Table, process_id: bool) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        printer = replace(stand, transport=Echoing(stand.transport)).driver(known)
        await printer.print(SLIP)
        stand.model.lay(faults.SLOW, dots_per_s=10)
        assert await printer.print(SLIP) == PrintOutcome(PrintResult.UNKNOWN, "silent")

    virtual.try_out(story, Body(process_id=process_id))


def test_what_a_usb_printer_said_to_nobody_answers_no_question(tmp_path: Path) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        assert await printer.print(SLIP) == PRINTED
        link = await stand.transport.open()
        assert isinstance(link, _FileLink)
        await link.write(b"".join(map(ask_health, (1, 2, 3, 4))))
        await eventually(lambda: waiting(link) == 4)  # "well", four times, and nobody reads it
        link.close()
        stand.model.lay(faults.PAPER_OUT)
        with pytest.raises(Unavailable) as refused:
            await printer.print(SLIP)
        assert refused.value.reason == "paper"

    Table("usb", tmp_path).try_out(story)


def test_fifty_jobs_leave_no_file_open(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        assert await printer.print(SLIP) == PRINTED
        before = open_files()
        for turn in range(50):
            if turn % 10 == 9:
                stand.model.lay(faults.LINK_DROP, at_byte=400)
                assert (await printer.print(SLIP)).reason == "link"
            else:
                assert await printer.print(SLIP) == PRINTED
        await eventually(lambda: open_files() <= before)

    table.try_out(story)


def test_a_printer_that_takes_no_more_does_not_hold_up_the_loop(wired: Table) -> None:
    async def story(stand: Stand) -> None:
        patient = stand.with_patience(write_s=1.0, answer_s=1.0)
        printer = patient.driver(await stand.learn())
        stand.model.lay(faults.COVER_OPEN, at_dot=60)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        outcome = await printer.print(LONG)
        ticking.cancel()
        assert outcome in {
            PrintOutcome(PrintResult.STALLED, "cover"),
            PrintOutcome(PrintResult.UNKNOWN, "held"),
        }
        assert ticks > 0

    wired.try_out(story)


LONG = Document(tuple(Text("䶮" * 20) for _ in range(200)))  # 430 KB, far more than any printer's buffer


TERMINAL_BYTES = 4096  # that a pseudo terminal counts as delivered, whoever reads them


async def given_up_in_mid_job(stand: Stand) -> EscPosPrinter:
    """A driver that has given up on a printer that stood still and said nothing; it stands and is silent still."""
    printer = stand.with_patience(write_s=1.0, answer_s=1.0).driver(await stand.learn())
    assert await printer.print(SLIP) == PRINTED
    stand.model.lay(faults.COVER_OPEN, at_dot=60)
    stand.model.lay(faults.SILENT, at_byte=100)
    assert await printer.print(LONG) == PrintOutcome(PrintResult.UNKNOWN, "silent")
    return printer


def test_what_the_network_still_held_of_a_job_given_up_is_never_delivered(tcp: Table) -> None:
    async def story(stand: Stand) -> None:
        await given_up_in_mid_job(stand)
        before = stand.model.received
        stand.model.clear(faults.COVER_OPEN)
        link = await stand.transport.open()  # served once the printer has seen the end of the first connection
        await link.write(bytes(3000) + b"next\n")
        await eventually(lambda: stand.model.paper.text.endswith("next"))
        link.close()
        assert stand.model.received - before < 300_000

    tcp.try_out(story)


@pytest.mark.parametrize("wire", ["serial", "usb"])
def test_what_the_line_still_held_of_a_job_given_up_is_never_delivered(wire: str, tmp_path: Path) -> None:
    async def story(stand: Stand) -> None:
        printer = await given_up_in_mid_job(stand)
        stand.model.clear(faults.SILENT)
        stand.model.clear(faults.COVER_OPEN)
        counts = [stand.model.received]
        for _ in range(2):
            assert await printer.print(SLIP) == PRINTED
            counts.append(stand.model.received)
        first, second = counts[1] - counts[0], counts[2] - counts[1]
        freed = Commissioning().paper.longest_command + len(CLEAR_BUFFERS + INITIALISE + CUT)
        assert first <= second + freed + TERMINAL_BYTES

    Table(wire, tmp_path).try_out(story)


def test_the_first_slip_loads_what_is_heavy_and_an_idle_box_does_not(tmp_path: Path) -> None:
    program = (
        "import sys; import drivers.printer.driver, drivers.printer.transports, drivers.printer.commissioning;"
        "print(sorted(sys.modules.keys() & {'PIL', 'escpos', 'segno', 'qrcode'}))"
    )
    assert run_python(program) == "[]"


def test_loading_the_byte_builder_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    program = (
        "from drivers.ports import Document, Rule; from drivers.printer.layout import Paper;"
        "from drivers.printer.codec import encode; encode(Document((Rule(),)), Paper()); print('done')"
    )
    assert run_python(program, TMPDIR=str(tmp_path)) == "done"
    assert list(tmp_path.iterdir()) == []


def run_python(program: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.strip()


def waiting(link: _FileLink) -> int:
    """Bytes that could be read at once."""
    return int.from_bytes(fcntl.ioctl(link._number, termios.FIONREAD, bytes(4)), sys.byteorder)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
