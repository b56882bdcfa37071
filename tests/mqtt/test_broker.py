"""mosquitto as we set it up: who comes in, who may say and hear what, and what becomes of it when it is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from drivers.mqtt.broker import Broker, BrokerUnusable, start_broker
from drivers.mqtt.broker_files import BrokerPlan
from drivers.mqtt.link import Hello, LinkLost, Message, NotDelivered, Subscription
from drivers.mqtt.paho_wire import PahoWire
from edge.chance import SystemChance
from tests.mqtt.brokers import BOX, CABINET, LOCKER, broker_in, free_port

ROOT = f"lobby/v1/{BOX}"
OWN = {
    LOCKER: [f"{ROOT}/{LOCKER}/hb", f"{ROOT}/{LOCKER}/state/B05", f"{ROOT}/{LOCKER}/event", f"{ROOT}/{LOCKER}/status"],
    "box": [f"{ROOT}/{LOCKER}/cmd/pulse", f"{ROOT}/{CABINET}/cmd/ack"],
}
REPLY = f"{ROOT}/edge/reply"


def listening(*filters: str) -> Hello:
    return Hello("ignored", tuple(Subscription(one) for one in filters))


async def until(true: Callable[[], bool]) -> None:
    """Look again and again, for half a minute at most."""
    for _ in range(600):
        if true():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it never came true")


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


async def publish(broker: Broker, user: str, topic: str, payload: bytes = b"{}") -> None:
    async with broker.wire(user).connect(listening()) as link:
        await link.publish(Message(topic, payload))


def may_publish(broker: Broker, user: str, topic: str) -> bool:
    try:
        asyncio.run(publish(broker, user, topic))
    except NotDelivered as error:
        return error.reason != "not_authorized"
    return True


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(lambda broker: replace(broker.wire(), user="", password=""), id="empty name"),
        pytest.param(lambda broker: replace(broker.wire(), user="stranger", password="x"), id="unknown name"),
        pytest.param(lambda broker: replace(broker.wire(), password="x"), id="wrong password"),
        pytest.param(
            lambda broker: replace(broker.wire(), password=broker.password_of(LOCKER)), id="somebody else's password"
        ),
    ],
)
def test_a_stranger_does_not_come_in(broker: Broker, wire: Callable[[Broker], PahoWire]) -> None:
    async def knock() -> None:
        async with wire(broker).connect(listening("#")):
            pass

    with pytest.raises(LinkLost, match="not_authorized"):
        asyncio.run(knock())


def test_nobody_comes_in_without_any_name(broker: Broker) -> None:
    """Not by our own wire, which always gives one."""
    said: list[bool] = []
    stranger = Client(CallbackAPIVersion.VERSION2, "stranger", protocol=MQTTProtocolVersion.MQTTv5)
    stranger.on_connect = lambda _client, _userdata, _flags, code, _properties: said.append(code.is_failure)
    stranger.connect("127.0.0.1", broker.port)
    for _ in range(50):
        stranger.loop(0.1)
        if said:
            break
    stranger.disconnect()
    assert said == [True]


@pytest.mark.parametrize("topic", [*OWN[LOCKER], REPLY])
def test_a_device_may_say_what_is_its_own(broker: Broker, topic: str) -> None:
    assert may_publish(broker, LOCKER, topic)


@pytest.mark.parametrize("topic", [*OWN[LOCKER], *OWN["box"], f"{ROOT}/{CABINET}/cmd/pulse", "anything"])
def test_a_device_may_say_nothing_in_the_name_of_another(broker: Broker, topic: str) -> None:
    assert not may_publish(broker, CABINET, topic)


@pytest.mark.parametrize("topic", OWN["box"])
def test_the_box_may_command(broker: Broker, topic: str) -> None:
    assert may_publish(broker, "box", topic)


@pytest.mark.parametrize("topic", [*OWN[LOCKER], REPLY])
def test_not_even_the_box_may_say_what_only_a_device_can_know(broker: Broker, topic: str) -> None:
    assert not may_publish(broker, "box", topic)


def test_a_device_hears_its_own_commands_and_nothing_else(broker: Broker) -> None:
    own = f"{ROOT}/{LOCKER}/cmd/pulse"
    others = [("box", topic) for topic in OWN["box"] if topic != own]
    others += [(CABINET, f"{ROOT}/{CABINET}/event"), (CABINET, REPLY)]

    async def story() -> str:
        async with broker.wire(LOCKER).connect(listening("#")) as locker:
            for user, topic in others:
                with suppress(NotDelivered):
                    await publish(broker, user, topic)
            await publish(broker, "box", own)
            async with asyncio.timeout(5):
                return (await locker.receive()).topic

    assert asyncio.run(story()) == own


def test_a_will_cannot_speak_for_another_device(broker: Broker) -> None:
    forged = replace(listening(), will=Message(f"{ROOT}/{LOCKER}/status", b"forged"))

    async def die() -> None:
        async with broker.wire(CABINET).connect(forged):
            raise ConnectionAbortedError

    async def story() -> None:
        async with broker.wire().connect(listening(f"{ROOT}/+/status")) as box:
            with pytest.raises(ConnectionAbortedError):
                await die()
            await publish(broker, CABINET, f"{ROOT}/{CABINET}/status", b"true")
            async with asyncio.timeout(5):
                assert (await box.receive()).payload == b"true"

    asyncio.run(story())


def test_nobody_is_thrown_out_by_one_who_borrows_its_client_id(broker: Broker) -> None:
    async def story() -> None:
        async with broker.wire(LOCKER).connect(listening(f"{ROOT}/{LOCKER}/cmd/+")) as locker:
            async with broker.wire(CABINET).connect(replace(listening(), client_id=LOCKER)):
                await publish(broker, "box", f"{ROOT}/{LOCKER}/cmd/pulse", b"still here")
            async with asyncio.timeout(5):
                assert (await locker.receive()).payload == b"still here"

    asyncio.run(story())


def test_who_says_more_than_a_board_can_have_to_say_is_cut_off(broker: Broker) -> None:
    async def story() -> None:
        async with broker.wire(CABINET).connect(listening()) as cabinet:
            await cabinet.publish(Message(f"{ROOT}/{CABINET}/event", b"x" * 70_000))

    with pytest.raises(LinkLost):
        asyncio.run(story())
    assert may_publish(broker, CABINET, f"{ROOT}/{CABINET}/event")


def test_secrets_are_for_their_owner_alone(broker: Broker) -> None:
    folder = broker.folder
    secrets = [*(folder / "credentials").iterdir(), folder / "state" / "passwords", folder / "state" / "mosquitto.conf"]
    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (folder / "credentials", folder / "state")} == {0o700}
    assert broker.password_of("box") not in (folder / "state" / "passwords").read_text()


def test_it_runs_without_privileges(broker: Broker) -> None:
    status = Path(f"/proc/{broker.pid}/status").read_text()
    user = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
    assert "0" not in user


def test_passwords_are_made_once(tmp_path: Path) -> None:
    with broker_in(tmp_path) as first:
        password = first.password_of(LOCKER)
    with broker_in(tmp_path) as second:
        assert second.password_of(LOCKER) == password


async def retained(broker: Broker, topic: str) -> bytes | None:
    """What the broker keeps for a topic; a live message behind it marks the end."""
    async with broker.wire().connect(listening(topic)) as box:
        await publish(broker, LOCKER, topic, b"live")
        async with asyncio.timeout(5):
            first = await box.receive()
        return first.payload if first.retain else None


async def keep(broker: Broker, topic: str, payload: bytes) -> None:
    """Have the broker retain something, and wait until it is on its disk."""
    disk = broker.folder / "state" / "retained.db"
    with suppress(NotDelivered):  # nobody listens, and it is kept all the same
        async with broker.wire(LOCKER).connect(listening()) as locker:
            await locker.publish(Message(topic, payload, retain=True))
    await until(lambda: disk.exists() and payload in disk.read_bytes())


@pytest.mark.parametrize(("forget", "kept"), [(False, b"closed for good"), (True, None)])
def test_what_is_retained_survives_a_kill_unless_it_is_to_be_lost(
    tmp_path: Path, *, forget: bool, kept: bytes | None
) -> None:
    topic = f"{ROOT}/{LOCKER}/state/B05"
    with broker_in(tmp_path) as broker:
        asyncio.run(keep(broker, topic, b"closed for good"))
        broker.restart(forget=forget)
        assert asyncio.run(retained(broker, topic)) == kept


ORPHAN = """
    import os, sys
    from pathlib import Path
    from drivers.mqtt.broker import start_broker
    from edge.chance import SystemChance
    broker = start_broker(Path(sys.argv[1]), int(sys.argv[2]), box="box-1", devices=["locker-1"], dice=SystemChance())
    print(broker.pid, flush=True)
    os._exit(9)
"""


def test_a_broker_that_a_killed_run_left_behind_is_ended_first(tmp_path: Path) -> None:
    port = free_port()
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ORPHAN), str(tmp_path), str(port)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    left_behind = int(killed.stdout)
    assert Path(f"/proc/{left_behind}").exists()
    again = start_broker(tmp_path, port, box=BOX, devices=[LOCKER], dice=SystemChance())
    assert again.is_running
    assert again.pid != left_behind
    again.stop()


def test_a_process_that_only_has_the_same_number_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"]) as innocent:
        (tmp_path / "state" / "broker.pid").write_text(str(innocent.pid))
        with broker_in(tmp_path):
            assert innocent.poll() is None
        innocent.kill()


def test_a_folder_has_one_broker_at_a_time(tmp_path: Path) -> None:
    with broker_in(tmp_path), pytest.raises(BrokerUnusable) as refusal:
        start_broker(tmp_path, free_port(), box=BOX, devices=[LOCKER], dice=SystemChance())
    assert refusal.value.code == "already_running"


def test_a_port_that_somebody_has_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(BrokerUnusable) as refusal:
        start_broker(tmp_path, other.getsockname()[1], box=BOX, devices=[LOCKER], dice=SystemChance())
    assert refusal.value.code == "port_in_use"


def test_a_broker_that_dies_is_started_again(tmp_path: Path) -> None:
    async def story(broker: Broker) -> None:
        watch = asyncio.create_task(broker.supervise())
        died = broker.pid
        assert died is not None
        os.kill(died, signal.SIGKILL)
        await until(lambda: broker.pid != died and broker.is_running and answers(broker.port))
        watch.cancel()

    with broker_in(tmp_path) as broker:
        asyncio.run(story(broker))


def test_a_plug_that_was_pulled_stays_out(tmp_path: Path) -> None:
    with broker_in(tmp_path) as broker:
        broker.kill()
        assert not broker.is_running
        broker.start()
        assert broker.is_running


@pytest.mark.parametrize("name", ["box", "edge", "Locker", "a/b", "+", "", "locker 1", "x" * 32])
def test_a_device_cannot_take_a_name_that_opens_doors(name: str) -> None:
    with pytest.raises(ValueError, match=r"name|called"):
        BrokerPlan(BOX, (name,), 1883)
