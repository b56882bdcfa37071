"""The demo's processes: started by their list of arguments, ended by their id, watched in between.

One that ends by itself is begun again after a moment, as systemd would do it, and the console says so. What each of
them writes goes into a log of its own.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from lobby.demo.places import read_json, write_json

ENDS_WITHIN_S = 6.0
"""The service closes its streams within two seconds and its ledger after that; then it is killed."""

STARTS_WITHIN_S = 30.0
LOOK_EVERY_S = 0.05
RESTART_S = 1.0
"""As `RestartSec=` in systemd/."""

LONGEST_RESTART_S = 15.0


class ChildState(StrEnum):
    """`OFF`: its power is switched off; `DOWN`: it ended by itself and is begun again in a moment."""

    STARTING = "starting"
    RUNNING = "running"
    OFF = "off"
    DOWN = "down"


class ChildFailed(Exception):
    """A process did not come up; the text names it and its log."""


class Pids:
    """The processes of this run by name, in a file: with their start time, because ids are used again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[int]] = {}

    def note(self, name: str, pid: int) -> None:
        self._known[name] = [pid, _start_time(pid)]
        write_json(self._path, self._known)

    def forget(self, name: str) -> None:
        if self._known.pop(name, None):
            write_json(self._path, self._known)

    def end_leftovers(self) -> list[str]:
        """End what a killed run left behind; the names of those."""
        found = []
        for name, (pid, started) in read_json(self._path).items():
            with suppress(OSError):
                if started and _start_time(pid) == started:
                    _end_other(pid)
                    found.append(name)
        self._path.unlink(missing_ok=True)
        return found


class Child:
    """`ready` is what it writes once it has come up: only its own word counts, for anybody may listen at a port.

    `say` tells the console.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        log: Path,
        pids: Pids,
        ready: str,
        say: Callable[[str], None],
    ) -> None:
        self.name = name
        self.state = ChildState.OFF
        self.on_change: Callable[[], None] = lambda: None
        self._arguments = arguments
        self._log = log
        self._pids = pids
        self._ready = ready.encode()
        self._began_at = 0
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._wanted = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises `ChildFailed`."""
        self._wanted.set()
        await self._spawn()

    async def watch(self) -> None:
        """Begin it again whenever it ends and its power is on, until cancelled."""
        wait_s = RESTART_S
        while True:
            if self._process is not None:
                status = await self._process.wait()
                self._ended(status)
            if self._wanted.is_set():
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, LONGEST_RESTART_S)
            else:
                wait_s = RESTART_S
                await self._wanted.wait()
            if self._wanted.is_set() and self._process is None:
                with suppress(ChildFailed):
                    await self._spawn()
                    wait_s = RESTART_S

    def power_off(self) -> bool:
        """kill -9, and keep it off. False where it was off already."""
        if not self._wanted.is_set():
            return False
        self._wanted.clear()
        self._show(ChildState.OFF)
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
        return True

    def power_on(self) -> bool:
        if self._wanted.is_set():
            return False
        self._show(ChildState.STARTING)
        self._wanted.set()
        return True

    async def end(self) -> None:
        """End it in order, or after a while by force."""
        self._wanted.clear()
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(ENDS_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                self._say(f"{self.name} did not end by itself and was killed.")
                process.kill()
                await process.wait()
        self._pids.forget(self.name)
        self._show(ChildState.OFF)

    async def _spawn(self) -> None:
        self._show(ChildState.STARTING)
        with self._log.open("ab") as log:
            self._began_at = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends its processes in order
            )
        self._pids.note(self.name, self._process.pid)
        await self._until_ready(self._process)

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                while process.returncode is None and not self._is_ready():  # noqa: ASYNC110 - it is another process
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise ChildFailed(f"{self.name} did not come up in {STARTS_WITHIN_S:.0f} s; see {self._log}") from None
        if process.returncode is not None:
            raise ChildFailed(f"{self.name} ended at once; its last words are in {self._log}")
        if self._wanted.is_set():
            self._show(ChildState.RUNNING)

    def _is_ready(self) -> bool:
        with self._log.open("rb") as log:
            log.seek(self._began_at)
            return self._ready in log.read()

    def _ended(self, status: int) -> None:
        self._process = None
        self._pids.forget(self.name)
        if self._wanted.is_set():
            self._show(ChildState.DOWN)
            self._say(f"{self.name} ended unexpectedly ({_how(status)}) and is started again; see {self._log}")
        else:
            self._show(ChildState.OFF)

    def _show(self, state: ChildState) -> None:
        if state is not self.state:
            self.state = state
            self.on_change()


def _how(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _start_time(pid: int) -> int:
    """When a process began, in clock ticks since boot (proc(5), field 22); 0 where it is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(after_name[19])


def _end_other(pid: int) -> None:
    """End a process that is not our child: a pidfd becomes readable when it is gone (pidfd_open(2))."""
    handle = os.pidfd_open(pid)
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            signal.pidfd_send_signal(handle, number)
            if select.select([handle], [], [], ENDS_WITHIN_S)[0]:
                return
    finally:
        os.close(handle)
