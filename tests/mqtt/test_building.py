"""The broker as docs/broker.md sets it up in a building: its very lines, with TLS."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.mqtt.broker_files import BOX_USER, BrokerPlan, access_rules, password_line
from drivers.mqtt.link import Hello, LinkLost, Message, NotDelivered, Subscription
from drivers.mqtt.paho_wire import PahoWire
from tests.mqtt.brokers import free_port
from tests.mqtt.certificates import make_certificate

DOCUMENT = Path(__file__).parents[2] / "docs" / "broker.md"
SITE = "/etc/lobby-edge/broker/"
SECRET = "a secret"
ROOT = "lobby/v1/wutongli-3"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PahoWire]:
    """mosquitto with the lines of the document; only ports and folders are others. The wire leads to its TLS side."""
    folder = Path(tmp_path_factory.mktemp("building"))
    make_certificate(folder, "broker")
    plain, secure = free_port(), free_port()
    config = block("conf").replace(SITE, "").replace("/var/lib/lobby-broker/", "./")
    config = config.replace("listener 1883", f"listener {plain}").replace(
        "listener 8883", f"listener {secure} 127.0.0.1"
    )
    if os.geteuid() == 0:
        config += "user root\n"  # the folder is ours
    (folder / "mosquitto.conf").write_text(config)
    (folder / "access").write_text(block("access"))
    (folder / "passwords").write_text(
        "".join(password_line(user, SECRET, b"twelve bytes") for user in ("box", "locker-1"))
    )
    with subprocess.Popen(["mosquitto", "-c", "mosquitto.conf"], cwd=folder, stderr=subprocess.DEVNULL) as process:
        wire = PahoWire("127.0.0.1", secure, "box", SECRET, folder / "ca.pem")
        try:
            asyncio.run(_until_it_answers(wire))
            yield wire
        finally:
            process.terminate()


async def _until_it_answers(wire: PahoWire) -> None:
    for _ in range(100):
        with suppress(LinkLost):
            async with wire.connect(Hello("x", ())):
                return
        await asyncio.sleep(0.05)
    pytest.fail("the broker of the document does not start")


def test_a_command_reaches_its_board_over_tls(building: PahoWire) -> None:
    topic = f"{ROOT}/locker-1/cmd/pulse"

    async def story() -> None:
        board = replace(building, user="locker-1")
        async with board.connect(Hello("x", (Subscription(topic),))) as link, building.connect(Hello("x", ())) as box:
            for size in (10, 60_000):  # a large one comes in several TLS records
                await box.publish(Message(topic, b"x" * size))
                async with asyncio.timeout(10):
                    assert len((await link.receive()).payload) == size

    asyncio.run(story())


def test_a_board_may_not_command(building: PahoWire) -> None:
    async def story() -> None:
        async with replace(building, user="locker-1").connect(Hello("x", ())) as link:
            await link.publish(Message(f"{ROOT}/locker-1/cmd/pulse", b"{}"))

    with pytest.raises(NotDelivered, match="not_authorized"):
        asyncio.run(story())


def test_a_broker_that_is_not_of_our_authority_is_not_believed(building: PahoWire, tmp_path: Path) -> None:
    make_certificate(tmp_path, "impostor")

    async def story() -> None:
        async with replace(building, ca_file=tmp_path / "ca.pem").connect(Hello("x", ())):
            pass

    with pytest.raises(LinkLost, match="certificate"):
        asyncio.run(story())


def test_without_tls_nobody_is_let_in_on_the_secure_side(building: PahoWire) -> None:
    async def story() -> None:
        async with replace(building, ca_file=None).connect(Hello("x", ())):
            pass

    with pytest.raises(LinkLost):
        asyncio.run(story())


def test_the_rules_of_the_document_are_those_of_the_program() -> None:
    plan = BrokerPlan("wutongli-3", ("locker-1",), 8883)
    assert block("access").split() == access_rules(plan).split()
    assert BOX_USER == "box"
