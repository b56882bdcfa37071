"""One mosquitto for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.mqtt.broker import Broker
from tests.mqtt.brokers import broker_in


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with broker_in(Path(tmp_path_factory.mktemp("broker"))) as running:
        yield running
