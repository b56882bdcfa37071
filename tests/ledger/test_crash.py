"""kill -9 at any moment: nothing acknowledged is lost, and the journal and its tables are whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from edge.ledger.opening import inspecting
from edge.ledger.verify import verify

from .counter import Counted, open_ledger

KILLS = int(os.environ.get("LOBBY_KILLS", "12"))
ROOT = Path(__file__).parents[2]


def killed(folder: Path, after_bytes: int) -> list[bytes]:
    """Run the victim, kill it once it has said this much, and return the whole lines that it said."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.victim", str(folder)], stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read(after_bytes) if after_bytes else b""
        process.kill()
        said += process.stdout.read()
    return said.split(b"\n")[:-1]


@pytest.mark.timeout(60 + 10 * KILLS)
@pytest.mark.invariant(5, 6)
def test_nothing_acknowledged_is_lost_by_a_kill_at_a_random_moment(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    acknowledged: dict[int, Counted] = {}
    for _ in range(KILLS):
        for line in killed(tmp_path, chance.choice([0, 1, 40, 400, 4_000]) * chance.randint(1, 9)):
            seq, name, by = line.split()
            assert int(seq) not in acknowledged
            acknowledged[int(seq)] = Counted(name.decode(), int(by))
        if (tmp_path / "ledger.db").exists():
            whole(tmp_path, acknowledged)
    assert len(acknowledged) > KILLS


def whole(folder: Path, acknowledged: dict[int, Counted]) -> None:
    """The ledger verifies as it was left, opens, holds all that was acknowledged, and its tables are the fold."""
    if (folder / "keys" / "code.key").exists():  # or the very first opening was cut off
        with inspecting(folder) as (db, _, box):
            verify(db, box)
    with open_ledger(folder) as ledger:
        assert ledger.head.seq >= max(acknowledged, default=0)
        assert ledger.compare() == {}
        with ledger.reading() as db:
            for seq, fact in acknowledged.items():
                row = db.execute("SELECT kind, data FROM entry WHERE seq = ?", (seq,)).fetchone()
                assert ledger.vocabulary.decode(row["kind"], row["data"]) == fact
