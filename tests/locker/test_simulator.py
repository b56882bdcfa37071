"""The simulated locker itself: its memory, its hands, its process."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.board.driver import MqttBoard
from drivers.mqtt.broker import Broker
from drivers.mqtt.line import Line
from drivers.ports import Door, Health
from edge.chance import SystemChance
from edge.clock import SystemClock
from simulators.control import Peer, Refused
from simulators.faults import fault_named, menu
from simulators.locker.config import ConfigUnusable, load
from simulators.locker.faults import FAULTS
from simulators.locker.flash import KEPT_IDS, Flash
from tests.locker.stand import Simulated as Sim
from tests.locker.stand import Stand, on_virtual_time, running
from tests.mqtt.brokers import BOX, LOCKER

# -- the menu ----------------------------------------------------------------------------------------------------


def test_every_fault_has_one_name_and_words_in_both_languages() -> None:
    faults = menu()
    assert len({fault.name for fault in faults}) == len(faults)
    assert all(fault.zh and fault.en and fault.does and fault.device for fault in faults)
    assert {fault.device for fault in faults} >= {"locker", "printer", "broker"}


def test_each_fault_of_a_locker_has_a_test_that_is_named_for_it() -> None:
    tests = " ".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*_faults.py"))
    untested = [fault.name for fault in FAULTS if f"def test_{fault.name.partition('.')[2]}_" not in tests]
    assert untested == []


def test_a_fault_is_found_by_its_name() -> None:
    assert fault_named("locker.jam").per_slot
    with pytest.raises(LookupError, match=r"locker\.jammed"):
        fault_named("locker.jammed")


# -- flash -------------------------------------------------------------------------------------------------------


def test_flash_remembers_what_ran_and_what_nobody_acknowledged(tmp_path: Path) -> None:
    flash = Flash(tmp_path / "flash").load()
    flash.booted()
    flash.about_to_pulse("act-1", "A01")
    flash.about_to_pulse("act-2", "A02")
    flash.outcome_seen("act-1")
    for seq in (1, 2, 3):
        flash.keep_event({"boot": "b", "seq": seq, "kind": "opened"})
    flash.forget_events("b", 1)
    for _ in range(2):  # once from the record of what happened, once from what that was shortened to
        again = Flash(tmp_path / "flash").load()
        assert (again.boots, list(again.ran), again.cut) == (1, ["act-1", "act-2"], {"act-2": "A02"})
        assert [event["seq"] for event in again.outbox] == [2, 3]


def test_flash_torn_by_the_end_of_power_keeps_all_but_the_torn_line(tmp_path: Path) -> None:
    flash = Flash(tmp_path / "flash").load()
    flash.about_to_pulse("act-1", "A01")
    with (tmp_path / "flash").open("ab") as file:
        file.write(b'{"do":"pulse","act":"ac')
    assert list(Flash(tmp_path / "flash").load().ran) == ["act-1"]


def test_flash_is_not_filled_by_years_of_commands(tmp_path: Path) -> None:
    flash = Flash(tmp_path / "flash").load()
    for number in range(KEPT_IDS + 10):
        flash.about_to_pulse(f"act-{number}", "A01")
        flash.outcome_seen(f"act-{number}")
    assert len(flash.ran) == KEPT_IDS
    before = (tmp_path / "flash").stat().st_size
    assert len(Flash(tmp_path / "flash").load().ran) == KEPT_IDS
    assert (tmp_path / "flash").stat().st_size <= before


# -- people ------------------------------------------------------------------------------------------------------


def test_nobody_reaches_into_a_closed_cell() -> None:
    async def story(stand: Sim) -> None:
        for hand in (lambda: stand.locker.put("A01", "x"), lambda: stand.locker.take("A01")):
            with pytest.raises(Exception, match="door_closed"):
                hand()
        stand.locker.pull("A01")
        with pytest.raises(Exception, match="empty"):
            stand.locker.take("A01")
        stand.locker.put("A01", "a parcel")
        with pytest.raises(Exception, match="full"):
            stand.locker.put("A01", "another")
        assert stand.locker.take("A01") == "a parcel"

    on_virtual_time(story)


# -- the process -------------------------------------------------------------------------------------------------


@contextmanager
def locker_process(folder: Path, broker: Broker) -> Iterator[tuple[subprocess.Popen[str], Peer]]:
    password = folder / "password"
    password.write_text(broker.password_of(LOCKER))
    config = folder / "locker.json"
    config.write_text(
        json.dumps(
            {
                "box": BOX,
                "device": LOCKER,
                "columns": [{"name": "A", "cells": "s s m", "low": [3]}],
                "broker": {"port": broker.port, "password_file": str(password)},
                "flash": str(folder / "flash"),
            }
        )
    )
    with subprocess.Popen(
        [sys.executable, "-m", "simulators.locker", "--config", str(config)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, Peer(json.loads(process.stdout.readline())["control"])
        finally:
            process.kill()


async def box_side(broker: Broker) -> Stand:
    line = Line(broker.wire(), f"{BOX}-edge", SystemChance())
    return Stand(MqttBoard(LOCKER, BOX, line, SystemClock()), line, SystemChance())


def test_hands_reach_the_locker_through_its_control_port(tmp_path: Path, broker: Broker) -> None:
    async def story(hands: Peer) -> None:
        stand = await box_side(broker)
        async with running(stand.hold_line(), stand.board.run(), stand.listen()):
            await stand.until(Health.ONLINE)
            await stand.board.pulse(stand.act(), "A01")
            await stand.hear_event("opened")
            await hands.do("put", slot="A01", item="a parcel")
            seen = await hands.see()
            assert {cell["name"]: (cell["open"], cell["item"]) for cell in seen["cells"]}["A01"] == (True, "a parcel")
            await hands.do("close", slot="A01")
            closed = await stand.hear_event("closed")
            assert closed.detail == "yes"
            with pytest.raises(Refused, match="door_closed"):
                await hands.do("take", slot="A01")
            await hands.do("fault", name="locker.jam", slot="A01")
            await stand.board.pulse(stand.act(), "A01")
            await stand.hear_event("jammed")
            await hands.do("clear", name="locker.jam", slot="A01")
            assert (await hands.see())["faults"] == []

    with locker_process(tmp_path, broker) as (_, hands):
        asyncio.run(story(hands))


@pytest.mark.parametrize(
    ("what", "args", "reason"),
    [
        ("put", {"slot": "Z99", "item": "x"}, "unknown_slot"),
        ("fault", {"name": "locker.flood"}, "unknown_fault"),
        ("fault", {"name": "locker.jam", "slot": "Z99"}, "unknown_slot"),
        ("explode", {}, "unknown_act"),
        ("put", {}, "malformed"),
    ],
)
def test_what_hands_cannot_do_is_refused_by_name(
    tmp_path: Path, broker: Broker, what: str, args: dict[str, str], reason: str
) -> None:
    with locker_process(tmp_path, broker) as (_, hands), pytest.raises(Refused) as refusal:
        asyncio.run(hands.do(what, **args))
    assert refusal.value.reason == reason


def test_a_killed_process_comes_back_like_a_board_after_a_loss_of_power(tmp_path: Path, broker: Broker) -> None:
    async def story() -> None:
        stand = await box_side(broker)
        async with running(stand.hold_line(), stand.board.run(), stand.listen()):
            with locker_process(tmp_path, broker) as (process, _):
                await stand.until(Health.ONLINE)
                stand.acknowledges = False
                await stand.board.pulse(stand.act(), "A01")
                opened = await stand.hear_event("opened")
                process.kill()
                await stand.until(Health.OFFLINE, "gone")
            stand.break_line()
            stand.heard.clear()
            stand.acknowledges = True
            with locker_process(tmp_path, broker):
                await stand.until(Health.ONLINE)
                again = await stand.hear_event("opened")
                assert (again.boot, again.seq) == (opened.boot, opened.seq)
                await stand.until_slot(lambda state: state is not None and state.door is Door.CLOSED)

    asyncio.run(story())


def test_a_process_that_is_told_to_end_says_goodbye(tmp_path: Path, broker: Broker) -> None:
    with locker_process(tmp_path, broker) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "Invalid JSON"),
        ('{"columns": []}', "broker"),
        ('{"columns": [{"name": "A", "cells": "s xxl"}], "broker": {}}', "xxl"),
        ('{"columns": [], "broker": {}, "colour": "red"}', "colour"),
    ],
)
def test_a_configuration_that_cannot_be_used_says_why(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "locker.json"
    file.write_text(text)
    with pytest.raises(ConfigUnusable, match=complaint):
        load(file)


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigUnusable, match="No such file"):
        load(tmp_path / "nothing.json")
