"""What goes wrong with the board of a locker: power, clock, silence, garbage."""

from __future__ import annotations

import asyncio

import pytest

from drivers.errors import OutcomeUnknown, Rejected, Unavailable
from drivers.ports import DeviceStatus, Door, Health, Stage
from tests.locker.stand import Simulated, on_virtual_time
from tests.mqtt.brokers import LOCKER


def test_power_lost_mid_pulse_leaves_the_outcome_unknown_until_the_board_is_back() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.power_lost_mid_pulse", slot="A01")
        act = stand.act()
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(act, "A01")
        assert stand.stages(act) == []
        assert stand.board.slots()["A01"].door is Door.UNKNOWN
        stand.locker.power_on()
        cut = await stand.hear_event("booted", cause=act)
        assert (cut.slot, cut.detail) == ("A01", "pulse_cut")
        await stand.hear_event("opened", cause=act)  # the latch had let go; its sensor says so after the start

    on_virtual_time(story)


def test_power_lost_mid_pulse_of_a_jammed_lock_opens_nothing_afterwards() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.jam", slot="A01")
        await stand.fault("locker.power_lost_mid_pulse", slot="A01")
        act = stand.act()
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(act, "A01")
        await stand.fault("locker.jam", slot="A01", on=False)
        stand.locker.power_on()
        await stand.hear_event("booted", cause=act)
        await asyncio.sleep(60)
        assert stand.locker.pulses("A01") == 1
        assert not stand.locker.is_open("A01")
        assert stand.events("opened") == []

    on_virtual_time(story)


def test_after_a_start_everything_is_unknown_until_the_sensors_were_read() -> None:
    async def story(stand: Simulated) -> None:
        stand.locker.power_off()
        await stand.until(Health.OFFLINE)
        stand.heard.clear()
        stand.locker.power_on()
        await stand.until_slot(lambda state: state.door is Door.CLOSED)
        doors = [change.state.door for change in stand.changes("A01")]
        assert doors == [
            Door.CLOSED
        ]  # from unknown, in which the loss of power left it, and not by way of anything else
        await stand.hear_event("booted")

    on_virtual_time(story)


def test_clock_jump_at_reboot_makes_no_old_deadline_young() -> None:
    """The old boot's command meets a clock that shows an earlier, or a far later, time: its boot is what stops it."""

    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        await stand.fault("locker.jam", slot="A01")
        await stand.board.pulse(stand.act(), "A01")
        captured = next(message for message in stand.sent if message.topic.endswith("/cmd/pulse"))
        await stand.fault("locker.jam", slot="A01", on=False)
        for jumps in (True, False):
            await stand.fault("locker.clock_jump_at_reboot", on=jumps)
            stand.locker.power_off()
            await stand.until(Health.OFFLINE)
            stand.locker.power_on()
            await stand.until(Health.ONLINE)
            other = captured.payload.replace(captured.correlation, b"0123456789abcdef")
            stand.memory.take(type(captured)(captured.topic, other, correlation=b"0123456789abcdef"))
            await asyncio.sleep(5)
            assert not stand.locker.is_open("A01")
            fresh = stand.act()
            await stand.board.pulse(fresh, "A01")
            await stand.hear_stage(fresh, Stage.OPENED)
            await stand.shut("A01")

    on_virtual_time(story)


def test_board_silent_is_unknown_at_first_and_offline_soon() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.board_silent")
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(stand.act(), "A01")
        await stand.until(Health.OFFLINE, "silent")
        assert {state.door for state in stand.board.slots().values()} == {Door.UNKNOWN}
        before = len(stand.sent)
        with pytest.raises(Unavailable) as refusal:
            await stand.board.pulse(stand.act(), "A01")
        assert refusal.value.reason == "silent"
        assert not any("/cmd/" in message.topic for message in stand.sent[before:])

    on_virtual_time(story)


def test_board_silent_refuses_afterwards_what_it_slept_through() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.board_silent")
        act = stand.act()
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(act, "A01")
        await stand.until(Health.OFFLINE, "silent")
        await stand.fault("locker.board_silent", on=False)
        assert (await stand.hear_stage(act, Stage.REJECTED)).reason == "late"
        await stand.until(Health.ONLINE)
        assert not stand.locker.is_open("A01")

    on_virtual_time(story)


def test_board_busy_is_refused_and_nothing_moves() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.board_busy")
        with pytest.raises(Rejected) as refusal:
            await stand.board.pulse(stand.act(), "A01")
        assert refusal.value.reason == "busy"
        await stand.fault("locker.board_busy", on=False)
        await asyncio.sleep(30)
        assert not stand.locker.is_open("A01")

    on_virtual_time(story)


def test_board_busy_for_the_first_copy_is_busy_for_the_second() -> None:
    """Else a doubled command would be refused and then run."""

    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        await stand.fault("locker.board_busy")
        with pytest.raises(Rejected):
            await stand.board.pulse(stand.act(), "A01")
        await stand.fault("locker.board_busy", on=False)
        stand.memory.take(next(message for message in stand.sent if message.topic.endswith("/cmd/pulse")))
        await asyncio.sleep(2)
        assert not stand.locker.is_open("A01")

    on_virtual_time(story)


def test_out_of_service_is_refused_with_that_word() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.out_of_service", slot="A01")
        await stand.until_slot(lambda state: state.fault == "out_of_service")
        with pytest.raises(Rejected) as refusal:
            await stand.board.pulse(stand.act(), "A01")
        assert refusal.value.reason == "out_of_service"
        await stand.board.pulse(stand.act(), "A02")

    on_virtual_time(story)


def test_board_garbage_is_counted_and_shown_and_disturbs_nothing() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.board_garbage")
        await stand.until(Health.DEGRADED, "garbage")
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.hear_stage(act, Stage.OPENED)
        assert stand.board.garbage >= 4
        assert stand.board.status().health is Health.DEGRADED
        await stand.fault("locker.board_garbage", on=False)
        await asyncio.sleep(70)
        assert stand.board.status() == DeviceStatus(LOCKER, Health.ONLINE)

    on_virtual_time(story)


def test_a_pulse_in_the_boards_first_half_second_has_an_outcome_too() -> None:
    """Its first look at the sensors must not forget what is under way."""

    async def story(stand: Simulated) -> None:
        await stand.fault("locker.jam", slot="A01")
        stand.locker.power_off()
        await stand.until(Health.OFFLINE)
        stand.locker.power_on()
        await stand.until(Health.ONLINE)
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.hear_stage(act, Stage.JAMMED)

    on_virtual_time(story)
