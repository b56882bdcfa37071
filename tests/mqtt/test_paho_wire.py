"""One connection to a real mosquitto: what it promises, and that nothing of it survives."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from drivers.mqtt.broker import Broker
from drivers.mqtt.link import Hello, Link, LinkLost, Message, NotDelivered, Subscription
from drivers.mqtt.paho_wire import PahoWire
from tests.mqtt.brokers import BOX, CABINET, LOCKER, StallingWire, free_port, stalling_wire

HEARTBEAT = f"lobby/v1/{BOX}/{LOCKER}/hb"
STATUS = f"lobby/v1/{BOX}/{LOCKER}/status"
COMMAND = f"lobby/v1/{BOX}/{LOCKER}/cmd/pulse"
REPLY = f"lobby/v1/{BOX}/edge/reply"
STALLED_END_HOLDS = 2 * 65_536
"""Bytes that may have left the box before it gave up: what the far end of the wire had read ahead."""

WILL = Message(STATUS, b'{"state":"offline"}', retain=True)


def listening(*filters: str, as_published: bool = False) -> Hello:
    return Hello("ignored", tuple(Subscription(one, as_published=as_published) for one in filters))


async def heard(link: Link, *, within_s: float = 5) -> Message:
    async with asyncio.timeout(within_s):
        return await link.receive()


def test_a_message_arrives_with_all_that_belongs_to_it(broker: Broker) -> None:
    sent = Message(COMMAND, b"\x00\xff", qos=1, expiry_s=3, response_topic=REPLY, correlation=b"act-1")

    async def story() -> None:
        async with broker.wire(LOCKER).connect(listening(COMMAND)) as device, broker.wire().connect(listening()) as box:
            await box.publish(sent)
            assert await heard(device) == sent

    asyncio.run(story())


def test_a_retained_command_is_known_for_one_even_when_it_comes_live(broker: Broker) -> None:
    async def story() -> None:
        async with broker.wire(LOCKER).connect(listening(COMMAND, as_published=True)) as device:
            async with broker.wire().connect(listening()) as box:
                await box.publish(Message(COMMAND, b"live", retain=True))
                await box.publish(Message(COMMAND, b"", retain=True))
            assert (await heard(device)).retain

    asyncio.run(story())


def test_what_nobody_subscribed_to_is_said_to_have_reached_nobody(broker: Broker) -> None:
    async def story() -> None:
        async with broker.wire().connect(listening()) as box:
            with pytest.raises(NotDelivered, match="no_subscriber"):
                await box.publish(Message(COMMAND, b"{}"))

    asyncio.run(story())


def test_the_will_is_sent_when_a_link_breaks_and_not_after_a_goodbye(broker: Broker) -> None:
    async def story() -> None:
        hello = replace(listening(COMMAND), will=WILL)
        premature = replace(hello, will=replace(WILL, payload=b"premature"))
        async with broker.wire().connect(listening(STATUS)) as box:
            async with broker.wire(LOCKER).connect(premature) as device:
                await device.publish(Message(STATUS, b"goodbye"))
            assert (await heard(box)).payload == b"goodbye"
            with pytest.raises(ZeroDivisionError):
                async with broker.wire(LOCKER).connect(hello):
                    raise ZeroDivisionError
            assert (await heard(box)).payload == WILL.payload

    asyncio.run(story())


def test_whoever_comes_second_with_the_same_name_throws_the_first_out(broker: Broker) -> None:
    async def first_of_two() -> None:
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(broker.wire(CABINET).connect(listening()))
            await stack.enter_async_context(broker.wire(CABINET).connect(listening()))
            await heard(first)

    with pytest.raises(LinkLost, match=r"closed|taken_over"):  # mosquitto 2.0.11 closes without saying why
        asyncio.run(first_of_two())


def test_a_wrong_password_is_not_let_in(broker: Broker) -> None:
    async def story() -> None:
        with pytest.raises(LinkLost, match="not_authorized"):
            async with replace(broker.wire(), password="guess").connect(listening()):
                pass

    asyncio.run(story())


def test_where_nobody_listens_the_broker_is_unreachable() -> None:
    async def story() -> None:
        with pytest.raises(LinkLost, match="unreachable"):
            async with PahoWire("127.0.0.1", free_port(), "box", "x").connect(listening()):
                pass

    asyncio.run(story())


def test_a_broken_link_breaks_for_everybody_who_waits_on_it(broker: Broker) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            wire = await stack.enter_async_context(stalling_wire(broker.port))
            device = await stack.enter_async_context(broker.wire(CABINET, port=wire.port).connect(listening()))
            wire.stall()
            waiting = [
                asyncio.create_task(device.publish(Message(f"lobby/v1/{BOX}/{CABINET}/status", b"{}"))),
                asyncio.create_task(heard(device)),
            ]
            await asyncio.sleep(0)
            await stack.enter_async_context(broker.wire(CABINET).connect(listening()))  # throws it out
            wire.release()
            ends = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(end) for end in ends] == [LinkLost, LinkLost]

    asyncio.run(story())


def test_what_a_lost_link_had_not_sent_never_arrives(broker: Broker) -> None:
    """A stalled link is given up; when the wire flows again, what lay in paho's queue and in the kernel's is gone."""
    piece = Message(COMMAND, b"x" * 60_000)

    async def give_up_on(wire: StallingWire) -> None:
        async with broker.wire(port=wire.port).connect(listening()) as box:
            wire.stall()
            async with asyncio.timeout(0.2):
                await asyncio.gather(*(box.publish(piece) for _ in range(200)))

    async def story() -> None:
        async with broker.wire(LOCKER).connect(listening(COMMAND)) as device, stalling_wire(broker.port) as wire:
            with pytest.raises(TimeoutError):
                await give_up_on(wire)
            wire.release()
            await wire.drained()
            async with broker.wire().connect(listening()) as fresh:
                await fresh.publish(Message(COMMAND, b"new"))
            got = 0
            while (await heard(device)).payload != b"new":
                got += 1
            assert got * len(piece.payload) <= STALLED_END_HOLDS

    asyncio.run(story())


def test_many_packets_at_once_arrive_whole_and_in_order(broker: Broker) -> None:
    """More than a socket takes at a time goes out, and more than one reading comes in."""
    bodies = [str(number).encode() * (9_000 if number % 10 == 0 else 1) for number in range(400)]

    async def story() -> None:
        async with broker.wire(LOCKER).connect(listening(COMMAND)) as device, broker.wire().connect(listening()) as box:
            sending = asyncio.gather(*(box.publish(Message(COMMAND, body)) for body in bodies))
            assert [(await heard(device)).payload for _ in bodies] == bodies
            await sending

    asyncio.run(story())


def test_small_packets_leave_at_once(broker: Broker) -> None:
    async def story() -> None:
        async with broker.wire().connect(listening()) as box:
            sock = box._socket  # type: ignore[attr-defined]
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1

    asyncio.run(story())


def test_a_password_does_not_show_where_a_wire_is_printed(broker: Broker) -> None:
    assert broker.password_of("box") not in repr(broker.wire())
