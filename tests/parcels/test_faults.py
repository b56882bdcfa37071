"""Each fault of the locker's menu on each flow that opens a door, with the outcome that it must have.

An outcome names how far the act is known to have come, where the parcel is known to be, and what a person must look at.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.parcels import flows
from edge.parcels.flows.cells import opening
from edge.people.second_person import give_consent
from edge.refusal import Refusal
from edge.wall import Size
from simulators.locker.faults import FAULTS
from tests.parcels.rig import SETTINGS, Rig, play

AT_START = {"locker.clock_jump_at_reboot"}
"""Faults that strike at the board's next start."""

SEEN_BEFORE = {"locker.door_already_open", "locker.opened_without_command", "locker.duplicate_client_id"}
"""Faults that the box knows of before anybody asks for a door."""

RIGHT = "open and shut, as if nothing were wrong"
NOT_MOVED = "refused, nothing moved"
UNKNOWN = "unknown until somebody sees the door"
JAMMED = "pulsed and not opened"
BLIND = "pulsed, nobody can see the door"


@dataclass(frozen=True)
class Outcome:
    """`act`: state and reason of the last act; `eyes`: reasons on the needs-eyes list."""

    name: str
    act: tuple[str, str]
    eyes: frozenset[str] = frozenset()


AS_ALWAYS = Outcome(RIGHT, ("closed", ""))
OUTCOMES = {
    "locker.jam": Outcome(JAMMED, ("jammed", ""), frozenset({"jammed"})),
    "locker.door_already_open": Outcome(RIGHT, ("closed", ""), frozenset({"forced"})),
    "locker.door_never_closed": Outcome("open, shut, and open again", ("closed", ""), frozenset({"forced"})),
    "locker.opened_without_command": Outcome(RIGHT, ("closed", ""), frozenset({"forced"})),
    "locker.sensor_bounce": AS_ALWAYS,
    "locker.sensors_disagree": Outcome(
        BLIND, ("unknown", "not_seen"), frozenset({"sensors_disagree", "outcome_unknown"})
    ),
    "locker.sensor_stuck": Outcome(JAMMED, ("jammed", ""), frozenset({"jammed"})),
    "locker.sensor_inverted": Outcome("seen the wrong way round", ("closed", ""), frozenset({"forced"})),
    "locker.occupied_wrong": Outcome(
        "a person's word against the sensor", ("closed", ""), frozenset({"sensor_disagrees"})
    ),
    "locker.power_lost_mid_pulse": Outcome(UNKNOWN, ("unknown", "no_reply"), frozenset({"outcome_unknown"})),
    "locker.clock_jump_at_reboot": AS_ALWAYS,
    "locker.board_silent": Outcome(UNKNOWN, ("unknown", "no_reply"), frozenset({"outcome_unknown"})),
    "locker.board_busy": Outcome(NOT_MOVED, ("refused", "busy")),
    "locker.board_garbage": AS_ALWAYS,
    "locker.out_of_service": Outcome(NOT_MOVED, ("refused", "out_of_service"), frozenset({"out_of_service"})),
    "locker.reply_lost_after_success": AS_ALWAYS,
    "locker.duplicate_delivery": AS_ALWAYS,
    "locker.duplicate_delivery_dup": AS_ALWAYS,
    "locker.half_open_stall": Outcome(UNKNOWN, ("unknown", "no_reply"), frozenset({"outcome_unknown"})),
    "locker.late_burst": Outcome(UNKNOWN, ("unknown", "no_reply"), frozenset({"outcome_unknown"})),
    "locker.duplicate_client_id": Outcome(NOT_MOVED, ("refused", "gone")),
}
EVERY_FAULT = [fault.name for fault in FAULTS]


def test_the_table_knows_every_fault_of_the_menu() -> None:
    assert set(OUTCOMES) == set(EVERY_FAULT)


async def lay(rig: Rig, fault: str, slot: str) -> None:
    known = next(one for one in FAULTS if one.name == fault)
    rig.stage.locker.set_fault(fault, slot=slot if known.per_slot else "")
    if fault in AT_START:
        rig.stage.locker.power_off()
        rig.stage.locker.power_on()
        await rig.settled()
    elif fault == "locker.duplicate_client_id":
        await rig.board_goes_offline()  # it comes and goes, as the two push each other out
    elif fault in SEEN_BEFORE:
        await rig.settled(1)


def check(rig: Rig, fault: str, act: tuple[str, str], *, also: frozenset[str] = frozenset()) -> None:
    wanted = OUTCOMES[fault]
    assert act == wanted.act, wanted.name
    assert {reason for _, reason in rig.eyes()} == wanted.eyes | also, wanted.name


async def _shut(rig: Rig, slot: str) -> None:
    if rig.stage.locker.is_open(slot):
        rig.stage.locker.close(slot)
        await rig.settled(5)


@pytest.mark.parametrize("fault", sorted(set(EVERY_FAULT) - SEEN_BEFORE))
def test_drop_off(tmp_path: Path, fault: str) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        draft = rig.draft()
        await lay(rig, fault, "A01")
        opened = await flows.drop_off(rig.house, rig.courier, rig.ask(), visit, draft, size=Size.S, statement=True)
        await rig.settled(15)
        if rig.stage.locker.is_open("A01"):
            rig.stage.locker.put("A01", "box")
            await rig.settled(1)
            await _shut(rig, "A01")
        said = await _say(flows.put_in(rig.house, rig.courier, rig.ask(), visit, opened["parcel"]))
        act = rig.acts(opened["parcel"])[-1]
        assert said == ("" if act.opened else "door_not_open"), "nobody believes in a door that no one saw open"
        assert rig.row(opened["parcel"]).state == ("in_cell" if act.opened else "in_hand")
        assert len([key for key in rig.kinds() if key == "act.requested"]) == 1
        check(rig, fault, (act.state, act.reason))

    play(tmp_path, scene)


@pytest.mark.parametrize("fault", ["locker.door_already_open", "locker.opened_without_command"])
def test_drop_off_leaves_a_door_alone_that_stands_open(tmp_path: Path, fault: str) -> None:
    async def scene(rig: Rig) -> None:
        await lay(rig, fault, "A01")
        opened = await rig.drop(await rig.begin_drop())
        assert opened["cell"] != "A01"
        assert rig.eyes() == [("slot:locker-1/A01", "forced")]

    play(tmp_path, scene)


def test_drop_off_at_a_board_that_two_clients_fight_over_is_refused(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        await lay(rig, "locker.duplicate_client_id", "")
        visit = await rig.begin_drop()
        with pytest.raises(Refusal, match="locker_offline"):
            await rig.drop(visit)
        assert "parcel.registered" not in rig.kinds()

    play(tmp_path, scene)


@pytest.mark.parametrize("fault", EVERY_FAULT)
def test_collect(tmp_path: Path, fault: str) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        await lay(rig, fault, cell)
        visit = await rig.identify(code)
        await flows.collect_next(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        await rig.settled(15)
        if rig.stage.locker.is_open(cell):
            rig.stage.locker.take(cell)
            await rig.settled(1)
            await _shut(rig, cell)
        act = rig.acts(parcel)[-1]
        said = await _say(flows.took_it(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel))
        assert said == ("" if act.opened else "door_not_open")
        assert rig.row(parcel).state == ("collected" if act.opened else "in_cell")
        gone_through_a_shut_door = frozenset({"sensor_disagrees"} if fault == "locker.sensor_stuck" else ())
        check(rig, fault, (act.state, act.reason), also=gone_through_a_shut_door)

    play(tmp_path, scene)


@pytest.mark.parametrize("fault", EVERY_FAULT)
def test_staff_open(tmp_path: Path, fault: str) -> None:
    policy = SETTINGS.policy.model_copy(update={"second_person_opens": False})

    async def scene(rig: Rig) -> None:
        await lay(rig, fault, "A01")
        opened = await flows.staff_open(rig.house, rig.staff, rig.ask(rig.staff), "A01", reason="看一眼")
        await rig.settled(15)
        await _shut(rig, "A01")
        act = rig.house.acts.state(opened["act"])
        wanted = OUTCOMES[fault]
        assert (act.state, act.reason) == wanted.act, wanted.name
        beside_the_item = {"sensor_disagrees", "unclaimed"}  # nobody put anything in, whatever the sensor feels
        assert {reason for _, reason in rig.eyes()} - beside_the_item == wanted.eyes - beside_the_item

    play(tmp_path, scene, SETTINGS.model_copy(update={"policy": policy}))


@pytest.mark.parametrize("fault", ["locker.sensors_disagree", "locker.sensor_stuck", "locker.power_lost_mid_pulse"])
def test_a_person_who_sees_the_door_open_is_believed(tmp_path: Path, fault: str) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        await lay(rig, fault, cell)
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        assert rig.stage.locker.is_open(cell)
        await flows.is_open(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        await flows.took_it(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        assert rig.row(parcel).state == "collected"
        assert "outcome_unknown" not in {reason for _, reason in rig.eyes()}

    play(tmp_path, scene)


def test_a_command_that_arrives_late_opens_nothing_and_the_desk_sees_it_refused(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        rig.stage.locker.set_fault("locker.late_burst")
        await flows.collect_next(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        await rig.settled(8)
        assert rig.acts(parcel)[-1].state == "unknown"
        rig.stage.locker.set_fault("locker.late_burst", on=False)
        await rig.settled(8)
        assert not rig.stage.locker.is_open(cell)
        act = rig.acts(parcel)[-1]
        assert (act.state, act.reason) == ("refused", "late")
        assert rig.eyes() == [], "what is known to have been refused needs nobody's eyes"

    play(tmp_path, scene)


async def _say(said: Awaitable[object]) -> str:
    try:
        await said
    except Refusal as refusal:
        return refusal.code
    return ""


def test_opening_from_the_desk_needs_a_second_person_who_agreed_to_this_door(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        with pytest.raises(Refusal, match="consent_needed"):
            await flows.staff_open(rig.house, rig.staff, rig.ask(rig.staff), "A01", reason="看一眼")
        with pytest.raises(Refusal, match="reason_missing"):
            await flows.staff_open(rig.house, rig.staff, rig.ask(rig.staff), "A01", reason=" ")
        with pytest.raises(Refusal, match="no_such_cell"):
            await flows.staff_open(rig.house, rig.staff, rig.ask(rig.staff), "Z99", reason="看一眼")
        with pytest.raises(Refusal, match="not_enrolled"):
            await give_consent(rig.house, rig.staff, "S02", "271828", opening("A01"))
        await rig.settled()
        assert not rig.stage.locker.is_open("A01")

    play(tmp_path, scene)
