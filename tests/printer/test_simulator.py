"""The simulator itself, at its own wire: what it must do to be believed as a printer."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ports import PrintOutcome, PrintResult
from drivers.printer.commissioning import commission
from drivers.printer.driver import EscPosPrinter
from drivers.printer.transports import TcpTransport, Transport, UsbTransport
from edge.chance import SeededChance
from simulators.control import Peer, Refused
from simulators.printer import faults
from simulators.printer.model import Body, PrinterModel
from simulators.printer.picture import picture
from simulators.printer.wire import next_command
from tests.printer.stand import SLIP

CUT = b"\x1dVB\x00"
CLEAR = bytes.fromhex("10140801031401060208")


def told(model: PrinterModel, data: bytes) -> bytes:
    """What it says to `data`."""
    model.receive(data)
    return model.take()


# --- status


@pytest.mark.parametrize(
    ("fault", "bits"),
    [
        ("", (0x12, 0x12, 0x12, 0x12)),
        (faults.PAPER_LOW, (0x12, 0x12, 0x12, 0x1E)),
        (faults.PAPER_OUT, (0x1A, 0x32, 0x12, 0x7E)),
        (faults.COVER_OPEN, (0x1A, 0x16, 0x12, 0x12)),
    ],
)
def test_it_answers_in_real_time_also_when_it_stands_still(fault: str, bits: tuple[int, ...]) -> None:
    model = PrinterModel()
    if fault:
        model.lay(fault)
    assert tuple(told(model, bytes((0x10, 0x04, question)))[0] for question in (1, 2, 3, 4)) == bits


def test_it_tells_changes_by_itself_once_asked_to() -> None:
    model = PrinterModel()
    assert told(model, b"\x1da\x0e") == bytes((0x10, 0, 0, 0))
    model.lay(faults.PAPER_OUT)
    assert model.take() == bytes((0x18, 0, 0x0F, 0))
    model.refill()
    assert model.take() == bytes((0x10, 0, 0, 0))
    assert told(model, b"\x1b@") == b""
    model.lay(faults.COVER_OPEN)
    assert model.take() == b""


def test_it_answers_the_process_id_only_when_all_before_it_is_printed() -> None:
    model = PrinterModel()
    model.lay(faults.PAPER_OUT, at_dot=40)
    assert told(model, b"one\ntwo\nthree\n" + CUT + b"\x1d(H\x06\x0000ABCD") == b""
    model.refill()
    assert model.take() == b"\x37\x22ABCD\x00"


# --- a real printer's vices


def test_it_goes_on_by_itself_after_the_refill_with_what_it_holds() -> None:
    model = PrinterModel()
    model.lay(faults.PAPER_OUT, at_dot=40)
    model.receive(b"one\ntwo\nthree\n" + CUT)
    assert [slip.text for slip in model.slips] == ["one\ntwo"]  # the end of the roll, in the middle of a line
    model.refill()
    assert [slip.text for slip in model.slips] == ["one\ntwo", "three"]


def test_once_cleared_it_does_not_go_on() -> None:
    model = PrinterModel()
    model.lay(faults.PAPER_OUT, at_dot=40)
    model.receive(b"one\ntwo\nthree\n" + CUT)
    assert told(model, CLEAR) == b"\x37\x25\x00"
    model.refill()
    assert len(model.slips) == 1
    assert model.paper.height == 0


def test_it_obeys_real_time_codes_inside_pictures() -> None:
    model = PrinterModel()
    assert told(model, b"\x1dv0\x00\x08\x00\x01\x00\xff\xff\x10\x04\x01") == b"\x12"


def test_a_half_sent_picture_swallows_what_comes_next_until_nuls_fill_it() -> None:
    model = PrinterModel()
    model.receive(b"\x1dv0\x00\x48\x00\x18\x00" + b"\xff" * 100)
    model.hung_up()
    model.receive(b"next slip\n")
    assert model.paper.text == ""
    model.receive(bytes(72 * 24))
    model.receive(b"free\n")
    assert model.paper.text.endswith("free")


def test_without_being_switched_to_chinese_it_prints_rubbish() -> None:
    model = PrinterModel()
    model.receive("中".encode("gbk") + b"\n\x1c&" + "中".encode("gbk") + b"\n")
    first, second = model.paper.text.splitlines()
    assert first != "中"
    assert second == "中"


def test_four_byte_characters_are_read() -> None:
    model = PrinterModel()
    model.receive(b"\x1c&" + "㐂A".encode("gb18030") + b"\n")
    assert model.paper.text == "㐂A"


def test_it_takes_no_more_than_its_buffer_holds() -> None:
    model = PrinterModel(Body(buffer=100))
    model.lay(faults.COVER_OPEN)
    model.receive(b"x" * 60)
    assert model.room == 40


def test_a_jammed_cutter_stops_it_until_it_is_freed() -> None:
    model = PrinterModel()
    model.lay(faults.CUTTER_ERROR)
    model.receive(b"one\n" + CUT)
    assert (model.trouble, model.slips) == ("cutter", ())
    model.clear(faults.CUTTER_ERROR)
    assert [slip.text for slip in model.slips] == ["one"]


def test_switched_off_and_on_it_has_forgotten_what_it_held() -> None:
    model = PrinterModel()
    model.lay(faults.COVER_OPEN)
    model.receive(b"one\n" + CUT)
    model.power_cycle()
    assert model.dropped
    model.clear(faults.COVER_OPEN)
    assert (model.held, model.slips) == (0, ())


ANY_COMMAND = st.tuples(st.sampled_from([0x1B, 0x1C, 0x1D]), st.integers(0x20, 0x7E)).map(bytes)
OFTEN_WRONG = st.sampled_from(
    [
        *(b"\x1d(k\x03\x001C", b"\x1d(k\x03\x001Q0", b"\x1d(k\x07\x001P0abcd", b"\x1d(k\x01\x001", b"\x1d(H\x01\x000"),
        *(b"\x1d(k\x02\x001C", b"\x1d(k\x03\x001P0", b"\x1dv0\x00\x02\x00\x02\x00", b"\x1dkI\x06{B", b"\x1dkI\x00"),
        *(b"\x1dw\x00", b"\x1dh\x00", b"\x10\x04", b"\x10\x05", b"\x10\x14", CLEAR, CUT, b"\n"),
    ]
)
PIECES = st.one_of(OFTEN_WRONG, ANY_COMMAND, st.binary(max_size=3))


@given(st.lists(PIECES, max_size=30), st.sampled_from(["gb18030", "gb2312", ""]))
def test_any_bytes_are_borne_and_can_be_drawn(pieces: list[bytes], chinese: str) -> None:
    model = PrinterModel(Body(chinese=chinese))
    model.receive(b"\x1c&" + b"".join(pieces) + bytes(300) + b"\n")
    picture(model.paper)
    for slip in model.slips:
        picture(slip)


@given(st.binary(min_size=1, max_size=100))
def test_reading_commands_always_comes_on(data: bytes) -> None:
    found = next_command(data, chinese=True)
    assert found is None or 0 < found[1] <= len(data)


# --- as a process


@contextmanager
def running(*options: str) -> Iterator[dict[str, Any]]:
    """A printer as a process of its own; gives what it says of itself."""
    process = subprocess.Popen([sys.executable, "-m", "simulators.printer", *options], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield orjson.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait(20) == 0


def test_as_a_process_it_prints_shows_its_paper_and_can_be_tampered_with(tmp_path: Path) -> None:
    async def play(found: dict[str, Any]) -> None:
        peer = Peer(found["control"])
        assert await print_on(TcpTransport("127.0.0.1", found["port"])) == PrintOutcome(PrintResult.PRINTED)
        assert [slip["number"] for slip in (await peer.see())["slips"]] == [1]
        assert "PARCEL SLIP" in (await peer.do("text"))["text"]
        picture = base64.b64decode((await peer.do("png", slip=1))["png"])
        assert picture.startswith(b"\x89PNG")
        await peer.do("fault", name=faults.COVER_OPEN)
        assert (await peer.see())["trouble"] == "cover"
        await peer.do("clear", name=faults.COVER_OPEN)
        await peer.do("feed", lines=2)
        assert (await peer.see())["paper"] == {"number": 2, "height": 60}
        await peer.do("fault", name=faults.PAPER_OUT)
        await peer.do("refill")
        assert (await peer.see())["faults"] == []
        assert await refused(peer, "fault", name="printer.on_fire") == "unknown_fault"
        assert await refused(peer, "png", slip=99) == "no_such_slip"
        assert await refused(peer, "dance") == "unknown_act"

    with running("--port", "0") as found:
        asyncio.run(play(found))


def test_as_a_process_it_stands_at_the_end_of_a_line(tmp_path: Path) -> None:
    link = tmp_path / "printer"
    with running("--pty", str(link)) as found:
        assert found["pty"] == str(link)
        assert asyncio.run(print_on(UsbTransport(link))) == PrintOutcome(PrintResult.PRINTED)
    assert not os.path.lexists(link)


def test_every_kind_of_printer_can_be_started() -> None:
    with running("--port", "0", "--dots", "384", "--chinese", "none", "--no-process-id", "--no-clear") as found:
        transport = TcpTransport("127.0.0.1", found["port"])
        known = asyncio.run(commission("printer-1", transport, dots=384, answer_s=1.0))
    assert (known.grade.value, known.clears, known.charset.value) == ("status_only", False, "ascii")


async def refused(peer: Peer, what: str, **args: object) -> str:
    with pytest.raises(Refused) as refusal:
        await peer.do(what, **args)
    return refusal.value.reason


async def print_on(transport: Transport) -> PrintOutcome:
    known = await commission("printer-1", transport)
    return await EscPosPrinter("printer-1", transport, known, chance=SeededChance(1)).print(SLIP)
