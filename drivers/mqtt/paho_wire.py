"""MQTT 5 by paho, which only this file and its two neighbours know.

paho's socket is read and written by the event loop itself, as paho offers to other loops: measured, its own thread
costs half as much again for a request and answer, and an exception in a callback would end that thread while
`is_connected()` stays true. A thread of ours only dials, for that blocks. Callbacks hand over and do nothing else. A
link that is lost is aborted: what lies unsent in paho's queue or in the kernel's is thrown away with it.
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
from drivers.mqtt.paho_client import BufferedClient
from drivers.mqtt.paho_packets import MOST_IN_FLIGHT, PublishProperties, connect_properties, read

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike  # paho has it for type checkers only

KEEPALIVE_S = 15
CONNECT_WITHIN_S = 5.0
TCP_CONNECT_WITHIN_S = 3.0
GOODBYE_WITHIN_S = 1.0
UNACKED_AFTER_MS = 10_000
"""The kernel gives a connection up when the peer has not acknowledged data for so long (tcp(7), TCP_USER_TIMEOUT)."""

# MQTT 5.0, section 2.4, table 2-6
_NO_MATCHING_SUBSCRIBERS = 0x10
_NOT_AUTHORIZED = 0x87
_WHO_ARE_YOU = frozenset({0x86, 0x87})  # bad user name or password, not authorized
_FAILURES_FROM = 0x80
_LOST = {
    0x81: "protocol",  # malformed packet
    0x82: "protocol",
    0x87: "not_authorized",
    0x8B: "shutting_down",
    0x8D: "keepalive",
    0x8E: "taken_over",
}

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
            await link.say_goodbye()
        finally:
            link.abort()


class _PahoLink:
    """One connection: from `open` to `abort` or goodbye, never again."""

    def __init__(self, wire: PahoWire, hello: Hello) -> None:
        self._wire = wire
        self._hello = hello
        self._loop = asyncio.get_running_loop()
        self._client = _client(wire, hello)
        self._client.on_socket_open = self._on_socket_open
        self._client.on_socket_close = self._on_socket_close
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._socket: socket.socket | None = None
        self._writing = False
        self._given_up = False
        self._lost = ""
        self._dialled = asyncio.Event()
        self._keepalive: asyncio.TimerHandle | None = None
        self._answers: dict[int, asyncio.Future[tuple[int, ...]]] = {}
        self._arrived: asyncio.Queue[MQTTMessage | None] = asyncio.Queue()

    # -- beginning and end -----------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect and subscribe. Raises `LinkLost`."""
        threading.Thread(target=self._dial, name=f"dial-{self._hello.client_id}", daemon=True).start()
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                (code,) = await self._answer(_CONNACK)
                if code >= _FAILURES_FROM:
                    raise LinkLost("not_authorized" if code in _WHO_ARE_YOU else "refused")
                await self._subscribe()
        except TimeoutError:
            raise LinkLost("unreachable") from None

    def _dial(self) -> None:
        """In a thread: TCP, TLS and the CONNECT packet. The event loop is told how it went."""
        lost = ""
        try:
            self._client.connect(
                self._wire.host, self._wire.port, KEEPALIVE_S, clean_start=True, properties=connect_properties()
            )
        except ssl.SSLCertVerificationError:
            lost = "certificate"
        except OSError:
            lost = "unreachable"
        with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            self._loop.call_soon_threadsafe(self._has_dialled, lost)

    def _has_dialled(self, lost: str) -> None:
        self._dialled.set()
        if lost:
            self._lose(lost)
        elif self._given_up:
            self.abort()
        elif self._socket is not None:
            self._client.gather = self._flush_soon
            self._loop.add_reader(self._socket, self._read)
            self._keep_alive()

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

    def abort(self) -> None:
        """Throw the connection away, and with it all that is not sent: reset it, do not close it."""
        self._given_up = True
        self._lose("closed")
        if self._socket is not None and self._dialled.is_set():
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            self._on_socket_close(self._client, None, self._socket)
            self._socket.close()

    async def say_goodbye(self) -> None:
        """Leave in order: the broker does not send the will. One that takes nothing any more is left as it is."""
        self._flush()
        self._client.gather = None
        if self._client.has_unsent:
            return
        self._client.disconnect()
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_WITHIN_S):
                while not self._lost:
                    await self._arrived.get()

    # -- sending and receiving -------------------------------------------------------------------------------

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

    def _hand_to_paho(self, message: Message) -> int:
        """It leaves when the event loop has done what is due now, together with what else is to leave."""
        info = self._client.publish(
            message.topic, message.payload, message.qos, message.retain, PublishProperties(message)
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
        if self._keepalive is not None:
            self._keepalive.cancel()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(LinkLost(reason))
        self._arrived.put_nowait(None)

    # -- the socket ------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """The socket has something; whatever makes whole packets is handled now."""
        self._work(self._client.loop_read)
        while not self._lost and (self._client.has_unread or self._tls_has_unread()):
            self._work(self._client.loop_read)

    def _tls_has_unread(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _keep_alive(self) -> None:
        self._keepalive = self._loop.call_later(KEEPALIVE_S / 3, self._keep_alive)
        self._work(self._client.loop_misc)

    def _work(self, step: Callable[[], MQTTErrorCode]) -> None:
        """Let paho do one step. It knows malformed packets for itself; whatever else breaks it ends this link alone."""
        try:
            step()
            if self._client.want_write():  # what a callback of paho's wanted to send
                self._client.loop_write()
        except (MQTTException, OSError, ValueError, LookupError, TypeError, struct.error):
            self._lose("protocol")
            self.abort()

    def _flush_soon(self) -> None:
        self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Send what was gathered; what the socket does not take now is sent when it can."""
        if self._socket is None or self._lost:
            return
        try:
            self._client.flush()
        except OSError:
            self._lose("closed")
            self.abort()
        else:
            self._watch_writing()

    def _watch_writing(self) -> None:
        if self._socket is None or self._client.has_unsent == self._writing:
            return
        self._writing = not self._writing
        if self._writing:
            self._loop.add_writer(self._socket, self._flush)
        else:
            self._loop.remove_writer(self._socket)

    # -- paho's callbacks ------------------------------------------------------------------------------------

    def _on_socket_open(self, _client: Client, _userdata: object, sock: SocketLike) -> None:
        if not isinstance(sock, socket.socket):
            return
        self._socket = sock
        with suppress(OSError):  # it is gone already: reading it will say so
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKED_AFTER_MS)

    def _on_socket_close(self, _client: Client, _userdata: object, sock: SocketLike) -> None:
        if self._dialled.is_set() and isinstance(sock, socket.socket) and sock.fileno() >= 0:
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)

    def _on_connect(
        self, _client: Client, _: object, _flags: ConnectFlags, code: ReasonCode, __: Properties | None
    ) -> None:
        self._answered(_CONNACK, (code.value,))

    def _on_subscribe(self, _client: Client, _: object, number: int, codes: list[ReasonCode], __: Properties) -> None:
        self._answered(number, tuple(code.value for code in codes))

    def _on_publish(self, _client: Client, _: object, number: int, code: ReasonCode, __: Properties) -> None:
        self._answered(number, (code.value,))

    def _on_message(self, _client: Client, _: object, message: MQTTMessage) -> None:
        self._arrived.put_nowait(message)

    def _on_disconnect(
        self, _client: Client, _: object, _flags: DisconnectFlags, code: ReasonCode, __: Properties | None
    ) -> None:
        self._lose(_LOST.get(code.value, "closed"))


class _ShakenOrClosed(ssl.SSLSocket):
    """paho leaves a socket open whose handshake failed."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _client(wire: PahoWire, hello: Hello) -> BufferedClient:
    client = BufferedClient(
        CallbackAPIVersion.VERSION2,
        client_id=hello.client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    client.username_pw_set(wire.user, wire.password)
    client.connect_timeout = TCP_CONNECT_WITHIN_S
    client.max_inflight_messages_set(MOST_IN_FLIGHT)
    if wire.ca_file is not None:
        context = ssl.create_default_context(cafile=str(wire.ca_file))
        context.sslsocket_class = _ShakenOrClosed
        client.tls_set_context(context)
    if hello.will is not None:
        client.will_set(hello.will.topic, hello.will.payload, hello.will.qos, hello.will.retain)
    return client
