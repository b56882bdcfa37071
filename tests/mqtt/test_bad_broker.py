"""A broker that speaks no MQTT, or bad MQTT: it ends the link, by name, and breaks nothing else."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import MQTTErrorCode

from drivers.mqtt.link import Hello, LinkLost
from drivers.mqtt.paho_wire import PahoWire
from tests.mqtt.certificates import make_certificate

CONNACK = b"\x20\x03\x00\x00\x00"
NOBODY = Hello("x", ())


def publish(payload: bytes) -> bytes:
    """A PUBLISH with QoS 0 on the topic `t`."""
    body = b"\x00\x01t\x00" + payload
    return bytes([0x30, len(body)]) + body


@asynccontextmanager
async def saying(answer: bytes, *, then_close: bool = True, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Somebody who says `answer` to whatever comes first; gives the port."""
    gone = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        await writer.drain()
        if not then_close:
            await gone.wait()
        writer.transport.abort() if tls else writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls) as server:
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            gone.set()


async def listen_to(port: int) -> tuple[str, list[dict[str, object]]]:
    """How the link ended, and what the event loop had to complain about."""
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    try:
        async with asyncio.timeout(20), PahoWire("127.0.0.1", port, "box", "x").connect(NOBODY) as link:
            while True:
                await link.receive()
    except LinkLost as lost:
        return lost.reason, complaints


async def received(
    answer: bytes, count: int, *, server: ssl.SSLContext | None = None, authority: Path | None = None
) -> list[bytes]:
    """The first messages out of an answer, from somebody who then goes on listening."""
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(saying(answer, then_close=False, tls=server))
        wire = PahoWire("127.0.0.1", port, "box", "x", authority)
        link = await stack.enter_async_context(wire.connect(NOBODY))
        async with asyncio.timeout(10):
            return [(await link.receive()).payload for _ in range(count)]


async def ended_by(answer: bytes) -> tuple[str, list[dict[str, object]]]:
    async with saying(answer) as port:
        return await listen_to(port)


@pytest.mark.parametrize(
    "noise", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\xff\xff\xff\xff\x7f", b"\x20\x02\x00", b""]
)
def test_who_speaks_no_mqtt_is_no_broker(noise: bytes) -> None:
    reason, complaints = asyncio.run(ended_by(noise))
    assert reason in {"protocol", "closed", "unreachable"}
    assert complaints == []


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"\x30\x02\xff\xff", id="topic longer than the packet"),
        pytest.param(b"\x30\x06\x00\x01t\x7f\x02\x00", id="properties longer than the packet"),
        pytest.param(b"\x30\x06\x00\x01t\x02\x63\x00", id="unknown property"),
        pytest.param(b"\x32\x03\x00\x01t", id="packet number missing"),
        pytest.param(b"\x40\x00", id="empty PUBACK"),
        pytest.param(b"\x90\x01\x00", id="torn SUBACK"),
    ],
)
def test_a_malformed_packet_ends_the_link_as_a_breach_of_protocol(packet: bytes) -> None:
    reason, complaints = asyncio.run(ended_by(CONNACK + packet))
    assert reason == "protocol"
    assert complaints == []


@settings(max_examples=40)
@given(st.binary(min_size=1, max_size=60))
def test_any_bytes_after_the_greeting_end_in_nothing_worse_than_a_lost_link(noise: bytes) -> None:
    _, complaints = asyncio.run(ended_by(CONNACK + noise))
    assert complaints == []


def test_a_topic_that_is_no_text_is_passed_over() -> None:
    answer = CONNACK + b"\x30\x04\x00\x01\xff\x00" + publish(b"next")
    assert asyncio.run(received(answer, 1)) == [b"next"]


@pytest.mark.parametrize("broken", [ValueError, KeyError, struct.error, OSError, TypeError])
def test_whatever_breaks_inside_of_paho_ends_this_link_alone(broken: type[Exception]) -> None:
    def step() -> MQTTErrorCode:
        raise broken

    async def story() -> None:
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(saying(CONNACK, then_close=False))
            link = await stack.enter_async_context(PahoWire("127.0.0.1", port, "box", "x").connect(NOBODY))
            link._work(step)  # type: ignore[attr-defined]
            await link.receive()

    with pytest.raises(LinkLost, match="protocol"):
        asyncio.run(story())


def test_all_that_lies_in_one_tls_record_is_read(tmp_path: Path) -> None:
    """The socket shows nothing more to read while OpenSSL still holds the rest."""
    make_certificate(tmp_path, "broker")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "broker.pem", tmp_path / "broker.key")

    answer = CONNACK + publish(b"one") + publish(b"two") + publish(b"three")
    got = asyncio.run(received(answer, 3, server=context, authority=tmp_path / "ca.pem"))
    assert got == [b"one", b"two", b"three"]
