"""mosquitto as a child of ours, without privileges, on a loopback port: for the demo, for tests, for a first day.

In a building it runs as a service of its own with TLS (docs/broker.md); the configuration is the same.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from drivers.given import Dice
from drivers.mqtt.backoff import Backoff
from drivers.mqtt.broker_files import (
    BOX_USER,
    BrokerPlan,
    make_credentials,
    read_password,
    write_broker_files,
)
from drivers.mqtt.paho_wire import PahoWire

READY_WITHIN_S = 10.0
ENDS_WITHIN_S = 5.0
ASK_EVERY_S = 0.25
LOOK_EVERY_S = 0.02
WATCH_EVERY_S = 1.0

SERVICE_USER = "mosquitto"
"""Whom the process belongs to when we are root; Debian's package makes this user."""


class BrokerUnusable(Exception):
    """The broker did not start. `code`: `not_installed`, `already_running`, `port_in_use`, `died`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def start_broker(folder: Path, port: int, *, box: str, devices: Sequence[str], dice: Dice) -> Broker:
    """Start mosquitto with its state in `folder`; return when it takes connections.

    A broker that an earlier, killed run left behind in this folder is ended first. Blocks for some tens of
    milliseconds. Raises `BrokerUnusable`, `ValueError` for a bad name.
    """
    plan = BrokerPlan(box, tuple(devices), port)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    lock = _lock(folder)
    try:
        _end_leftover(state)
        credentials = make_credentials(folder / "credentials", plan.users, dice)
        write_broker_files(state, plan, credentials, dice)
        broker = Broker(plan, state, {user: read_password(file) for user, file in credentials.items()}, lock, dice)
        broker.start()
    except BaseException:
        lock.close()
        raise
    return broker


@dataclass(frozen=True)
class _Owner:
    """Whom root gives the files and the process to."""

    uid: int
    gid: int

    @classmethod
    def find(cls) -> _Owner | None:
        """None when we are not root: then both stay ours."""
        if os.geteuid() != 0:
            return None
        for name in (SERVICE_USER, "nobody"):
            with suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid)
        raise BrokerUnusable("not_installed", "there is no user without privileges to run it as")

    def take(self, state: Path) -> None:
        for path in (state, *state.iterdir()):
            os.chown(path, self.uid, self.gid)


class Broker:
    """A running mosquitto. `stop`, `kill` and `restart` block until it is done; all may be called again and again."""

    def __init__(self, plan: BrokerPlan, state: Path, passwords: dict[str, str], lock: IO[str], dice: Dice) -> None:
        self._plan = plan
        self._state = state
        self._passwords = passwords
        self._lock = lock
        self._dice = dice
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = False

    @property
    def folder(self) -> Path:
        """Where `credentials/` and `state/` lie."""
        return self._state.parent

    @property
    def port(self) -> int:
        return self._plan.port

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wire(self, user: str = BOX_USER, *, port: int | None = None) -> PahoWire:
        """The way to it for the box or for a device; another `port` where something stands in between."""
        return PahoWire(self._plan.host, port or self._plan.port, user, self._passwords[user])

    def password_of(self, user: str) -> str:
        return self._passwords[user]

    def start(self) -> None:
        """Raises `BrokerUnusable`."""
        if self.is_running:
            return
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
        if program is None:
            raise BrokerUnusable("not_installed", "the package mosquitto is missing")
        _check_free(self._plan.host, self._plan.port)
        owner = _Owner.find()
        with (self._state / "broker.log").open("wb") as log:
            if owner is not None:
                owner.take(self._state)
            self._process = subprocess.Popen(
                [program, "-c", "mosquitto.conf"],
                cwd=self._state,  # all paths in the configuration are relative: nobody else needs to reach the folder
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=owner.uid if owner is not None else None,
                group=owner.gid if owner is not None else None,
                extra_groups=[] if owner is not None else None,
            )
        (self._state / "broker.pid").write_text(str(self._process.pid), encoding="ascii")
        self._wanted = True
        self._await_ready(self._process)

    def stop(self) -> None:
        """End it in order and let the folder go."""
        self._end(signal.SIGTERM)
        self._lock.close()

    def kill(self) -> None:
        """Pull its plug. `start` plugs it in again."""
        self._end(signal.SIGKILL)

    def restart(self, *, forget: bool = False) -> None:
        """Kill and start it; with `forget` it has lost all that was retained."""
        self.kill()
        if forget:
            (self._state / "retained.db").unlink(missing_ok=True)
        self.start()

    async def supervise(self) -> None:
        """Start it again whenever it dies by itself, until cancelled."""
        backoff = Backoff(self._dice)
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            if self._wanted and not self.is_running:
                await asyncio.sleep(backoff.next_s())
                with suppress(BrokerUnusable):
                    await asyncio.to_thread(self.start)

    def log(self) -> str:
        return (self._state / "broker.log").read_text(encoding="utf-8", errors="replace")

    def _end(self, how: signal.Signals) -> None:
        """mosquitto forgets a SIGTERM that comes in its first milliseconds, so it is told more than once."""
        self._wanted = False
        process, self._process = self._process, None
        if process is None:
            return
        for _ in range(int(ENDS_WITHIN_S / ASK_EVERY_S)):
            process.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                process.wait(ASK_EVERY_S)
                break
        else:
            process.kill()
            process.wait()
        (self._state / "broker.pid").unlink(missing_ok=True)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(int(READY_WITHIN_S / LOOK_EVERY_S)):
            with suppress(OSError), socket.create_connection((self._plan.host, self._plan.port), timeout=1):
                return
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_EVERY_S)
                break
        said = self.log().strip()[-500:]
        self._end(signal.SIGKILL)
        raise BrokerUnusable("died", said)


def _check_free(host: str, port: int) -> None:
    """Somebody else on the port would otherwise be taken for our broker."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BrokerUnusable("port_in_use", f"{host}:{port}: {error.strerror}") from None


def _lock(folder: Path) -> IO[str]:
    """Hold the folder for this process; the lock goes with us, however we end."""
    lock = (folder / "lock").open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise BrokerUnusable("already_running", f"another process runs the broker in {folder}") from None
    return lock


def _end_leftover(state: Path) -> None:
    """End the broker of a run that was killed. Only one that works in this very folder is ours."""
    note = state / "broker.pid"
    with suppress(OSError, ValueError):
        pid = int(note.read_text(encoding="ascii"))
        here = Path(f"/proc/{pid}/cwd").readlink() == state.resolve()
        if here and Path(f"/proc/{pid}/exe").readlink().name.startswith("mosquitto"):
            handle = os.pidfd_open(pid)
            try:
                signal.pidfd_send_signal(handle, signal.SIGTERM)
                _wait_for_end(handle)
            finally:
                os.close(handle)
    note.unlink(missing_ok=True)


def _wait_for_end(handle: int) -> None:
    """A pidfd becomes readable when its process ends (pidfd_open(2))."""
    select.select([handle], [], [], ENDS_WITHIN_S)
