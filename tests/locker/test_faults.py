"""Every fault of a locker has its named outcome: what the box learns, and what it does not claim to know.

On virtual time through the real driver; those of the wire are told over a real mosquitto too (test_wire_faults.py).
"""

from __future__ import annotations

import asyncio
import sys

import pytest

from drivers.errors import OutcomeUnknown, Rejected, Unavailable
from drivers.ports import DeviceStatus, Door, Health, Lock, Occupied, Stage
from simulators.locker.faults import FAULTS
from tests.locker.stand import Simulated, on_virtual_time
from tests.mqtt.brokers import LOCKER


def test_each_fault_of_the_menu_has_its_test() -> None:
    tests = [name for name in vars(sys.modules[__name__]) if name.startswith("test_")]
    untested = [one.name for one in FAULTS if not any(one.name.split(".")[1] in test for test in tests)]
    assert untested == []


# -- mechanics ---------------------------------------------------------------------------------------------------


def test_jam_is_a_pulse_with_no_opening() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.jam", slot="A01")
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.hear_stage(act, Stage.JAMMED)
        jammed = await stand.hear_event("jammed", cause=act)
        assert jammed.slot == "A01"
        assert stand.stages(act) == [Stage.PULSED, Stage.JAMMED]
        await stand.until_slot(lambda state: state.fault == "jam")
        assert not stand.locker.is_open("A01")

    on_virtual_time(story)


def test_jam_clears_with_the_next_opening() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.jam", slot="A01")
        await stand.board.pulse(stand.act(), "A01")
        await stand.hear_event("jammed")
        await stand.fault("locker.jam", slot="A01", on=False)
        again = stand.act()
        await stand.board.pulse(again, "A01")
        await stand.hear_stage(again, Stage.OPENED)
        assert (await stand.hear_event("fault_cleared", slot="A01")).detail == "jam"
        await stand.until_slot(lambda state: state.fault == "")

    on_virtual_time(story)


def test_jam_that_somebody_helps_by_hand_still_counts_as_the_acts_opening() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.jam", slot="A01")
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.hear_event("jammed", cause=act)
        stand.locker.pull("A01")
        await stand.hear_event("opened", cause=act)

    on_virtual_time(story)


def test_a_door_pulled_open_long_after_a_jam_is_forced() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.jam", slot="A01")
        await stand.board.pulse(stand.act(), "A01")
        await asyncio.sleep(60)
        stand.locker.pull("A01")
        assert (await stand.hear_event("opened", slot="A01")).cause == ""

    on_virtual_time(story)


def test_door_already_open_is_said_so_and_not_taken_for_an_opening() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.door_already_open", slot="A01")
        assert (await stand.hear_event("opened", slot="A01")).cause == ""
        act = stand.act()
        await stand.board.pulse(act, "A01")
        assert (await stand.hear_stage(act, Stage.OPENED)).reason == "already_open"
        assert [event.cause for event in stand.events("opened")] == [""]

    on_virtual_time(story)


def test_door_never_closed_stays_open_in_the_picture() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.door_never_closed", slot="A01")
        await stand.board.pulse(stand.act(), "A01")
        await stand.until_slot(lambda state: state.door is Door.OPEN)
        stand.locker.close("A01")
        await asyncio.sleep(60)
        assert stand.board.slots()["A01"].door is Door.OPEN
        assert [event.kind for event in stand.events() if event.slot == "A01"] == ["opened", "closed", "opened"]
        assert stand.events("opened")[-1].cause == ""  # it swung open by itself

    on_virtual_time(story)


def test_opened_without_command_names_no_cause() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.opened_without_command", slot="A01")
        forced = await stand.hear_event("opened", slot="A01")
        assert forced.cause == ""
        await stand.until_slot(lambda state: (state.door, state.lock) == (Door.OPEN, Lock.UNLOCKED))

    on_virtual_time(story)


# -- sensors -----------------------------------------------------------------------------------------------------


def test_sensor_bounce_is_one_opening_and_one_closing() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.sensor_bounce", slot="A01")
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.hear_event("opened", cause=act)
        await stand.shut("A01")
        await asyncio.sleep(5)
        assert [event.kind for event in stand.events() if event.slot == "A01"] == ["opened", "closed"]

    on_virtual_time(story)


def test_sensors_disagree_leaves_the_door_unknown_and_says_why() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.sensors_disagree", slot="A01")
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.until_slot(lambda state: (state.door, state.fault) == (Door.UNKNOWN, "sensors_disagree"))
        assert (await stand.hear_event("fault", slot="A01")).detail == "sensors_disagree"
        await asyncio.sleep(30)
        assert stand.stages(act) == [Stage.PULSED]  # neither opened nor jammed: the board cannot tell
        assert stand.events("opened") == []

    on_virtual_time(story)


def test_sensor_stuck_makes_an_opening_look_like_a_jam() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.sensor_stuck", slot="A01")
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.hear_stage(act, Stage.JAMMED)
        assert stand.locker.is_open("A01")  # which only a person can see
        assert stand.board.slots()["A01"].door is Door.CLOSED

    on_virtual_time(story)


def test_sensor_inverted_shows_as_a_door_that_opens_by_itself() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.sensor_inverted", slot="A01")
        assert (await stand.hear_event("opened", slot="A01")).cause == ""
        act = stand.act()
        await stand.board.pulse(act, "A01")
        assert (await stand.hear_stage(act, Stage.OPENED)).reason == "already_open"
        await stand.hear_event("closed", slot="A01")
        assert stand.locker.is_open("A01")

    on_virtual_time(story)


@pytest.mark.parametrize(("item", "seen"), [("", "yes"), ("a parcel", "no")])
def test_occupied_wrong_tells_the_contrary_at_closing(item: str, seen: str) -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.occupied_wrong", slot="A01")
        await stand.board.pulse(stand.act(), "A01")
        await stand.hear_event("opened", slot="A01")
        if item:
            stand.locker.put("A01", item)
        await stand.shut("A01")
        assert stand.events("closed")[0].detail == seen
        assert stand.board.slots()["A01"].occupied is Occupied(seen)

    on_virtual_time(story)


# -- the board ---------------------------------------------------------------------------------------------------


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


# -- the wire ----------------------------------------------------------------------------------------------------


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
