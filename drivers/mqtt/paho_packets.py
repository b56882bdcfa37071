"""What paho wants to be told of a packet, and what it tells: properties of MQTT 5, to and from values."""

from __future__ import annotations

from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from drivers.mqtt.link import Message

MOST_IN_FLIGHT = 1000
"""paho holds further messages back, to send them later: never wanted here, so the limit lies above anything real."""

MOST_BYTES = 65_536
"""No message of a board is larger; the broker is told not to send one."""


def connect_properties() -> Properties:
    """The session ends with the connection, and no topic alias is allowed."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho has no types here
    properties.SessionExpiryInterval = 0
    properties.TopicAliasMaximum = 0
    properties.ReceiveMaximum = MOST_IN_FLIGHT
    properties.MaximumPacketSize = MOST_BYTES
    return properties


def publish_properties(message: Message) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types here
    if message.expiry_s is not None:
        properties.MessageExpiryInterval = message.expiry_s
    if message.response_topic:
        properties.ResponseTopic = message.response_topic
    if message.correlation:
        properties.CorrelationData = message.correlation
    return properties


def read(message: MQTTMessage) -> Message | None:
    """None for a topic that is no text; the broker should not have let it through."""
    try:
        topic = message.topic
    except UnicodeDecodeError:
        return None
    properties = message.properties
    return Message(
        topic,
        bytes(message.payload),
        message.qos,
        message.retain,
        getattr(properties, "MessageExpiryInterval", None),
        getattr(properties, "ResponseTopic", ""),
        getattr(properties, "CorrelationData", b""),
        message.dup,
    )
