"""docs/asyncapi.yaml says what really flows, and what flows is in it: recorded by bare paho at a real mosquitto."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft7Validator
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.subscribeoptions import SubscribeOptions
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from drivers.errors import Rejected
from drivers.mqtt.broker import Broker
from drivers.mqtt.broker_files import password_line
from drivers.ports import Door, Health, Stage
from tests.locker.stand import Simulated, over_mosquitto
from tests.mqtt.brokers import BOX, LOCKER, broker_in

CONTRACT = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"
RECORDER, SECRET = "recorder", "only in this test"
Json = dict[str, Any]


@dataclass(frozen=True)
class Flowed:
    """One message as a subscriber to everything saw it."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    expiry_s: int | None
    response_topic: str
    correlation: bytes

    @property
    def body(self) -> Json:
        return dict(orjson.loads(self.payload))


@pytest.fixture(scope="module")
def contract() -> Json:
    return dict(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))


def at(contract: Json, reference: Json) -> Json:
    """What a `$ref` leads to."""
    found: Any = contract
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


@contextmanager
def recording(broker: Broker) -> Iterator[list[Flowed]]:
    """Everything that flows, for a user that the product does not have: it may hear all."""
    state = broker.folder / "state"
    with (state / "access").open("a") as access, (state / "passwords").open("a") as passwords:
        access.write(f"\nuser {RECORDER}\ntopic read #\n")
        passwords.write(password_line(RECORDER, SECRET, b"twelve bytes"))
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGHUP)
    flowed: list[Flowed] = []

    def note(_client: Client, _userdata: Any, message: MQTTMessage) -> None:
        told = message.properties
        flowed.append(
            Flowed(
                message.topic,
                bytes(message.payload),
                message.qos,
                message.retain,
                getattr(told, "MessageExpiryInterval", None),
                getattr(told, "ResponseTopic", ""),
                getattr(told, "CorrelationData", b""),
            )
        )

    def subscribe(client: Client, *_: object) -> None:
        client.subscribe("#", options=SubscribeOptions(qos=1, retainAsPublished=True))

    client = Client(CallbackAPIVersion.VERSION2, RECORDER, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(RECORDER, SECRET)
    client.on_message = note
    client.on_connect = subscribe
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    try:
        yield flowed
    finally:
        client.disconnect()
        client.loop_stop()


async def a_full_day(stand: Simulated) -> None:
    """Everything that a locker can say."""
    stand.locker.set_fault("locker.jam", slot="A02")
    for slot, stage in (("A01", Stage.OPENED), ("A02", Stage.JAMMED)):
        act = stand.act()
        await stand.board.pulse(act, slot)
        await stand.hear_stage(act, stage)
    stand.locker.put("A01", "a parcel")
    await stand.shut("A01")
    await stand.hear_event("occupied")
    with pytest.raises(Rejected):
        await stand.board.pulse(stand.act(), "no-such-slot")
    stand.locker.pull("A01")
    stand.locker.take("A01")
    await stand.hear_event("emptied")
    already = stand.act()
    await stand.board.pulse(already, "A01")
    assert (await stand.hear_stage(already, Stage.OPENED)).reason == "already_open"
    stand.locker.set_fault("locker.sensors_disagree", slot="A03")
    stand.locker.pull("A03")
    await stand.hear_event("fault", slot="A03")
    stand.locker.set_fault("locker.sensors_disagree", slot="A03", on=False)
    await stand.hear_event("fault_cleared", slot="A03")
    stand.locker.power_off()
    await stand.until(Health.OFFLINE)
    stand.locker.power_on()
    await stand.until(Health.ONLINE)
    await stand.until_slot(lambda state: state.door is Door.OPEN, "A01")
    await asyncio.sleep(0.5)  # the last acknowledgement


@pytest.fixture(scope="module")
def flowed(tmp_path_factory: pytest.TempPathFactory) -> list[Flowed]:
    with broker_in(Path(tmp_path_factory.mktemp("broker"))) as broker, recording(broker) as heard:
        over_mosquitto(broker, a_full_day, coil_wait_s=0.05)
    return heard


def channel_of(contract: Json, topic: str) -> str:
    """The one channel whose address a topic fits."""
    fits: list[str] = [
        name
        for name, channel in contract["channels"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", channel["address"]), topic)
    ]
    assert len(fits) == 1, f"{topic} fits {fits}"
    return fits[0]


def message_of(contract: Json, channel: str) -> Json:
    (reference,) = contract["channels"][channel]["messages"].values()
    return at(contract, reference)


def binding_of(contract: Json, channel: str) -> Json:
    """The MQTT binding of the one operation on a channel."""
    address = contract["channels"][channel]["address"]
    operations = contract["operations"].values()
    (operation,) = [one for one in operations if at(contract, one["channel"])["address"] == address]
    return dict(operation["bindings"]["mqtt"])


def validator_of(contract: Json, channel: str) -> Draft7Validator:
    resource = Resource.from_contents(contract, default_specification=DRAFT7)
    registry: Registry[Any] = Registry().with_resource("urn:contract", resource)
    schema = yaml.safe_load(yaml.safe_dump(message_of(contract, channel)["payload"]).replace("'#/", "'urn:contract#/"))
    return Draft7Validator(schema, registry=registry)


def test_every_reference_of_the_contract_leads_somewhere(contract: Json) -> None:
    references = re.findall(r'\$ref: "(#/[^"]+)"', CONTRACT.read_text(encoding="utf-8"))
    assert references
    for reference in references:
        assert at(contract, {"$ref": reference})


def test_the_contract_is_asyncapi_3(contract: Json) -> None:
    assert contract["asyncapi"] == "3.0.0"
    for name, channel in contract["channels"].items():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == set(channel["parameters"]), name
        Draft7Validator.check_schema(message_of(contract, name)["payload"])
    for name, operation in contract["operations"].items():
        assert operation["action"] in {"send", "receive"}, name
        assert operation["bindings"]["mqtt"]["bindingVersion"] == "0.2.0", name


def test_everything_that_flowed_is_in_the_contract(contract: Json, flowed: list[Flowed]) -> None:
    for message in flowed:
        channel = channel_of(contract, message.topic)
        errors = [error.message for error in validator_of(contract, channel).iter_errors(message.body)]
        assert not errors, f"{message.topic}: {errors}"
        known = set(message_of(contract, channel)["payload"]["properties"])
        assert set(message.body) <= known, f"{message.topic} says more than the contract: {message.body}"


def test_everything_flowed_with_the_quality_retention_and_expiry_of_the_contract(
    contract: Json, flowed: list[Flowed]
) -> None:
    for message in flowed:
        binding = binding_of(contract, channel_of(contract, message.topic))
        assert (message.qos, message.retain) == (binding["qos"], binding["retain"]), message
        expiry = binding.get("messageExpiryInterval")
        left = {None} if expiry is None else {expiry, expiry - 1}  # the broker counts the time that it held it
        assert message.expiry_s in left, message


def test_commands_and_answers_find_each_other(contract: Json, flowed: list[Flowed]) -> None:
    for message in flowed:
        binding = message_of(contract, channel_of(contract, message.topic)).get("bindings", {}).get("mqtt", {})
        wanted = binding.get("responseTopic", {}).get("const", "").replace("{box}", BOX)
        assert message.response_topic == wanted, message
        assert message.correlation == (message.body["id"].encode() if "correlationData" in binding else b""), message


def test_every_channel_of_the_contract_was_used(contract: Json, flowed: list[Flowed]) -> None:
    used = {channel_of(contract, message.topic) for message in flowed}
    assert used == set(contract["channels"])


@pytest.mark.parametrize(
    ("channel", "field", "elsewhere"),
    [
        ("reply", "stage", set()),
        ("event", "kind", {"tag_in", "tag_out"}),  # a key cabinet's
        ("state", "door", set()),
        ("state", "lock", set()),
        ("state", "occupied", set()),
        ("status", "state", set()),
    ],
)
def test_every_word_of_the_contract_was_said(
    contract: Json, flowed: list[Flowed], channel: str, field: str, elsewhere: set[str]
) -> None:
    said = {message.body[field] for message in flowed if channel_of(contract, message.topic) == channel}
    promised = set(message_of(contract, channel)["payload"]["properties"][field]["enum"])
    assert said | elsewhere == promised


def test_heartbeats_follow_each_other_every_two_seconds(flowed: list[Flowed]) -> None:
    beats = [message.body for message in flowed if message.topic == f"lobby/v1/{BOX}/{LOCKER}/hb"]
    gaps = [later["up_ms"] - earlier["up_ms"] for earlier, later in pairwise(beats) if earlier["boot"] == later["boot"]]
    assert gaps
    assert all(0 < gap < 2500 for gap in gaps)
