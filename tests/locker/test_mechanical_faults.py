"""What goes wrong with the steel and the sensors of a locker, and what the box learns of it and does not claim to know.

On virtual time through the real driver, like its neighbours test_board_faults.py and test_link_faults.py.
"""

from __future__ import annotations

import asyncio

import pytest

from drivers.ports import Door, Lock, Occupied, Stage
from tests.locker.stand import Simulated, on_virtual_time

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
