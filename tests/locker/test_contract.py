"""The `SlotBoard` port, held against the simulator in memory and behind mosquitto, or against a real board.

What a real board can be asked for only: a door that opens, an id sent twice, a slot that is not there. A person shuts
the door when it opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from drivers.errors import Rejected
from drivers.ports import BoardEvent, Door, Health, SlotState, Stage
from tests.locker.stand import Simulated, Stand, Story

Tell = Callable[[Story[Any]], Any]


async def shut(stand: Stand) -> None:
    """By the simulator's hands; at a real board a person does it."""
    if isinstance(stand, Simulated):
        stand.locker.close(stand.slot)
    await stand.until_slot(lambda state: state.door is Door.CLOSED)


def test_a_door_that_is_asked_for_is_pulsed_seen_open_and_seen_closed(tell: Tell) -> None:
    async def story(stand: Stand) -> None:
        act = stand.act()
        await stand.board.pulse(act, stand.slot)
        await stand.hear_stage(act, Stage.OPENED)
        opened = await stand.hear_event("opened", cause=act)
        assert (opened.slot, opened.device) == (stand.slot, stand.board.name)
        await stand.until_slot(lambda state: state.door is Door.OPEN)
        await shut(stand)
        closed = await stand.hear_event("closed", slot=stand.slot)
        assert closed.seq > opened.seq

    tell(story)


def test_the_stages_of_an_act_come_in_order_and_once(tell: Tell) -> None:
    async def story(stand: Stand) -> None:
        act = stand.act()
        await stand.board.pulse(act, stand.slot)
        await stand.hear_stage(act, Stage.OPENED)
        assert [stage for stage in stand.stages(act) if stage is not Stage.ACCEPTED] == [Stage.PULSED, Stage.OPENED]
        await shut(stand)

    tell(story)


def test_an_act_is_sent_once(tell: Tell) -> None:
    async def story(stand: Stand) -> None:
        act = stand.act()
        await stand.board.pulse(act, stand.slot)
        await stand.hear_stage(act, Stage.OPENED)
        await shut(stand)
        with pytest.raises(Rejected) as refusal:
            await stand.board.pulse(act, stand.slot)
        assert refusal.value.reason == "duplicate"
        assert stand.board.slots()[stand.slot].door is Door.CLOSED

    tell(story)


def test_a_slot_that_is_not_there_is_refused(tell: Tell) -> None:
    async def story(stand: Stand) -> None:
        act = stand.act()
        with pytest.raises(Rejected) as refusal:
            await stand.board.pulse(act, "no-such-slot")
        assert refusal.value.reason == "unknown_slot"
        assert (await stand.hear_stage(act, Stage.REJECTED)).reason == "unknown_slot"

    tell(story)


def test_events_are_numbered_within_a_boot(tell: Tell) -> None:
    async def story(stand: Stand) -> None:
        for _ in range(2):
            await stand.board.pulse(stand.act(), stand.slot)
            await stand.until_slot(lambda state: state.door is Door.OPEN)
            await shut(stand)
        boots: dict[str, list[int]] = {}
        for event in stand.events():
            boots.setdefault(event.boot, []).append(event.seq)
        assert all(seqs == sorted(set(seqs)) for seqs in boots.values())

    tell(story)


def test_an_event_that_is_not_acknowledged_comes_again(tell: Tell) -> None:
    async def story(stand: Stand) -> None:
        stand.acknowledges = False
        act = stand.act()
        await stand.board.pulse(act, stand.slot)
        first = await stand.hear_event("opened", cause=act)
        stand.heard.clear()
        stand.break_line()
        again = await stand.hear_event("opened", cause=act)
        assert (again.boot, again.seq) == (first.boot, first.seq)
        stand.acknowledges = True
        for event in stand.events():
            await stand.board.acknowledge(event.boot, event.seq)
        await shut(stand)

    tell(story)


def test_a_board_that_is_there_is_online_and_knows_its_slots(tell: Tell) -> None:
    async def story(stand: Stand) -> None:
        assert stand.board.status().health is Health.ONLINE
        await stand.until_slot(lambda state: isinstance(state, SlotState) and state.door is Door.CLOSED)

    tell(story)


def test_many_doors_at_once_each_get_their_own_answer(tell: Tell) -> None:
    async def story(stand: Stand) -> None:
        slots = list(stand.board.slots()) if isinstance(stand, Simulated) else [stand.slot]
        acts = {slot: stand.act() for slot in slots}
        await asyncio.gather(*(stand.board.pulse(act, slot) for slot, act in acts.items()))
        for slot, act in acts.items():
            event = await stand.hear_event("opened", cause=act)
            assert isinstance(event, BoardEvent)
            assert event.slot == slot
        for slot in slots:
            if isinstance(stand, Simulated):
                stand.locker.close(slot)

    tell(story)
