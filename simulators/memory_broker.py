"""A broker in memory for virtual time: what boards and box see of MQTT 5, and nothing more.

Clean sessions, retained messages, wills, takeover of a client id, the answer "nobody subscribed", and a fixed
delay on every hop. Access rules are mosquitto's business and are tested there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from drivers.mqtt.link import Hello, Link, LinkLost, Message, NotDelivered, Wire, matches

Tap = Callable[[Message], None]


class MemoryBroker:
    """The broker. `wire()` is a way to it; `taps` see every message that it takes."""

    def __init__(self, *, hop_s: float = 0.001) -> None:
        self._hop_s = hop_s
        self._clients: dict[str, _MemoryLink] = {}
        self._retained: dict[str, Message] = {}
        self._running = True
        self.taps: list[Tap] = []

    def wire(self) -> Wire:
        return _MemoryWire(self)

    @property
    def hop_s(self) -> float:
        return self._hop_s

    @property
    def retained(self) -> dict[str, Message]:
        return dict(self._retained)

    def stop(self, *, lose_retained: bool = False) -> None:
        """Pull the plug: every link is lost, no will is sent."""
        self._running = False
        if lose_retained:
            self._retained.clear()
        links, self._clients = list(self._clients.values()), {}
        for link in links:
            link.lose("closed")

    def start(self) -> None:
        self._running = True

    def admit(self, link: _MemoryLink) -> None:
        """Let a client in; one with the same id is thrown out. Raises `LinkLost` while the plug is pulled."""
        if not self._running:
            raise LinkLost("unreachable")
        self.drop(link.client_id, "taken_over")
        self._clients[link.client_id] = link
        for message in self._retained.values():
            if link.wants(message.topic):
                link.deliver(replace(message, retain=True))

    def drop(self, client_id: str, reason: str) -> None:
        """End a client without its goodbye: its will is sent."""
        link = self._clients.pop(client_id, None)
        if link is not None:
            link.lose(reason)
            if link.will is not None:
                self.take(link.will)

    def dismiss(self, link: _MemoryLink) -> None:
        """A client says goodbye: no will."""
        if self._clients.get(link.client_id) is link:
            del self._clients[link.client_id]

    def take(self, message: Message) -> bool:
        """Pass one message on; False when nobody subscribed."""
        for tap in self.taps:
            tap(message)
        if message.retain:
            self._retained[message.topic] = message
            if not message.payload:
                del self._retained[message.topic]
        wanting = [link for link in self._clients.values() if link.wants(message.topic)]
        for link in wanting:
            link.deliver(message if link.as_published(message.topic) else replace(message, retain=False))
        return bool(wanting)


class _MemoryWire:
    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    @asynccontextmanager
    async def connect(self, hello: Hello) -> AsyncIterator[Link]:
        await asyncio.sleep(2 * self._broker.hop_s)
        link = _MemoryLink(self._broker, hello)
        self._broker.admit(link)
        try:
            yield link
        except BaseException:
            if link.is_up:
                self._broker.drop(link.client_id, "closed")
            raise
        self._broker.dismiss(link)


class _MemoryLink:
    """One client's connection. What the broker delivers arrives in order, one hop later."""

    def __init__(self, broker: MemoryBroker, hello: Hello) -> None:
        self._broker = broker
        self._subscriptions = hello.subscriptions
        self._arriving: deque[tuple[float, Message]] = deque()
        self._some = asyncio.Event()
        self._lost = ""
        self.client_id = hello.client_id
        self.will = hello.will

    @property
    def is_up(self) -> bool:
        return not self._lost

    async def publish(self, message: Message) -> None:
        self._check()
        await asyncio.sleep(self._broker.hop_s)
        self._check()
        taken = self._broker.take(message)
        if message.qos == 0:
            return
        await asyncio.sleep(self._broker.hop_s)
        self._check()
        if not taken:
            raise NotDelivered("no_subscriber")

    def post(self, message: Message) -> None:
        """Handed to the broker at once: order is kept, and the hop counts on the other side."""
        self._check()
        self._broker.take(message)

    async def receive(self) -> Message:
        while not self._arriving:
            self._check()
            self._some.clear()
            await self._some.wait()
        self._check()
        due, message = self._arriving.popleft()
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        self._check()
        return message

    def deliver(self, message: Message) -> None:
        self._arriving.append((asyncio.get_running_loop().time() + self._broker.hop_s, message))
        self._some.set()

    def lose(self, reason: str) -> None:
        self._lost = reason
        self._arriving.clear()
        self._some.set()

    def wants(self, topic: str) -> bool:
        return any(matches(wanted.topic_filter, topic) for wanted in self._subscriptions)

    def as_published(self, topic: str) -> bool:
        return any(wanted.as_published and matches(wanted.topic_filter, topic) for wanted in self._subscriptions)

    def _check(self) -> None:
        if self._lost:
            raise LinkLost(self._lost)
