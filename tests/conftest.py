"""What every test gets: leaks fail it, Hypothesis is repeatable, waiting has an end."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

THREAD_GRACE_S = 5.0
"""How long a thread that was told to end may take; a healthy one is gone at once."""

settings.register_profile("lobby", deadline=None, derandomize=True)
settings.load_profile("lobby")


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread running or a file, socket or terminal open.

    What a module- or session-wide fixture holds was there before and is not counted. A test that cannot help it says
    `@pytest.mark.keeps("threads", reason="…")`.
    """
    kept = {what for mark in request.node.iter_markers("keeps") for what in mark.args}
    threads_before = set(threading.enumerate())
    files_before = _open_files()
    yield
    left_threads = [] if "threads" in kept else _threads_beside(threads_before)
    left_files = [] if "files" in kept else _files_beside(files_before)
    if left_threads or left_files:
        pytest.fail(f"left behind: threads {left_threads}, files {left_files}", pytrace=False)


def _threads_beside(before: set[threading.Thread]) -> list[str]:
    for thread in set(threading.enumerate()) - before:
        thread.join(THREAD_GRACE_S)
    return sorted(thread.name for thread in set(threading.enumerate()) - before)


def _open_files() -> dict[str, str]:
    """Each open descriptor of this process with what it leads to, those that only the interpreter keeps left out."""
    found: dict[str, str] = {}
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(link)  # noqa: PTH115 - `socket:[17]` is no path
        except FileNotFoundError:  # the descriptor that lists the others
            continue
        if not target.startswith(("/dev/null", "/dev/urandom", "/proc/")):
            found[link.name] = target
    return found


def _files_beside(before: dict[str, str]) -> list[str]:
    if not _new_files(before):
        return []
    gc.collect()  # what is only unreachable is closed by now, and its ResourceWarning has been an error
    return _new_files(before)


def _new_files(before: dict[str, str]) -> list[str]:
    return sorted(target for number, target in _open_files().items() if before.get(number) != target)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which days were simulated in this run, so that each can be played again."""
    reports = [one for group in terminalreporter.stats.values() for one in group if isinstance(one, pytest.TestReport)]
    seeds = sorted({str(value) for one in reports for name, value in one.user_properties if name == "simulated_seed"})
    if seeds:
        terminalreporter.write_line(f"simulated days, by seed: {', '.join(seeds)}")
