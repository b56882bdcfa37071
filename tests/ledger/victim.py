"""A process that commits as fast as it can and says what it was promised, until it is killed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from edge.ledger import Ledger, Request
from tests.ledger.counter import count, open_ledger

CALLERS = 8


async def caller(ledger: Ledger, number: int) -> None:
    """Each line is one acknowledged commit: its seq, the counter and the amount."""
    turn = 0
    while True:
        turn += 1
        by = 14 + turn % 50
        seq = await ledger.commit(Request(key=f"{os.getpid()}:{number}:{turn}"), count(f"c{number}", by))
        os.write(sys.stdout.fileno(), f"{seq} c{number} {by}\n".encode())


async def main(folder: Path) -> None:
    with open_ledger(folder) as ledger:
        async with asyncio.TaskGroup() as callers:
            for number in range(CALLERS):
                callers.create_task(caller(ledger, number))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
