"""The start of the service until "ready", and its memory with every driver on: `python -m bench.service`.

The house is the demo's sample building with its real mosquitto, locker, printer and phones. The reference is an
interpreter that only imports the same web framework and serves nothing.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from bench.report import heading, report
from edge.settings import load

ROUNDS = 5
START_S, MEMORY_MB = 1.5, 100.0
PATIENCE_S = 180.0
BARE = "import fastapi, uvicorn, pydantic; print('ready', flush=True); input()"
LOBBY = (sys.executable, "-m", "lobby")


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def bare() -> tuple[float, float]:
    """Seconds and megabytes of the reference."""
    began = perf_counter()
    with subprocess.Popen([sys.executable, "-c", BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        took, size = perf_counter() - began, resident_mb(process.pid)
        process.communicate(b"\n")
    return took, size


def wait_for(what: Callable[[], bool], every_s: float = 0.01) -> None:
    until = perf_counter() + PATIENCE_S
    while not what():
        if perf_counter() > until:
            raise TimeoutError("the lobby did not come up")
        sleep(every_s)


def readiness(port: int) -> dict[str, object]:
    """What /readyz says; empty while nobody answers or the answer is no."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return dict(json.load(answer))
    except (urllib.error.URLError, OSError):
        return {}


def port_of(state: Path) -> int:
    return load(state / "lobby.toml").http.port


def all_online(state: Path) -> bool:
    file = state / "running.json"
    devices = readiness(port_of(state)).get("devices", {}) if file.exists() and (state / "lobby.toml").exists() else {}
    return bool(devices) and all(device["health"] != "offline" for device in devices.values())  # type: ignore[attr-defined]


def with_every_driver_on(state: Path) -> float:
    """Megabytes of the service in a running demo, all devices online."""
    with subprocess.Popen([*LOBBY, "demo", "--state", str(state)], stdout=subprocess.DEVNULL) as demo:
        try:
            wait_for(lambda: all_online(state), 0.5)
            return resident_mb(json.loads((state / "pids.json").read_text(encoding="utf-8"))["service"][0])
        finally:
            demo.send_signal(signal.SIGINT)


def start_s(state: Path) -> float:
    """Seconds from the start of the process until it says that it is ready."""
    port, began = port_of(state), perf_counter()
    with subprocess.Popen([*LOBBY, "serve", "--state", str(state)], stderr=subprocess.DEVNULL) as service:
        try:
            wait_for(lambda: bool(readiness(port)))
            return perf_counter() - began
        finally:
            service.terminate()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "demo"
        memory_mb = with_every_driver_on(state)
        rounds = [(bare(), start_s(state)) for _ in range(ROUNDS)]
    bare_s, bare_mb = median(took for (took, _), _ in rounds), median(size for (_, size), _ in rounds)
    took_s = median(took for _, took in rounds)
    heading()
    goals = [
        report("service start until ready", took_s, "s", bare_s, f"<= {START_S} s", took_s <= START_S),
        report("memory, every driver on", memory_mb, "MB", bare_mb, f"<= {MEMORY_MB:.0f} MB", memory_mb <= MEMORY_MB),
    ]
    sys.exit(0 if all(goals) else 1)


if __name__ == "__main__":
    main()
