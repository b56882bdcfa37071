"""What a printer can prove is asked once, without paper, and kept."""

from __future__ import annotations

import json

import pytest

from drivers.errors import Unavailable
from drivers.ports import Grade, PrintOutcome, PrintResult
from drivers.printer.commissioning import Commissioning
from drivers.printer.layout import Charset
from drivers.printer.trial import commission_report, trial_slip
from simulators.printer import faults
from simulators.printer.model import Body
from tests.printer.stand import SLIP, Stand, Table, eventually


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (Body(), Commissioning(Grade.PROCESS_ID, clears=True)),
        (Body(process_id=False), Commissioning(Grade.STATUS_ONLY, clears=True)),
        (Body(clears=False), Commissioning(Grade.PROCESS_ID, clears=False)),
        (Body(chinese="gb2312"), Commissioning(Grade.PROCESS_ID, clears=True, charset=Charset.GB2312)),
        (Body(chinese=""), Commissioning(Grade.PROCESS_ID, clears=True, charset=Charset.NONE)),
        (Body(dots=384), Commissioning(Grade.PROCESS_ID, clears=True, dots=384)),
    ],
)
def test_each_kind_of_printer_is_recognised_without_paper(virtual: Table, body: Body, known: Commissioning) -> None:
    async def story(stand: Stand) -> None:
        learnt = await stand.learn()
        assert (learnt.maker, learnt.model, learnt.firmware, learnt.serial) == (
            body.maker,
            body.model,
            body.firmware,
            body.serial,
        )
        assert (learnt.grade, learnt.clears, learnt.charset, learnt.dots) == (
            known.grade,
            known.clears,
            known.charset,
            known.dots,
        )
        assert stand.model.paper.height == 0
        assert stand.model.slips == ()

    virtual.try_out(story, body)


@pytest.mark.parametrize(
    ("body", "best"),
    [
        (Body(process_id=False), PrintResult.PARSED),
        (Body(answers=False), PrintResult.BLIND),
    ],
)
def test_a_lesser_printer_prints_and_claims_less(table: Table, body: Body, best: PrintResult) -> None:
    async def story(stand: Stand) -> None:
        outcome = await (await stand.printer()).print(SLIP)
        assert outcome == PrintOutcome(best)
        await eventually(lambda: len(stand.model.slips) == 1)
        assert stand.model.slips[0].text.endswith("请于四十八小时内领取。")

    table.try_out(story, body)


def test_a_blind_printer_whose_link_breaks_leaves_the_outcome_open(tcp: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(faults.LINK_DROP, at_byte=2500)  # after the flush, within the slip
        assert await printer.print(SLIP) == PrintOutcome(PrintResult.UNKNOWN, "link")

    tcp.try_out(story, Body(answers=False))


def test_a_blind_printer_is_never_called_well(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        assert (await printer.look()).reason == "blind"

    virtual.try_out(story, Body(answers=False))


@pytest.mark.parametrize(("fault", "reason"), [(faults.PAPER_OUT, "paper"), (faults.COVER_OPEN, "cover")])
def test_a_printer_in_trouble_is_not_commissioned(virtual: Table, fault: str, reason: str) -> None:
    async def story(stand: Stand) -> None:
        stand.model.lay(fault)
        with pytest.raises(Unavailable) as refused:
            await stand.learn()
        assert refused.value.reason == reason

    virtual.try_out(story)


@pytest.mark.parametrize("clears", [True, False])
def test_a_picture_broken_off_before_does_not_hide_what_a_printer_can(virtual: Table, clears: bool) -> None:
    async def story(stand: Stand) -> None:
        stand.model.receive(b"\x1dv0\x00\x48\x00")  # its height is still to come
        assert (await stand.learn()).grade is Grade.PROCESS_ID

    virtual.try_out(story, Body(clears=clears))


def test_a_printer_that_is_not_there_is_not_commissioned(tcp: Table) -> None:
    async def story(stand: Stand) -> None:
        with pytest.raises(Unavailable) as refused:
            await stand.nowhere().learn()
        assert refused.value.reason == "link"

    tcp.try_out(story)


def test_what_was_learnt_is_kept_as_json_and_read_back_the_same() -> None:
    known = Commissioning(Grade.PROCESS_ID, True, Charset.GB2312, 384, "EPSON", "TM-m30III", "2.17", "X6XF003010")
    assert Commissioning.from_json(json.loads(json.dumps(known.to_json()))) == known


@pytest.mark.parametrize(
    "kept", [{}, {"grade": "excellent", "charset": "gbk"}, {"grade": "blind", "charset": "gbk", "x": 1}]
)
def test_what_was_not_learnt_is_not_believed(kept: dict[str, str | int | bool]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Commissioning.from_json(kept)


def test_the_report_says_what_a_stalled_slip_may_do() -> None:
    able = "\n".join(commission_report("printer-1", Commissioning(Grade.PROCESS_ID, clears=True)))
    unable = "\n".join(commission_report("printer-1", Commissioning(Grade.PROCESS_ID)))
    assert "may finish the slip" not in able
    assert "may finish the slip" in unable


@pytest.mark.parametrize("dots", [384, 576])
def test_the_ruler_on_the_trial_slip_is_exactly_as_wide_as_the_paper(virtual: Table, dots: int) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        outcome = await stand.driver(known).print(trial_slip("printer-1", known))
        assert outcome == PrintOutcome(PrintResult.PRINTED)
        ruler = stand.model.slips[-1].text.splitlines()[2]
        assert len(ruler) * 12 == dots

    virtual.try_out(story, Body(dots=dots))
