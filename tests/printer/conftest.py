"""Tables with a printer on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.printer.stand import Table, contract_wires


@pytest.fixture(params=["tcp", "serial", "usb", "memory"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Table:
    """The simulator, on each wire in turn."""
    return Table(request.param, tmp_path)


@pytest.fixture(params=["tcp", "serial", "usb"])
def wired(request: pytest.FixtureRequest, tmp_path: Path) -> Table:
    """The simulator, on each real wire in turn."""
    return Table(request.param, tmp_path)


@pytest.fixture(params=contract_wires())
def any_table(request: pytest.FixtureRequest, tmp_path: Path) -> Table:
    """The simulator on each wire in turn, or the real printer."""
    return Table(request.param, tmp_path)


@pytest.fixture
def virtual(tmp_path: Path) -> Table:
    """No wire, no waiting."""
    return Table("memory", tmp_path)


@pytest.fixture
def tcp(tmp_path: Path) -> Table:
    return Table("tcp", tmp_path)
