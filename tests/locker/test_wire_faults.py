"""Faults of the wire over a real mosquitto: stalled TCP, killed brokers, second boards, and commands played back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import pytest

from drivers.board.picture import Timing
from drivers.errors import OutcomeUnknown, Unavailable
from drivers.mqtt.broker import Broker
from drivers.mqtt.link import Hello, Link, Message, NotDelivered, Wire
from drivers.ports import Door, Health, Stage
from edge.chance import SystemChance
from edge.clock import SystemClock
from tests.locker.stand import Bench, Simulated, over_mosquitto, simulated
from tests.mqtt.brokers import BOX, LOCKER, StallingWire, broker_in, stalling_wire

QUICK = Timing(deadline_s=0.8, margin_s=0.4, silent_after_s=4.5)
"""As impatient as heartbeats every 2 s allow: real time is not to be wasted."""


@dataclass
class Tapped:
    """A wire that remembers what came and went over it."""

    wire: Wire
    came: list[Message] = field(default_factory=list)
    went: list[Message] = field(default_factory=list)

    @asynccontextmanager
    async def connect(self, hello: Hello) -> AsyncIterator[Link]:
        async with self.wire.connect(hello) as link:
            yield _TappedLink(link, self)

    def command(self) -> Message:
        return next(message for message in self.came if message.topic.endswith("/cmd/pulse"))

    async def answer_to(self, act: str) -> str:
        """What the board said last about an act, once it has said something new: the thief has thrown the box out."""
        before = len(self.went)
        for _ in range(200):
            said = [
                orjson.loads(message.payload) for message in self.went[before:] if message.correlation == act.encode()
            ]
            if said:
                return str(said[-1].get("reason", said[-1]["stage"]))
            await asyncio.sleep(0.05)
        return "nothing"


@dataclass
class _TappedLink:
    link: Link
    tap: Tapped

    async def publish(self, message: Message) -> None:
        await self.link.publish(message)

    def post(self, message: Message) -> None:
        self.tap.went.append(message)
        self.link.post(message)

    async def receive(self) -> Message:
        message = await self.link.receive()
        self.tap.came.append(message)
        return message


def between(broker: Broker, stalled: str, story: Callable[[Simulated, StallingWire], Awaitable[None]]) -> None:
    """Tell a story with a wire that can stall between the broker and the box, or the board."""

    async def told() -> None:
        chance = SystemChance()
        async with stalling_wire(broker.port) as wire:
            bench = Bench(
                SystemClock(),
                chance,
                broker.wire(port=wire.port if stalled == "box" else None),
                broker.wire(LOCKER, port=wire.port if stalled == "board" else None),
                timing=QUICK,
            )
            async with simulated(bench) as stand:
                await story(stand, wire)

    asyncio.run(told())


@pytest.mark.parametrize("stalled", ["box", "board"])
def test_what_a_half_open_connection_held_up_arrives_too_late_and_opens_nothing(broker: Broker, stalled: str) -> None:
    """The broker's expiry does not help: the command lies outside of it. The board's own clock does."""

    async def story(stand: Simulated, wire: StallingWire) -> None:
        wire.stall()
        act = stand.act()
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(act, "A01")
        wire.release()
        assert (await stand.hear_stage(act, Stage.REJECTED)).reason == "late"
        assert not stand.locker.is_open("A01")
        fresh = stand.act()
        await stand.until(Health.ONLINE)
        await stand.board.pulse(fresh, "A01")
        await stand.hear_stage(fresh, Stage.OPENED)

    between(broker, stalled, story)


@pytest.mark.parametrize("stalled", ["box", "board"])
def test_behind_a_half_open_connection_a_board_is_silent(broker: Broker, stalled: str) -> None:
    async def story(stand: Simulated, wire: StallingWire) -> None:
        wire.stall()
        await stand.until(Health.OFFLINE, "silent")
        assert {state.door for state in stand.board.slots().values()} == {Door.UNKNOWN}
        with pytest.raises(Unavailable):
            await stand.board.pulse(stand.act(), "A01")
        wire.release()
        await stand.until(Health.ONLINE)

    between(broker, stalled, story)


@pytest.mark.parametrize("forget", [False, True])
def test_a_killed_broker_that_comes_back_finds_everybody_again(tmp_path: Path, *, forget: bool) -> None:
    async def story(stand: Simulated) -> None:
        await stand.board.pulse(stand.act(), "A01")
        await stand.until_slot(lambda state: state.door is Door.OPEN)
        await asyncio.to_thread(broker.kill)
        await stand.until(Health.OFFLINE)
        with pytest.raises(Unavailable):
            await stand.board.pulse(stand.act(), "A02")
        if forget:
            (broker.folder / "state" / "retained.db").unlink(missing_ok=True)
        stand.locker.close("A01")
        await asyncio.to_thread(broker.start)
        await stand.until(Health.ONLINE)
        await stand.hear_event("closed", slot="A01")
        await stand.until_slot(lambda state: state.door is Door.CLOSED)

    with broker_in(tmp_path) as broker:
        over_mosquitto(broker, story)


def test_a_second_board_with_the_same_id_opens_nothing_twice(broker: Broker) -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.duplicate_client_id")
        await stand.until(Health.OFFLINE)
        act = stand.act()
        with suppress(Unavailable, OutcomeUnknown):
            await stand.board.pulse(act, "A01")
        await stand.fault("locker.duplicate_client_id", on=False)
        await stand.until(Health.ONLINE)
        assert len(stand.events("opened")) <= 1

    over_mosquitto(broker, story, timing=QUICK)


def test_who_is_not_known_to_the_broker_says_so(broker: Broker) -> None:
    async def story() -> None:
        wire = replace(broker.wire(), password="guessed")
        stand = Bench(SystemClock(), SystemChance(), wire, wire).stand()
        running = asyncio.create_task(stand.line.run())
        async with asyncio.timeout(10):
            report = await stand.board.next_report()
        running.cancel()
        assert stand.board.status().reason == "line_not_authorized"
        assert stand.line.status().reason == "not_authorized"
        assert report is not None

    asyncio.run(story())


# -- a command that somebody recorded and plays back, with the box's own name and password ------------------------


async def play_back(broker: Broker, message: Message) -> None:
    with suppress(NotDelivered):
        async with broker.wire().connect(Hello("thief", ())) as thief:
            await thief.publish(message)


def recorded(broker: Broker, story: Callable[[Simulated, Tapped], Awaitable[None]]) -> None:
    """Open and shut a door, and tell the story with the command that did it, byte for byte."""

    async def told() -> None:
        tapped = Tapped(broker.wire(LOCKER))
        bench = Bench(SystemClock(), SystemChance(), broker.wire(), tapped, timing=QUICK)
        async with simulated(bench) as stand:
            act = stand.act()
            await stand.board.pulse(act, "A01")
            await stand.hear_stage(act, Stage.OPENED)
            await stand.shut("A01")
            await story(stand, tapped)
            await stand.until(Health.ONLINE)
            assert stand.locker.pulses("A01") == 1
            assert not stand.locker.is_open("A01")
            assert len(stand.events("opened")) == 1

    asyncio.run(told())


async def verdict(broker: Broker, tapped: Tapped, message: Message) -> str:
    """What the board says to a command that is played back."""
    _, said = await asyncio.gather(play_back(broker, message), tapped.answer_to(message.correlation.decode()))
    return said


def with_other_id(message: Message, act: str) -> Message:
    body = orjson.loads(message.payload) | {"id": act}
    return replace(message, payload=orjson.dumps(body), correlation=act.encode())


def test_a_recorded_command_opens_nothing_when_it_is_played_back(broker: Broker) -> None:
    async def story(_: Simulated, tapped: Tapped) -> None:
        assert await verdict(broker, tapped, tapped.command()) == "duplicate"

    recorded(broker, story)


def test_a_recorded_command_with_a_new_id_opens_nothing_once_its_deadline_has_passed(broker: Broker) -> None:
    async def story(_: Simulated, tapped: Tapped) -> None:
        await asyncio.sleep(QUICK.deadline_s)
        assert await verdict(broker, tapped, with_other_id(tapped.command(), "thief-1")) == "late"

    recorded(broker, story)


def test_a_recorded_command_does_not_outlive_the_boards_start(broker: Broker) -> None:
    """Its deadline lies far in the young clock's future."""

    async def story(stand: Simulated, tapped: Tapped) -> None:
        stand.locker.power_off()
        await stand.until(Health.OFFLINE)
        stand.locker.power_on()
        await stand.until(Health.ONLINE)
        assert await verdict(broker, tapped, with_other_id(tapped.command(), "thief-2")) == "stale_boot"

    recorded(broker, story)


def test_a_command_that_lies_in_wait_as_retained_opens_nothing(broker: Broker) -> None:
    """Neither when it is left there, nor when the board finds it at its next connection."""

    async def story(stand: Simulated, tapped: Tapped) -> None:
        body = orjson.loads(tapped.command().payload) | {"deadline_up_ms": 2**50}
        trap = replace(tapped.command(), payload=orjson.dumps(body), retain=True, expiry_s=None)
        try:
            assert await verdict(broker, tapped, with_other_id(trap, "thief-3")) == "retained"
            await stand.fault("locker.half_open_stall")
            await asyncio.sleep(0.1)
            stand.locker.set_fault("locker.half_open_stall", on=False)  # the board connects anew and finds it
            assert await tapped.answer_to("thief-3") == "retained"
        finally:
            await play_back(broker, Message(trap.topic, b"", retain=True))

    recorded(broker, story)


def test_the_box_itself_cannot_be_played_by_a_board(broker: Broker) -> None:
    async def told() -> None:
        async with broker.wire("cabinet-1").connect(Hello("x", ())) as cabinet:
            with pytest.raises(NotDelivered, match="not_authorized"):
                await cabinet.publish(Message(f"lobby/v1/{BOX}/{LOCKER}/cmd/pulse", b"{}"))

    asyncio.run(told())
