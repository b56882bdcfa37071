"""The demo's state folder.

    demo.lock          held while a demo runs here
    running.json       where it can be found, for a second start
    demo.json          seed, PINs, names and the doorkeeper's token (0600): for this demo alone
    pids.json          the processes of this run, so that a run that was killed can be tidied up
    doors.json         the ports of the pages, so that they stay where they were
    lobby.toml         the service's settings, written at each start: ports are chosen anew
    ledger/ printers/  the service's own state
    broker/            mosquitto's credentials and state
    devices/           the locker's configuration and memory, what lies in its cells, the phones' messages, the token
    sample/            the sample building as the office would send it
    logs/              what each process said

`--fresh` removes all of that but the lock and the broker, which forgets what it had retained. A folder that holds
anything else is not a demo's, and is left alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

FOLDERS = ("ledger", "printers", "broker", "devices", "sample", "logs")
FILES = ("demo.lock", "running.json", "demo.json", "pids.json", "doors.json", "lobby.toml")


class DemoUnusable(Exception):
    """The demo cannot run here; the text says why and what to do."""


@dataclass(frozen=True)
class Places:
    state: Path

    @property
    def settings(self) -> Path:
        return self.state / "lobby.toml"

    @property
    def broker(self) -> Path:
        return self.state / "broker"

    @property
    def devices(self) -> Path:
        return self.state / "devices"

    @property
    def sample(self) -> Path:
        return self.state / "sample"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def pids(self) -> Path:
        return self.state / "pids.json"

    @property
    def doors(self) -> Path:
        """The ports of the last run's pages: whoever kept an address finds the lobby there again."""
        return self.state / "doors.json"

    @property
    def running(self) -> Path:
        return self.state / "running.json"

    @property
    def notes(self) -> Path:
        return self.state / "demo.json"

    @property
    def token(self) -> Path:
        """What the box shows to the message gateway."""
        return self.devices / "gateway-token"

    def password_of(self, user: str) -> Path:
        """Where the broker keeps the password of the box or of a device."""
        return self.broker / "credentials" / user

    def make(self) -> None:
        for folder in (self.state, self.devices, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def check(self) -> None:
        """Raises `DemoUnusable` for a folder in which something else lives."""
        if not self.state.exists():
            return
        if not self.state.is_dir():
            raise DemoUnusable(f"{self.state} is not a folder. Name another one with --state.")
        foreign = sorted(path.name for path in self.state.iterdir() if path.name not in {*FOLDERS, *FILES})
        a_real_box = (self.state / "ledger").exists() and not (self.state / "demo.lock").exists()
        if foreign or a_real_box:
            what = ", ".join(foreign[:3]) or "a ledger"
            raise DemoUnusable(
                f"{self.state} holds {what}, which no demo made. Nothing was touched; name another folder with --state."
            )

    def clear(self) -> None:
        """Begin again: all that a demo made goes, but for the lock, and the broker, which ends its own leftovers."""
        for folder in FOLDERS:
            if folder != "broker":
                shutil.rmtree(self.state / folder, ignore_errors=True)
        for file in FILES:
            if file != "demo.lock":
                (self.state / file).unlink(missing_ok=True)


def lock(places: Places) -> IO[str] | None:
    """The folder's lock, for as long as the file stays open; None where another demo holds it."""
    held = (places.state / "demo.lock").open("w", encoding="ascii")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    return held


def read_json(path: Path) -> dict[str, Any]:
    """What stands in a file of ours; nothing where it is not there or was cut off."""
    with suppress(FileNotFoundError, json.JSONDecodeError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all, and for nobody else's eyes."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    fresh.replace(path)
