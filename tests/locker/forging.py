"""Saying something in a board's name over the broker in memory, and looking at what the box sent."""

from __future__ import annotations

import orjson

from drivers.mqtt.link import Message
from tests.locker.stand import Simulated
from tests.mqtt.brokers import BOX, LOCKER

ROOT = f"lobby/v1/{BOX}/{LOCKER}"


def forge(stand: Simulated, leaf: str, *, retain: bool = False, correlation: bytes = b"", **body: object) -> None:
    """Say something in the board's name."""
    assert stand.memory is not None
    topic = f"lobby/v1/{BOX}/edge/reply" if leaf == "reply" else f"{ROOT}/{leaf}"
    stand.memory.take(Message(topic, orjson.dumps(body), retain=retain, correlation=correlation))


def commands(stand: Simulated, operation: str = "pulse") -> list[Message]:
    return [message for message in stand.sent if message.topic == f"{ROOT}/cmd/{operation}"]


def event_message(stand: Simulated) -> Message:
    """The `opened` event as the board published it."""
    return next(sent for sent in stand.sent if sent.topic == f"{ROOT}/event" and b"opened" in sent.payload)
