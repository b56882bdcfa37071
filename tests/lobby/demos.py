"""A demo as somebody would start it from a shell, and what it says on its console."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
DEVICES = ("simulators.locker", "simulators.printer", "simulators.phone", "simulators.virtual_lobby")
WHAT = (*DEVICES, "serve", "mosquitto.conf")
LAST_LINE = "Ctrl-C ends all of it."
ENDS_WITHIN_S = 60
OURS = {"X-Lobby": "1"}


@dataclass
class Demo:
    """A demo that has said all that it says at its start."""

    process: subprocess.Popen[str]
    state: Path
    said: list[str] = field(default_factory=list)

    def listen(self, until: str) -> None:
        """Read on until a line begins so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if line.startswith(until):
                return
        raise AssertionError("\n".join(["the demo ended and never said:", until, *self.said]))

    @property
    def url(self) -> str:
        """The virtual lobby."""
        line = next(line for line in self.said if line.startswith("The devices alone:"))
        return line.split()[-1].rstrip("/")

    @property
    def pins(self) -> dict[str, str]:
        found = (re.match(r"  (\w+) +(\d{6})  ", line) for line in self.said)
        return {match[1]: match[2] for match in found if match}

    @property
    def pids(self) -> dict[str, int]:
        """Every process of it, by the last word that says what it is."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and parent_of(int(entry.name)) == self.process.pid:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
                found[next((word for word in WHAT if word in words), words[0])] = int(entry.name)
        return found

    def do(self, path: str, **args: object) -> int:
        """A press on the page."""
        return httpx.post(f"{self.url}/do/{path}", json=args, headers=OURS, timeout=30).status_code

    def seen(self, wanted: str) -> str:
        """The page, once it says what is wanted: each change of it comes over the stream."""
        with httpx.stream("GET", f"{self.url}/live?lang=en", timeout=60) as stream:
            page: list[str] = []
            for line in stream.iter_lines():
                page.append(line)
                if line:
                    continue
                if any(wanted in one for one in page):  # the blank line ends an event
                    return "\n".join(page)
                page = []
        raise AssertionError(f"the page never said {wanted}")

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        if how is not signal.SIGKILL and self.process.stdout is not None:
            self.said += self.process.stdout.read().splitlines()
        return self.process.wait(ENDS_WITHIN_S)


@contextmanager
def starting(state: Path, *more: str) -> Iterator[Demo]:
    """`lobby demo` up to its last line. However the test goes, it is ended."""
    command = [sys.executable, "-m", "lobby", "demo", "--state", str(state), *more]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        demo = Demo(process, state)
        try:
            demo.listen(LAST_LINE)
            yield demo
        finally:
            if process.poll() is None:
                demo.end()


def once(state: Path, *more: str) -> tuple[int, str]:
    """A start that ends by itself: its status and what it said."""
    command = [sys.executable, "-m", "lobby", "demo", "--state", str(state), *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False)
    return done.returncode, done.stdout + done.stderr


def parent_of(pid: int) -> int:
    """proc(5), field 4; 0 for a process that is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
