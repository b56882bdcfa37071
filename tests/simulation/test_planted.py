"""Whoever plants a bug is found out within fifty simulated days."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lobby.simulation.campaign import Campaign

from .planted import PLANTS

WITHIN_DAYS = 50


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_caught(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    violations = next((out.violations for _, _, out in Campaign(seed=1, days=WITHIN_DAYS).run() if not out.holds), ())
    assert violations
