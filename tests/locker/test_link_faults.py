"""What goes wrong between board and broker, on virtual time. With a real broker: test_wire_faults.py."""

from __future__ import annotations

import asyncio

import pytest

from drivers.errors import OutcomeUnknown, Unavailable
from drivers.ports import DeviceStatus, Health, Stage
from tests.locker.stand import Simulated, on_virtual_time
from tests.mqtt.brokers import LOCKER


def test_reply_lost_after_success_is_settled_by_the_event() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.reply_lost_after_success")
        act = stand.act()
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(act, "A01")
        await stand.hear_event("opened", cause=act)

    on_virtual_time(story)


@pytest.mark.parametrize("fault", ["locker.duplicate_delivery", "locker.duplicate_delivery_dup"])
def test_duplicate_delivery_opens_once(fault: str) -> None:
    """test_duplicate_delivery_dup is the second of them."""

    async def story(stand: Simulated) -> None:
        await stand.fault(fault)
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.hear_stage(act, Stage.OPENED)
        stand.locker.close("A01")
        await asyncio.sleep(30)
        assert not stand.locker.is_open("A01")
        assert stand.locker.pulses("A01") == 1
        assert Stage.REJECTED not in stand.stages(act)
        assert [event.cause for event in stand.events("opened")] == [act]

    on_virtual_time(story)


def test_duplicate_delivery_dup_with_lost_replies_is_never_called_refused() -> None:
    """The board refuses the second copy; that the first one moved something must not be forgotten over it."""

    async def story(stand: Simulated) -> None:
        act = stand.act()
        pulsing = asyncio.create_task(stand.board.pulse(act, "A01"))
        await stand.fault("locker.reply_lost_after_success")
        await asyncio.sleep(0.05)
        await stand.fault("locker.reply_lost_after_success", on=False)
        assert stand.memory is not None
        stand.memory.take(next(message for message in stand.sent if message.topic.endswith("/cmd/pulse")))
        await stand.hear_stage(act, Stage.ACCEPTED)
        await pulsing  # the reply `opened` came through
        assert Stage.REJECTED not in stand.stages(act)

    on_virtual_time(story)


def test_half_open_stall_loses_the_command_and_opens_nothing() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.half_open_stall")
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(stand.act(), "A01")
        await stand.until(Health.OFFLINE, "silent")
        await stand.fault("locker.half_open_stall", on=False)
        await stand.until(Health.ONLINE)
        await asyncio.sleep(30)
        assert not stand.locker.is_open("A01")

    on_virtual_time(story)


def test_late_burst_brings_the_command_too_late_and_says_so() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.late_burst")
        act = stand.act()
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(act, "A01")
        await stand.until(Health.OFFLINE, "silent")
        await stand.fault("locker.late_burst", on=False)
        assert (await stand.hear_stage(act, Stage.REJECTED)).reason == "late"
        await asyncio.sleep(30)
        assert not stand.locker.is_open("A01")

    on_virtual_time(story)


def test_late_burst_of_heartbeats_does_not_make_a_board_look_alive() -> None:
    async def story(stand: Simulated) -> None:
        """They are ten seconds old when they arrive, and the board has died meanwhile."""
        await stand.fault("locker.late_burst")
        await asyncio.sleep(20)
        await stand.fault("locker.board_silent")
        await asyncio.sleep(10)
        stand.heard.clear()
        await stand.fault("locker.late_burst", on=False)
        await asyncio.sleep(20)
        assert stand.statuses() == []
        assert stand.board.status() == DeviceStatus(LOCKER, Health.OFFLINE, "silent")

    on_virtual_time(story)


def test_duplicate_client_id_flaps_and_opens_nothing_wrongly() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.duplicate_client_id")
        await stand.until(Health.OFFLINE)
        for _ in range(10):
            try:
                await stand.board.pulse(stand.act(), "A01")
            except (Unavailable, OutcomeUnknown):
                await asyncio.sleep(1)
        opened = [event.cause for event in stand.events("opened")]
        assert len(opened) == len(set(opened))
        await stand.fault("locker.duplicate_client_id", on=False)
        await asyncio.sleep(20)
        assert stand.board.status().health is Health.ONLINE

    on_virtual_time(story)
