"""Events of a board: each handed on in order and without gaps, and kept until it is in the journal."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from drivers.ports import BoardEvent, Door, Health
from tests.locker.forging import commands, forge
from tests.locker.stand import Simulated, on_virtual_time
from tests.mqtt.brokers import BOX


def test_acknowledged_events_leave_the_outbox() -> None:
    async def story(stand: Simulated) -> None:
        for _ in range(3):
            await stand.board.pulse(stand.act(), "A01")
            await stand.until_slot(lambda state: state.door is Door.OPEN)
            await stand.shut("A01")
        await asyncio.sleep(1)
        assert stand.locker.snapshot()["unacknowledged"] == 0

    on_virtual_time(story)


def test_an_event_that_comes_twice_over_one_link_is_handed_on_once() -> None:
    async def story(stand: Simulated) -> None:
        stand.acknowledges = False
        stand.locker.pull("A01")
        opened = await stand.hear_event("opened")
        event = next(
            message for message in stand.sent if message.topic.endswith("/event") and b"opened" in message.payload
        )
        assert stand.memory is not None
        stand.memory.take(event)
        stand.memory.take(replace(event, duplicate=True))
        await asyncio.sleep(60)  # the board sends it again by itself, too
        assert [said.seq for said in stand.events("opened")] == [opened.seq]

    on_virtual_time(story)


def test_an_event_that_is_in_the_journal_is_not_handed_on_again() -> None:
    """Its acknowledgement was lost; the board brings it again and is told again."""

    async def story(stand: Simulated) -> None:
        stand.locker.pull("A01")
        await stand.hear_event("opened")
        event = next(
            message for message in stand.sent if message.topic.endswith("/event") and b"opened" in message.payload
        )
        stand.break_line()
        await stand.until(Health.OFFLINE)
        await stand.until(Health.ONLINE)
        before = len(commands(stand, "ack"))
        assert stand.memory is not None
        stand.memory.take(event)
        await asyncio.sleep(1)
        assert len(stand.events("opened")) == 1
        assert len(commands(stand, "ack")) > before

    on_virtual_time(story)


def test_events_that_happened_while_the_box_was_away_come_in_order_and_without_a_gap() -> None:
    """A live one must not overtake them: acknowledging it would delete them unseen."""

    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        box = stand.memory._clients[f"{BOX}-edge"]
        subscriptions, box._subscriptions = box._subscriptions, ()
        for slot in ("A01", "A02", "A03"):
            stand.locker.pull(slot)
            await asyncio.sleep(1)
        box._subscriptions = subscriptions
        stand.locker.pull("B01")
        await stand.hear_event("opened", slot="B01")
        assert [event.slot for event in stand.events("opened")] == ["A01", "A02", "A03", "B01"]

    on_virtual_time(story)


def test_a_gap_alone_asks_for_what_is_missing() -> None:
    async def story(stand: Simulated) -> None:
        before = len(commands(stand, "ack"))
        forge(stand, "event", boot=stand.locker.boot, seq=900, after=899, up_ms=1, kind="opened", slot="A01")
        await asyncio.sleep(1)
        assert stand.events("opened") == []
        assert len(commands(stand, "ack")) == before + 1

    on_virtual_time(story)


def test_the_outbox_survives_the_loss_of_power() -> None:
    async def story(stand: Simulated) -> None:
        stand.acknowledges = False
        stand.locker.pull("A01")
        opened = await stand.hear_event("opened")
        stand.locker.power_off()
        stand.break_line()
        await stand.until(Health.OFFLINE)
        stand.heard.clear()
        stand.acknowledges = True
        stand.locker.power_on()
        again = await stand.hear_event("opened")
        assert (again.boot, again.seq) == (opened.boot, opened.seq)
        booted = await stand.hear_event("booted")
        assert stand.heard.index(again) < stand.heard.index(booted)
        await asyncio.sleep(1)
        assert stand.locker.snapshot()["unacknowledged"] == 0

    on_virtual_time(story)


def test_an_event_without_after_is_taken_as_it_comes() -> None:
    """A simpler board numbers its events and says no more."""

    async def story(stand: Simulated) -> None:
        forge(stand, "event", boot="simple", seq=7, up_ms=1, kind="opened", slot="A01")
        assert isinstance(await stand.hear_event("opened"), BoardEvent)

    on_virtual_time(story)
