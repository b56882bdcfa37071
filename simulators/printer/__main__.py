"""The printer as a process of its own: `python -m simulators.printer --port 9100 --control 9101`.

Says in one line of JSON on its standard output where it can be found, then works until it is told to end (SIGTERM,
SIGINT).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from simulators.control import control_port
from simulators.printer.adapters import pty_printer, tcp_printer
from simulators.printer.control import PrinterDevice
from simulators.printer.model import Body, PrinterModel


def main() -> None:
    asyncio.run(_run(_options().parse_args()))


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m simulators.printer", description="A receipt printer at its wire.")
    options.add_argument("--port", type=int, help="listen on this TCP port of 127.0.0.1 (0: a free one)")
    options.add_argument("--pty", type=Path, metavar="LINK", help="make a terminal and let LINK lead to it")
    options.add_argument("--control", type=int, default=0, help="TCP port of 127.0.0.1 for faults and paper (0: free)")
    options.add_argument("--dots", type=int, default=576, choices=(384, 576), help="58 mm or 80 mm paper")
    options.add_argument("--chinese", default="gb18030", choices=("gb18030", "gb2312", "none"), help="its Chinese font")
    options.add_argument("--no-process-id", action="store_true", help="cannot tell that a job is printed")
    options.add_argument("--no-clear", action="store_true", help="does not clear its buffers when told")
    options.add_argument("--blind", action="store_true", help="never says anything")
    return options


async def _run(asked: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    model = PrinterModel(_body(asked), now=loop.time)
    async with AsyncExitStack() as stack:
        control = await stack.enter_async_context(control_port(PrinterDevice(model), asked.control))
        found: dict[str, int | str] = {"control": control}
        if asked.pty is not None:
            found["pty"] = str(await stack.enter_async_context(pty_printer(model, asked.pty)))
        if asked.port is not None or asked.pty is None:
            found["port"] = await stack.enter_async_context(tcp_printer(model, asked.port or 0))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        await end.wait()


def _body(asked: argparse.Namespace) -> Body:
    return Body(
        dots=asked.dots,
        chinese="" if asked.chinese == "none" else asked.chinese,
        process_id=not asked.no_process_id,
        clears=not asked.no_clear,
        answers=not asked.blind,
    )


if __name__ == "__main__":
    main()
