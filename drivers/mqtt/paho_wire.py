"""MQTT 5 by paho: the only file that knows it.

One thread a connection, which is ours and ends with it. paho's callbacks run in that thread; they hand over to
the event loop and do nothing else, for an exception in one of them would end the thread while `is_connected()` stays
true. A link that is lost is aborted: what lies unsent in paho's queue or in the kernel's is thrown away with it.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from drivers.mqtt.link import Hello, Link, LinkLost, Message, NotDelivered
from drivers.mqtt.paho_packets import MOST_IN_FLIGHT, connect_properties, publish_properties, read

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike  # paho has it for type checkers only

KEEPALIVE_S = 15
CONNECT_WITHIN_S = 5.0
TCP_CONNECT_WITHIN_S = 3.0
GOODBYE_WITHIN_S = 1.0
LOOP_S = 1.0
"""How long paho's loop waits at most before it looks at its keepalive; traffic wakes it at once."""

UNACKED_AFTER_MS = 10_000
"""The kernel gives a connection up when the peer has not acknowledged data for so long (tcp(7), TCP_USER_TIMEOUT)."""

# MQTT 5.0, section 2.4, table 2-6
_NO_MATCHING_SUBSCRIBERS = 0x10
_NOT_AUTHORIZED = 0x87
_WHO_ARE_YOU = frozenset({0x86, 0x87})  # bad user name or password, not authorized
_FAILURES_FROM = 0x80
_LOST = {0x87: "not_authorized", 0x8B: "shutting_down", 0x8D: "keepalive", 0x8E: "taken_over"}

_CONNACK = 0
"""The packet number under which CONNACK is waited for; real ones begin at 1."""

_ABORT = struct.pack("ii", 1, 0)  # struct linger: on, 0 s, so that closing throws away what is unsent


@dataclass(frozen=True)
class PahoWire:
    """A way to one broker. With `ca_file` the connection is TLS and the broker must show a certificate of that CA."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    ca_file: Path | None = None

    @asynccontextmanager
    async def connect(self, hello: Hello) -> AsyncIterator[Link]:
        """See `Wire`. Further reasons here: `certificate` (the broker's is not of our CA), `protocol`."""
        link = _PahoLink(self, hello)
        try:
            await link.open()
            yield link
        except BaseException:
            link.abort()
            raise
        else:
            link.say_goodbye()
        finally:
            await link.ended()


class _PahoLink:
    """One connection: from `open` to `abort` or goodbye, never again."""

    def __init__(self, wire: PahoWire, hello: Hello) -> None:
        self._wire = wire
        self._hello = hello
        self._loop = asyncio.get_running_loop()
        self._client = _client(wire, hello)
        self._client.on_socket_open = self._on_socket_open
        self._client.on_socket_register_write = _leave_writing_to_the_thread
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._socket: socket.socket | None = None
        self._given_up = False
        self._lost = ""
        self._ended = asyncio.Event()
        self._answers: dict[int, asyncio.Future[tuple[int, ...]]] = {}
        self._arrived: asyncio.Queue[MQTTMessage | None] = asyncio.Queue()

    # -- the event loop's side -------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect and subscribe. Raises `LinkLost`."""
        threading.Thread(target=self._serve, name=f"mqtt-{self._hello.client_id}", daemon=True).start()
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                (code,) = await self._answer(_CONNACK)
                if code >= _FAILURES_FROM:
                    raise LinkLost("not_authorized" if code in _WHO_ARE_YOU else "refused")
                await self._subscribe()
        except TimeoutError:
            raise LinkLost("unreachable") from None

    async def _subscribe(self) -> None:
        wanted = [
            (one.topic_filter, SubscribeOptions(qos=one.qos, retainAsPublished=one.as_published))
            for one in self._hello.subscriptions
        ]
        if not wanted:
            return
        _, number = self._client.subscribe(wanted)
        if number is None:
            raise LinkLost("closed")
        if any(code >= _FAILURES_FROM for code in await self._answer(number)):
            raise LinkLost("not_authorized")

    async def publish(self, message: Message) -> None:
        self._check()
        number = self._hand_to_paho(message)
        if message.qos == 0:
            return
        (code,) = await self._answer(number)
        if code == _NO_MATCHING_SUBSCRIBERS:
            raise NotDelivered("no_subscriber")
        if code >= _FAILURES_FROM:
            raise NotDelivered("not_authorized" if code == _NOT_AUTHORIZED else "refused")

    def post(self, message: Message) -> None:
        self._check()
        with suppress(NotDelivered):
            self._hand_to_paho(message)

    async def receive(self) -> Message:
        while True:
            if self._arrived.empty():
                self._check()
            message = await self._arrived.get()
            self._check()
            if message is not None and (readable := read(message)) is not None:
                return readable

    def abort(self) -> None:
        """Throw the connection away, and with it all that is not sent: reset it, do not close it."""
        self._given_up = True
        self._lose("closed")
        if self._socket is not None:
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
                self._socket.shutdown(socket.SHUT_RD)  # wakes the thread, which closes it

    def say_goodbye(self) -> None:
        """Leave in order: the broker does not send the will."""
        self._client.disconnect()

    async def ended(self) -> None:
        """Wait for the thread; one that still hangs in connecting ends by itself a little later."""
        try:
            async with asyncio.timeout(GOODBYE_WITHIN_S):
                await self._ended.wait()
        except TimeoutError:
            self.abort()

    def _hand_to_paho(self, message: Message) -> int:
        info = self._client.publish(
            message.topic, message.payload, message.qos, message.retain, publish_properties(message)
        )
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise NotDelivered("closed")  # it is not sent, and this client never reconnects
        return info.mid

    async def _answer(self, number: int) -> tuple[int, ...]:
        """The reason codes that the broker answers to packet `number`. Raises `LinkLost`."""
        self._check()
        answer: asyncio.Future[tuple[int, ...]] = self._loop.create_future()
        self._answers[number] = answer
        try:
            return await answer
        finally:
            del self._answers[number]

    def _check(self) -> None:
        if self._lost:
            raise LinkLost(self._lost)

    def _answered(self, number: int, codes: tuple[int, ...]) -> None:
        answer = self._answers.get(number)
        if answer is not None and not answer.done():
            answer.set_result(codes)

    def _lose(self, reason: str) -> None:
        """The first reason is the true one. Whoever waits is told."""
        if self._lost:
            return
        self._lost = reason
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(LinkLost(reason))
        self._arrived.put_nowait(None)

    # -- the thread's side -----------------------------------------------------------------------------------

    def _serve(self) -> None:
        """The whole life of the connection. Whatever ends it, the event loop is told."""
        lost = "closed"
        try:
            self._client.connect(
                self._wire.host, self._wire.port, KEEPALIVE_S, clean_start=True, properties=connect_properties()
            )
            while not self._given_up and self._client.loop(LOOP_S) == MQTTErrorCode.MQTT_ERR_SUCCESS:
                pass
        except ssl.SSLCertVerificationError:
            lost = "certificate"
        except OSError:
            lost = "unreachable"
        except (MQTTException, ValueError, LookupError, TypeError, struct.error):
            lost = "protocol"  # what came was no MQTT
        finally:
            self._hand_over(self._lose, lost)
            self._close()
            self._hand_over(self._ended.set)

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _hand_over(self, act: Callable[..., None], *args: object) -> None:
        """All that a callback does. A closed loop means that nobody is left to be told."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act, *args)

    def _on_socket_open(self, _client: Client, _userdata: object, sock: SocketLike) -> None:
        if not isinstance(sock, socket.socket):
            return
        self._socket = sock
        with suppress(OSError):  # it is gone already: reading it will say so
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKED_AFTER_MS)

    def _on_connect(
        self, _client: Client, _: object, _flags: ConnectFlags, code: ReasonCode, __: Properties | None
    ) -> None:
        self._hand_over(self._answered, _CONNACK, (code.value,))

    def _on_subscribe(self, _client: Client, _: object, number: int, codes: list[ReasonCode], __: Properties) -> None:
        self._hand_over(self._answered, number, tuple(code.value for code in codes))

    def _on_publish(self, _client: Client, _: object, number: int, code: ReasonCode, __: Properties) -> None:
        self._hand_over(self._answered, number, (code.value,))

    def _on_message(self, _client: Client, _: object, message: MQTTMessage) -> None:
        self._hand_over(self._arrived.put_nowait, message)

    def _on_disconnect(
        self, _client: Client, _: object, _flags: DisconnectFlags, code: ReasonCode, __: Properties | None
    ) -> None:
        self._hand_over(self._lose, _LOST.get(code.value, "closed"))


def _leave_writing_to_the_thread(_client: Client, _userdata: object, _sock: SocketLike) -> None:
    """With this callback set, paho never writes to the socket in the thread that publishes."""


def _client(wire: PahoWire, hello: Hello) -> Client:
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=hello.client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    client.username_pw_set(wire.user, wire.password)
    client.connect_timeout = TCP_CONNECT_WITHIN_S
    client.max_inflight_messages_set(MOST_IN_FLIGHT)
    if wire.ca_file is not None:
        client.tls_set_context(ssl.create_default_context(cafile=str(wire.ca_file)))
    if hello.will is not None:
        client.will_set(hello.will.topic, hello.will.payload, hello.will.qos, hello.will.retain)
    return client
