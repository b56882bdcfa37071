"""The service is killed in the middle; the room lives on. What it finds at the next start, it settles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from edge.parcels import flows
from edge.parcels.tables import Where
from edge.refusal import Refusal
from edge.wall import Size
from lobby.rehearsal import World, devices_running
from simulators.virtual_time import run_virtual
from tests.parcels.rig import SETTINGS, Rig, running

Scene = Callable[[Rig], Awaitable[None]]


def play_lives(state: Path, *scenes: Scene) -> None:
    """Each scene is one life of the service; between them it is killed, and the devices live on."""

    async def whole() -> None:
        world = World(SETTINGS)
        async with devices_running(world):
            for scene in scenes:
                async with running(world, state) as rig:
                    await scene(rig)
                await asyncio.sleep(5)

    run_virtual(whole())


async def ask_for_a_door(rig: Rig) -> dict[str, str]:
    visit = await rig.begin_drop()
    return await flows.drop_off(rig.house, rig.courier, rig.ask(), visit, rig.draft(), size=Size.S, statement=True)


def test_killed_between_the_request_and_the_pulse_nothing_opens_and_a_person_looks(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        rig.house.boards["locker-1"].pulse = _never  # type: ignore[method-assign]  # the crash comes before the wire
        await ask_for_a_door(rig)

    async def second(rig: Rig) -> None:
        await rig.settled(30)
        assert not any(rig.stage.locker.is_open(cell.name) for cell in rig.house.wall)
        (act,) = rig.acts("P000001")
        assert (act.state, act.reason) == ("unknown", "cut_off")
        assert rig.row("P000001").state is Where.UNSURE
        assert {reason for _, reason in rig.eyes()} == {"outcome_unknown", "unsure"}

    play_lives(tmp_path, first, second)


async def _never(act: str, slot: str) -> None:
    await asyncio.get_running_loop().create_future()


def test_killed_after_the_pulse_the_boards_memory_tells_what_happened(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        opened = await ask_for_a_door(rig)
        await asyncio.sleep(0.01)
        assert rig.acts(opened["parcel"])[-1].state in ("requested", "actuated")

    async def second(rig: Rig) -> None:
        await rig.settled(5)
        (act,) = rig.acts("P000001")
        assert act.opened, "the event waited in the board's outbox"
        assert ("act:" + act.act, "outcome_unknown") not in rig.eyes()
        await rig.put_in_and_close(act.slot)
        await rig.settled()
        assert rig.row("P000001").state is Where.IN_CELL
        assert len(rig.messages()) == 1
        assert rig.eyes() == []

    play_lives(tmp_path, first, second)


def test_killed_with_the_door_open_the_closed_door_settles_it(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        rig.stage.locker.put(opened["cell"], "box")
        await rig.settled(1)

    async def second(rig: Rig) -> None:
        assert rig.row("P000001").state is Where.IN_CELL, "the sensor had felt it before the crash"
        (act,) = rig.acts("P000001")
        assert (f"slot:locker-1/{act.slot}", "left_open") in rig.eyes()
        rig.stage.locker.close(act.slot)
        await rig.settled()
        assert rig.eyes() == []

    play_lives(tmp_path, first, second)


def test_killed_while_the_courier_stood_there_with_the_parcel_in_hand(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        rig.stage.locker.close(opened["cell"])
        await rig.settled(1)

    async def second(rig: Rig) -> None:
        assert rig.row("P000001").state is Where.TAKEN_BACK
        assert rig.row("P000001").cell == ""
        with pytest.raises(Refusal, match="visit_over"):
            await flows.put_in(rig.house, rig.courier, rig.ask(), "any", "P000001")

    play_lives(tmp_path, first, second)


def test_killed_during_a_collection_the_sensor_says_that_it_is_gone(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        rig.stage.locker.take(cell)
        await asyncio.sleep(0.01)

    async def second(rig: Rig) -> None:
        act = rig.acts("P000001")[-1]
        rig.stage.locker.close(act.slot)
        await rig.settled()
        row = rig.row("P000001")
        assert (row.state, row.collected_by, row.cell) == (Where.COLLECTED, rig.resident, "")
        assert rig.eyes() == []

    play_lives(tmp_path, first, second)


def test_killed_while_the_door_opened_for_a_resident_the_open_door_is_on_the_list_at_once(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        parcel, _, code = await rig.stored()
        visit = await rig.identify(code)
        await flows.collect_next(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        await asyncio.sleep(0.01)
        assert rig.acts(parcel)[-1].state in ("requested", "actuated")

    async def second(rig: Rig) -> None:
        act = rig.acts("P000001")[-1]
        assert rig.stage.locker.is_open(act.slot)
        assert rig.eyes() == [(f"slot:locker-1/{act.slot}", "left_open")]
        rig.stage.locker.close(act.slot)
        await rig.settled()
        assert rig.eyes() == []
        assert rig.row("P000001").state is Where.IN_CELL

    play_lives(tmp_path, first, second)


def test_a_message_that_was_promised_before_the_crash_is_sent_after_it_once(tmp_path: Path) -> None:
    async def first(rig: Rig) -> None:
        rig.stage.pocket.down = True
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        await rig.put_in_and_close(opened["cell"])
        await rig.settled()
        assert rig.messages() == []

    async def second(rig: Rig) -> None:
        rig.stage.pocket.down = False
        await rig.settled(700)
        assert [message["parcel"] for message in rig.messages()] == ["P000001"]

    play_lives(tmp_path, first, second)


def test_power_lost_at_the_board_in_mid_pulse_is_seen_when_it_comes_back(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        rig.stage.locker.set_fault("locker.power_lost_mid_pulse")
        opened = await ask_for_a_door(rig)
        await rig.settled(20)
        assert rig.acts(opened["parcel"])[-1].state == "unknown"
        pulses = rig.kinds().count("act.requested")
        rig.stage.locker.power_on()
        await rig.settled(30)
        assert rig.acts(opened["parcel"])[-1].opened, "the door stands open, whoever did not hear of it"
        assert rig.kinds().count("act.requested") == pulses

    play_lives(tmp_path, scene)
