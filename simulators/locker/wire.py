"""The board's own idea of the wire: written from the contract (docs/asyncapi.yaml), not from the box's codec.

So a mistake on one side shows, instead of being shared.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from drivers.mqtt.link import Hello, Message, Subscription

Body = dict[str, str | int]

HEARTBEAT_EXPIRY_S = 5
REPLY_EXPIRY_S = 30


@dataclass(frozen=True)
class Command:
    """A command as it came: `body` is None where the payload is no JSON object."""

    operation: str
    body: dict[str, object] | None
    retained: bool
    answer_to: str
    correlation: bytes

    def word(self, key: str) -> str:
        """A text out of the body, "" where there is none."""
        value = self.body.get(key) if self.body is not None else None
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """A number out of the body, -1 where there is none."""
        value = self.body.get(key) if self.body is not None else None
        return value if isinstance(value, int) and not isinstance(value, bool) else -1


@dataclass(frozen=True)
class BoardWire:
    """Names and envelopes of one board."""

    box: str
    device: str

    def hello(self, will: Message) -> Hello:
        """Retain As Published: a retained command must be known for one even when it comes live."""
        commands = Subscription(self._topic("cmd/+"), qos=1, as_published=True)
        return Hello(self.device, (commands,), will)

    def read(self, message: Message) -> Command | None:
        head, _, operation = message.topic.rpartition("/")
        if head != self._topic("cmd"):
            return None
        try:
            body = orjson.loads(message.payload)
        except orjson.JSONDecodeError:
            body = None
        return Command(
            operation,
            body if isinstance(body, dict) else None,
            message.retain,
            message.response_topic,
            message.correlation,
        )

    def heartbeat(self, body: Body) -> Message:
        return Message(self._topic("hb"), orjson.dumps(body), qos=0, expiry_s=HEARTBEAT_EXPIRY_S)

    def status(self, body: Body) -> Message:
        return Message(self._topic("status"), orjson.dumps(body), qos=1, retain=True)

    def state(self, slot: str, body: Body) -> Message:
        return Message(self._topic(f"state/{slot}"), orjson.dumps(body), qos=1, retain=True)

    def event(self, body: Body) -> Message:
        return Message(self._topic("event"), orjson.dumps(body), qos=1)

    def reply(self, command: Command, body: Body) -> Message:
        """To where the box wants it, and nowhere outside of the box."""
        wanted = command.answer_to
        topic = wanted if wanted.startswith(f"lobby/v1/{self.box}/edge/") else f"lobby/v1/{self.box}/edge/reply"
        payload = orjson.dumps({**body, "device": self.device})
        return Message(topic, payload, qos=1, expiry_s=REPLY_EXPIRY_S, correlation=command.correlation)

    def garbage(self, slot: str, noise: list[bytes]) -> list[Message]:
        """One piece of noise for each of the board's topics, never retained."""
        topics = [self._topic(leaf) for leaf in ("hb", "status", "event", f"state/{slot}")]
        topics.append(f"lobby/v1/{self.box}/edge/reply")
        return [Message(topic, payload, qos=0) for topic, payload in zip(topics, noise, strict=True)]

    def _topic(self, leaf: str) -> str:
        return f"lobby/v1/{self.box}/{self.device}/{leaf}"
