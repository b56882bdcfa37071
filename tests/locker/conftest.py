"""Lockers to try things on, and one mosquitto for those that need a real one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.mqtt.broker import Broker
from tests.locker.stand import Story, contract_wires, on_virtual_time, over_device, over_mosquitto, real_device
from tests.mqtt.brokers import broker_in


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--device=mqtt://…` where this folder is named on the command line; LOBBY_DEVICE does the same everywhere."""
    if "--device" not in {name for option in parser._anonymous.options for name in option.names()}:
        parser.addoption("--device", help="hold the contract against this board instead of the simulator")


def pytest_configure(config: pytest.Config) -> None:
    device = config.getoption("--device", default=None)
    if device:
        os.environ["LOBBY_DEVICE"] = device


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with broker_in(Path(tmp_path_factory.mktemp("broker"))) as running:
        yield running


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "tell" in metafunc.fixturenames:
        metafunc.parametrize("tell", contract_wires(), indirect=True)


@pytest.fixture
def tell(request: pytest.FixtureRequest, broker: Broker) -> Callable[[Story[Any]], Any]:
    """Tell a story to the simulator in memory, to the simulator behind mosquitto, or to the real board."""
    if request.param == "memory":
        return on_virtual_time
    if request.param == "device":
        return lambda story: over_device(real_device(), story)
    return lambda story: over_mosquitto(broker, story)
