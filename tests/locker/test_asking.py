"""Asking for a door: who waits how long for what, and which answers count."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from drivers.board.picture import Timing
from drivers.errors import OutcomeUnknown, Rejected, Unavailable
from drivers.ports import Health, Stage
from tests.locker.forging import commands, forge
from tests.locker.stand import Simulated, on_virtual_time
from tests.mqtt.brokers import LOCKER

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
        stand.locker.power_off()
        stand.locker.power_on()
        await stand.until(Health.OFFLINE)
        await stand.until(Health.ONLINE)
        await stand.board.pulse(act, "A01")

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
