"""How long a picture is good for: what the box believes of a board, and when it stops."""

from __future__ import annotations

import asyncio

import pytest

from drivers.errors import Unavailable
from drivers.ports import DeviceStatus, Door, Health, Lock, SlotChanged
from tests.locker.forging import forge
from tests.locker.stand import Simulated, on_virtual_time


def test_retained_states_are_not_believed_before_the_board_is_heard() -> None:
    async def story(stand: Simulated) -> None:
        stand.break_line()
        await stand.until(Health.OFFLINE)
        await stand.fault("locker.half_open_stall")
        await stand.until(Health.OFFLINE, "not_seen")
        assert stand.board.slots()["A01"].door is Door.UNKNOWN
        await stand.fault("locker.half_open_stall", on=False)
        await stand.until(Health.ONLINE)
        assert stand.board.slots()["A01"].door is Door.CLOSED

    on_virtual_time(story)


def test_a_state_of_an_earlier_boot_is_unknown() -> None:
    async def story(stand: Simulated) -> None:
        forge(stand, "state/A01", retain=True, seq=999, boot="earlier", lock="locked", door="closed", occupied="no")
        await stand.until_slot(lambda state: state.door is Door.UNKNOWN and state.lock is Lock.UNKNOWN)

    on_virtual_time(story)


def test_heartbeats_of_another_boot_than_the_status_mean_restarting() -> None:
    async def story(stand: Simulated) -> None:
        forge(stand, "status", retain=True, state="online", boot="another", firmware="x")
        await stand.until(Health.OFFLINE, "restarting")
        with pytest.raises(Unavailable):
            await stand.board.pulse(stand.act(), "A01")

    on_virtual_time(story)


def test_an_older_state_does_not_overwrite_a_newer_one() -> None:
    async def story(stand: Simulated) -> None:
        await stand.board.pulse(stand.act(), "A01")
        await stand.until_slot(lambda state: state.door is Door.OPEN)
        boot = stand.board.slots()["A01"].boot
        forge(stand, "state/A01", seq=1, boot=boot, lock="locked", door="closed", occupied="no")
        await asyncio.sleep(1)
        assert stand.board.slots()["A01"].door is Door.OPEN

    on_virtual_time(story)


def test_a_change_is_told_once_and_an_echo_not_at_all() -> None:
    async def story(stand: Simulated) -> None:
        await asyncio.sleep(1)
        stand.heard.clear()
        stand.locker.pull("A01")
        await stand.hear(lambda said: isinstance(said, SlotChanged))
        state = stand.board.slots()["A01"]
        forge(stand, "state/A01", seq=9999, boot=state.boot, lock="unlocked", door="open", occupied="no")
        await asyncio.sleep(1)
        assert [change.state.door for change in stand.changes("A01")] == [Door.OPEN]
        assert stand.changes("A02") == []

    on_virtual_time(story)


def test_a_board_that_names_slots_without_end_fills_no_memory() -> None:
    async def story(stand: Simulated) -> None:
        boot = stand.locker.boot
        for number in range(1100):
            forge(stand, f"state/X{number}", seq=1, boot=boot, lock="locked", door="closed", occupied="no")
        await stand.until(Health.DEGRADED, "garbage")
        await asyncio.sleep(1)
        assert len(stand.board.slots()) == 1000

    on_virtual_time(story)


def test_a_broker_that_lost_its_retained_states_learns_them_again() -> None:
    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        await stand.board.pulse(stand.act(), "A01")
        await stand.until_slot(lambda state: state.door is Door.OPEN)
        stand.memory.stop(lose_retained=True)
        await stand.until(Health.OFFLINE, "line_closed")
        assert {state.door for state in stand.board.slots().values()} == {Door.UNKNOWN}
        stand.memory.start()
        await stand.until(Health.ONLINE)
        assert stand.board.slots()["A01"].door is Door.OPEN
        assert stand.board.slots()["A02"].door is Door.CLOSED

    on_virtual_time(story)


def test_the_line_says_how_it_stands() -> None:
    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        assert stand.line.status() == DeviceStatus("broker", Health.ONLINE)
        stand.memory.stop()
        await stand.until(Health.OFFLINE)
        assert stand.line.status().health is Health.OFFLINE

    on_virtual_time(story)
