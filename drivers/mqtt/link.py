"""What one MQTT 5 connection can do, whatever carries it: paho over TCP, or memory under virtual time.

A link lives from CONNACK until it is lost and is never used again: what it could not deliver dies with it, so nothing
that was meant for now arrives later. Sessions are always clean and end with the connection.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


class LinkLost(Exception):
    """The connection could not be made or is gone. What was being sent may or may not have arrived.

    `reason`: `unreachable`, `certificate`, `not_authorized`, `refused`, `taken_over`, `keepalive`, `shutting_down`,
    `protocol`, `closed`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotDelivered(Exception):
    """The broker said that nobody got the message. `reason`: `no_subscriber`, `not_authorized`, `refused`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Message:
    """One PUBLISH. `expiry_s` None means that it never expires; `duplicate` is the DUP flag of the last hop."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    expiry_s: int | None = None
    response_topic: str = ""
    correlation: bytes = b""
    duplicate: bool = False


@dataclass(frozen=True)
class Subscription:
    """`as_published` keeps the sender's retain flag on live messages (MQTT 5: Retain As Published)."""

    topic_filter: str
    qos: int = 1
    as_published: bool = False


@dataclass(frozen=True)
class Hello:
    """With what a client introduces itself. Filters must not overlap: a broker may deliver twice where they do."""

    client_id: str
    subscriptions: tuple[Subscription, ...]
    will: Message | None = None


class Link(Protocol):
    """One connection. Every method raises `LinkLost` once it is gone."""

    async def publish(self, message: Message) -> None:
        """Send one message; with QoS 1 return when the broker has taken it.

        Raises `NotDelivered` where the broker says that nobody got it, `LinkLost` where it is not known.
        """

    def post(self, message: Message) -> None:
        """Send one message and do not wait for the broker's word: what is lost with the link is lost."""

    async def receive(self) -> Message:
        """The next message, in the order of arrival."""


class Wire(Protocol):
    """A way to one broker, with the name and password for it."""

    def connect(self, hello: Hello) -> AbstractAsyncContextManager[Link]:
        """Connect, subscribe, and hold the link for the length of the block. Raises `LinkLost`.

        Leaving the block normally says goodbye (the will is not sent); leaving it by an error drops the connection.
        """


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic falls under a filter (MQTT 5, section 4.7)."""
    wanted, given = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(given) or level not in {"+", given[index]}:
            return False
    return len(wanted) == len(given)
