"""What the driver promises beyond a single board's good or bad day: waiting, believing, handing on, acknowledging."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson
import pytest

from drivers.board.picture import Timing
from drivers.errors import OutcomeUnknown, Rejected, Unavailable
from drivers.mqtt.link import Message
from drivers.ports import BoardEvent, DeviceStatus, Door, Health, Lock, SlotChanged, Stage
from tests.locker.stand import Simulated, on_virtual_time
from tests.mqtt.brokers import BOX, LOCKER

ROOT = f"lobby/v1/{BOX}/{LOCKER}"


def forge(stand: Simulated, leaf: str, *, retain: bool = False, correlation: bytes = b"", **body: object) -> None:
    """Say something in the board's name."""
    assert stand.memory is not None
    topic = f"lobby/v1/{BOX}/edge/reply" if leaf == "reply" else f"{ROOT}/{leaf}"
    stand.memory.take(Message(topic, orjson.dumps(body), retain=retain, correlation=correlation))


def commands(stand: Simulated, operation: str = "pulse") -> list[Message]:
    return [message for message in stand.sent if message.topic == f"{ROOT}/cmd/{operation}"]


def event_message(stand: Simulated) -> Message:
    """The `opened` event as the board published it."""
    return next(sent for sent in stand.sent if sent.topic == f"{ROOT}/event" and b"opened" in sent.payload)


# -- waiting -----------------------------------------------------------------------------------------------------


def test_accepted_alone_is_not_pulsed() -> None:
    async def story(stand: Simulated) -> None:
        act = stand.act()
        pulsing = asyncio.create_task(stand.board.pulse(act, "A01"))
        await stand.hear_stage(act, Stage.ACCEPTED)
        await asyncio.sleep(1)
        assert not pulsing.done()
        await pulsing
        assert stand.stages(act) == [Stage.ACCEPTED, Stage.PULSED]

    on_virtual_time(story, coil_wait_s=2.0)


def test_a_board_that_would_have_to_wait_too_long_refuses_at_once() -> None:
    async def story(stand: Simulated) -> None:
        with pytest.raises(Rejected) as refusal:
            await stand.board.pulse(stand.act(), "A01")
        assert refusal.value.reason == "late"

    on_virtual_time(story, coil_wait_s=5.0)


def test_nobody_waits_longer_than_the_deadline_and_its_margin() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.board_silent")
        began = asyncio.get_running_loop().time()
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(stand.act(), "A01")
        assert asyncio.get_running_loop().time() - began == pytest.approx(2.5 + 0.5)

    on_virtual_time(story, timing=Timing(deadline_s=2.5, margin_s=0.5))


def test_the_deadline_in_a_command_is_as_far_away_as_the_box_waits() -> None:
    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        sent_up_ms = int(stand.locker.snapshot()["up_ms"])  # type: ignore[call-overload]
        await stand.board.pulse(stand.act(), "A01")
        deadline = orjson.loads(commands(stand)[0].payload)["deadline_up_ms"]
        assert 3000 - 20 <= deadline - sent_up_ms <= 3000

    on_virtual_time(story)


def test_what_comes_after_the_outcome_was_given_up_still_arrives() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.board_silent")
        act = stand.act()
        with pytest.raises(OutcomeUnknown):
            await stand.board.pulse(act, "A01")
        forge(stand, "reply", correlation=act.encode(), id=act, stage="pulsed", device=LOCKER)
        await stand.hear_stage(act, Stage.PULSED)

    on_virtual_time(story)


def test_whoever_stops_waiting_leaves_nothing_behind() -> None:
    async def story(stand: Simulated) -> None:
        act = stand.act()
        pulsing = asyncio.create_task(stand.board.pulse(act, "A01"))
        await asyncio.sleep(0.0015)  # the command is with the broker
        pulsing.cancel()
        await stand.hear_stage(act, Stage.OPENED)

    on_virtual_time(story)


# -- nothing sent, nothing claimed -------------------------------------------------------------------------------


def test_without_a_broker_nothing_is_sent_and_the_same_act_may_try_again() -> None:
    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        stand.memory.stop()
        await stand.until(Health.OFFLINE, "line_closed")
        act = stand.act()
        with pytest.raises(Unavailable):
            await stand.board.pulse(act, "A01")
        stand.memory.start()
        await stand.until(Health.ONLINE)
        await stand.board.pulse(act, "A01")
        assert len(commands(stand)) == 1

    on_virtual_time(story)


def test_a_board_that_nobody_hears_is_unavailable_and_the_act_is_free_again() -> None:
    """The broker answers that nobody subscribed: the board's link has just gone, its will not yet arrived."""

    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        stand.memory.dismiss(stand.memory._clients[LOCKER])
        act = stand.act()
        with pytest.raises(Unavailable) as refusal:
            await stand.board.pulse(act, "A01")
        assert refusal.value.reason == "no_subscriber"
        stand.memory.drop(LOCKER, "closed")

    on_virtual_time(story)


def test_a_link_lost_under_way_lets_the_answer_come_over_the_next_one() -> None:
    async def story(stand: Simulated) -> None:
        act = stand.act()
        pulsing = asyncio.create_task(stand.board.pulse(act, "A01"))
        await asyncio.sleep(0.0015)  # the command is with the broker, its acknowledgement on its way
        stand.break_line()
        await pulsing
        assert stand.stages(act) == [Stage.OPENED]

    on_virtual_time(story)


def test_a_link_lost_for_longer_leaves_the_outcome_to_the_boards_events() -> None:
    async def story(stand: Simulated) -> None:
        assert stand.memory is not None
        act = stand.act()
        pulsing = asyncio.create_task(stand.board.pulse(act, "A01"))
        await asyncio.sleep(0.0025)  # the board has it, its answer is on the way
        stand.memory.stop()
        with pytest.raises(OutcomeUnknown):
            await pulsing
        stand.memory.start()
        await stand.hear_event("opened", cause=act)

    on_virtual_time(story)


# -- believing ---------------------------------------------------------------------------------------------------


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


# -- answers -----------------------------------------------------------------------------------------------------


def test_an_answer_that_another_board_gives_is_not_believed() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.board_silent")
        act = stand.act()
        pulsing = asyncio.create_task(stand.board.pulse(act, "A01"))
        await asyncio.sleep(0.1)
        forge(stand, "reply", correlation=act.encode(), id=act, stage="pulsed", device="cabinet-1")
        with pytest.raises(OutcomeUnknown):
            await pulsing
        assert stand.stages(act) == []
        assert stand.board.garbage == 1

    on_virtual_time(story)


def test_an_answer_to_an_act_of_an_earlier_life_arrives() -> None:
    """After a restart of the box the board may still refuse what came late; the desk is to see it."""

    async def story(stand: Simulated) -> None:
        forge(stand, "reply", correlation=b"old", id="old", stage="rejected", reason="late", device=LOCKER)
        assert (await stand.hear_stage("old", Stage.REJECTED)).reason == "late"

    on_virtual_time(story)


def test_an_answer_that_is_for_nobody_is_counted_and_dropped() -> None:
    async def story(stand: Simulated) -> None:
        forge(stand, "reply", correlation=b"x", id="x", stage="opened", device="cabinet-9")
        await asyncio.sleep(1)
        assert stand.line.unclaimed == 1
        assert stand.stages("x") == []

    on_virtual_time(story)


def test_a_refusal_after_the_board_had_accepted_proves_nothing() -> None:
    async def story(stand: Simulated) -> None:
        await stand.fault("locker.board_silent")
        act = stand.act()
        pulsing = asyncio.create_task(stand.board.pulse(act, "A01"))
        await asyncio.sleep(0.1)
        for stage in ("accepted", "rejected"):
            forge(stand, "reply", correlation=act.encode(), id=act, stage=stage, reason="late", device=LOCKER)
        with pytest.raises(OutcomeUnknown):
            await pulsing
        assert stand.stages(act) == [Stage.ACCEPTED]

    on_virtual_time(story)


# -- events ------------------------------------------------------------------------------------------------------


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


# -- the line ----------------------------------------------------------------------------------------------------


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


def test_a_commands_late_copy_of_one_that_ran_moves_nothing_even_after_a_restart() -> None:
    """The id lies in the flash; it is looked at before boot and deadline, so no copy is ever called refused."""

    async def story(stand: Simulated) -> None:
        act = stand.act()
        await stand.board.pulse(act, "A01")
        await stand.hear_stage(act, Stage.OPENED)
        await stand.shut("A01")
        stand.locker.power_off()
        await stand.until(Health.OFFLINE)
        stand.locker.power_on()
        await stand.until(Health.ONLINE)
        assert stand.memory is not None
        stand.memory.take(commands(stand)[0])
        await stand.hear_stage(act, Stage.ACCEPTED)
        await asyncio.sleep(30)
        assert not stand.locker.is_open("A01")
        assert Stage.REJECTED not in stand.stages(act)

    on_virtual_time(story)
