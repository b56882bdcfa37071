"""A slip from document to proof, beside bare sockets and bare python-escpos: `python -m bench.printer`.

The printer is the simulator as a process of its own. Both sides take turns, so that a noisy machine is noisy for both;
the median counts.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter

from escpos.printer import Dummy

from bench.report import heading, report
from drivers.ports import Align, Document, Pair, QrCode, Rule, Text
from drivers.printer.codec import encode
from drivers.printer.commands import AUTO_STATUS, CUT, INITIALISE, ask_completion, ask_health
from drivers.printer.commissioning import commission
from drivers.printer.driver import EscPosPrinter
from drivers.printer.layout import Charset, Paper
from drivers.printer.transports import TcpTransport
from edge.chance import SystemChance

ROUNDS = 200
LINE_BYTES_PER_S = 11_520  # a serial line at 115200 baud

PAIRS = [
    ("编号 No.", "A-000123"),
    ("单元 Unit", "3 座 1502"),
    ("收件人 To", "张*三"),
    ("快递 Carrier", "顺丰速运"),
    ("时间 Time", "2026-11-22 14:26"),
    ("存放 Where", "B05"),
]
LINK = "https://lobby.example/p/7f3k9q"
SLIP = Document(
    (
        Text("包裹领取单", Align.CENTRE, size=2, bold=True),
        Text("PARCEL SLIP", Align.CENTRE),
        Rule(),
        *(Pair(label, value) for label, value in PAIRS),
        Rule(),
        QrCode(LINK),
        Text("请于四十八小时内领取。"),
    )
)
BODY = encode(SLIP, Paper()).data


def bare_bytes() -> bytes:
    """The same words and code with nothing but python-escpos, no layout and no guard."""
    tape = Dummy()
    tape.hw("INIT")
    tape.set(align="center", bold=True, double_width=True, double_height=True)
    for label, value in PAIRS:
        tape._raw(f"{label} {value}\n".encode("gbk"))  # noqa: SLF001 - its text() knows no Chinese
    tape.qr(LINK, native=True, size=6)
    tape.cut(feed=False)
    return bytes(tape.output)


def bare_print(port: int) -> None:
    """The same job on a bare socket: ask how it is, send, wait for the proof."""
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for question in (1, 2, 3, 4):
            wire.sendall(ask_health(question))
            wire.recv(1)
        wire.sendall(INITIALISE + AUTO_STATUS + BODY + CUT + ask_completion(b"BARE"))
        said = b""
        while b"BARE" not in said:
            said += wire.recv(100)


@contextmanager
def simulated() -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-m", "simulators.printer", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(json.loads(process.stdout.readline())["port"])
        finally:
            process.terminate()


async def timed_prints(port: int) -> tuple[float, float]:
    """Milliseconds a slip: ours, bare."""
    transport = TcpTransport("127.0.0.1", port)
    printer = EscPosPrinter("bench", transport, await commission("bench", transport), chance=SystemChance())
    ours, bare = [], []
    for _ in range(ROUNDS):
        begin = perf_counter()
        await printer.print(SLIP)
        ours.append(perf_counter() - begin)
        begin = perf_counter()
        bare_print(port)
        bare.append(perf_counter() - begin)
    return median(ours) * 1000, median(bare) * 1000


def timed_encodings() -> tuple[float, float]:
    """Milliseconds a slip: ours, bare."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        begin = perf_counter()
        encode(SLIP, Paper())
        ours.append(perf_counter() - begin)
        begin = perf_counter()
        bare_bytes()
        bare.append(perf_counter() - begin)
    return median(ours) * 1000, median(bare) * 1000


def resident_mb(program: str) -> float:
    """Memory of a fresh interpreter after `program`."""
    tail = ";print(int(open('/proc/self/statm').read().split()[1]) * 4096 / 1e6)"
    done = subprocess.run([sys.executable, "-c", program + tail], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> int:
    heading()
    kept = []
    text, dots = len(BODY), len(encode(SLIP, Paper(charset=Charset.NONE)).data)
    kept.append(report("slip as text beside the same as pictures", text, "bytes", dots, "<= 0.05", text <= 0.05 * dots))
    seconds = dots / LINE_BYTES_PER_S
    print(f"    (as pictures it would take {seconds:.1f} s at 115200 baud, as text {text / LINE_BYTES_PER_S:.2f} s)")
    ours, bare = timed_encodings()
    kept.append(report("document to bytes, beside bare python-escpos", ours, "ms", bare, "<= 15", ours <= 15 * bare))
    with simulated() as port:
        ours, bare = asyncio.run(timed_prints(port))
    kept.append(report("slip asked, printed, proven, beside a bare socket", ours, "ms", bare, "<= 3", ours <= 3 * bare))
    idle = resident_mb("import asyncio, drivers.printer.driver")
    base = resident_mb("import asyncio, serial")
    kept.append(
        report("idle printer driver, beside asyncio and pyserial", idle, "MB", base, "<= 1.25", idle <= 1.25 * base)
    )
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
