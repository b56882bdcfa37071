"""What the settings say reaches the part that it is meant for."""

from __future__ import annotations

from pathlib import Path

from edge.chance import SeededChance
from edge.clock import SystemClock
from lobby.wiring import open_ledger
from tests.parcels.rig import SETTINGS


def test_the_reserve_of_the_settings_is_the_floor_below_which_only_closing_acts_are_written(tmp_path: Path) -> None:
    policy = SETTINGS.policy.model_copy(update={"reserve_mb": 7})
    settings = SETTINGS.model_copy(update={"policy": policy})
    with open_ledger(settings, tmp_path, SystemClock(), SeededChance(1), inline=True) as ledger:
        assert ledger.guard_status().floor_bytes == 7 << 20
