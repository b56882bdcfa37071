"""kill -9 at random moments under load: what was acknowledged is still there, and all of it adds up."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.chance import SystemChance
from edge.clock import SystemClock
from edge.ledger import Ledger, Request
from edge.ledger.commands import verify
from edge.parcels.tables import parcel_row
from lobby.wiring import PROJECTIONS
from tests.parcels.rig import SETTINGS

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("LOBBY_KILLS", "40"))
"""Kills a test; there are five."""

IS_NOW = {
    "registered": {"on_shelf", "collected"},
    "collected": {"collected"},
    "in_cell": {"in_cell", "collected"},
}


def live_and_die(state: Path, life: int, after_s: float) -> list[tuple[str, str]]:
    """One life of the service, killed `after_s` after its first acknowledgement; what it had acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.lobby.crash_child", str(state), str(life)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    deadline = time.monotonic() + after_s
    while time.monotonic() < deadline:
        pass  # a random moment, not a scheduler's
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read()
    child.wait()
    child.stdout.close()
    lines = [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    assert first, "the service did not come up again after being killed"
    return [(what, parcel) for what, parcel in (line.split() for line in lines)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(5))
def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    acknowledged: list[tuple[str, str]] = []
    for life in range(KILLS):
        acknowledged += live_and_die(tmp_path, seed * 1000 + life, dice.uniform(0.0, 0.25))
        _check(tmp_path, acknowledged)
    assert len(acknowledged) > KILLS


def _check(state: Path, acknowledged: list[tuple[str, str]]) -> None:
    clock = SystemClock()
    with Path("/dev/null").open("w") as nowhere:
        verify(state / "ledger", nowhere, nowhere, clock)
    ledger = Ledger.open(
        state / "ledger", box=SETTINGS.box.id, projections=PROJECTIONS, clock=clock, chance=SystemChance(), inline=True
    )
    try:
        assert ledger.compare() == {}, "tables = fold(journal)"
        with ledger.reading() as db:
            for what, parcel in acknowledged:
                row = parcel_row(db, parcel)
                assert row is not None, f"{parcel} was acknowledged as {what}"
                assert row.state in IS_NOW[what], f"{parcel} was acknowledged as {what}"
            for device, cell, owners in db.execute(
                "SELECT device, cell, count(*) FROM parcels WHERE cell <> '' GROUP BY device, cell"
            ):
                assert owners == 1, f"{device} {cell} has {owners} owners"
        asyncio.run(ledger.commit(Request(), lambda _: None))
    finally:
        ledger.close()
