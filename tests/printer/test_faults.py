"""Each fault of the menu, on each wire, with its named outcome; and what comes after."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from drivers.errors import Unavailable
from drivers.ports import Document, Health, PrintOutcome, PrintResult, Text
from simulators.printer import faults
from simulators.printer.model import Body
from tests.printer.stand import SLIP, Stand, Table

PRINTED = PrintOutcome(PrintResult.PRINTED)
LINES = Document(tuple(Text(f"第 {line} 行") for line in range(20)))


def stalled(reason: str) -> PrintOutcome:
    return PrintOutcome(PrintResult.STALLED, reason)


def unknown(reason: str) -> PrintOutcome:
    return PrintOutcome(PrintResult.UNKNOWN, reason)


# --- before: nothing is sent


@pytest.mark.parametrize(("fault", "reason"), [(faults.PAPER_OUT, "paper"), (faults.COVER_OPEN, "cover")])
def test_an_unfit_printer_gets_nothing(table: Table, fault: str, reason: str) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(fault)
        with pytest.raises(Unavailable) as refused:
            await printer.print(SLIP)
        assert refused.value.reason == reason
        assert (printer.status().health, printer.status().reason) == (Health.OFFLINE, reason)
        stand.model.clear(fault)
        assert stand.model.slips == ()
        assert await printer.print(SLIP) == PRINTED

    table.try_out(story)


def test_a_printer_that_says_nothing_gets_nothing(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = stand.with_patience(answer_s=0.3).driver(await stand.learn())
        stand.model.lay(faults.SILENT)
        with pytest.raises(Unavailable) as refused:
            await printer.print(SLIP)
        assert refused.value.reason == "silent"
        assert stand.model.slips == ()
        assert stand.model.paper.height == 0

    table.try_out(story)


def test_a_printer_that_is_not_there_gets_nothing(tcp: Table) -> None:
    async def story(stand: Stand) -> None:
        known = await stand.learn()
        printer = stand.nowhere().driver(known)
        with pytest.raises(Unavailable) as refused:
            await printer.print(SLIP)
        assert refused.value.reason == "link"
        assert printer.status().reason == "link"

    tcp.try_out(story)


# --- in the middle


@pytest.mark.parametrize(("fault", "reason"), [(faults.PAPER_OUT, "paper"), (faults.COVER_OPEN, "cover")])
def test_a_job_that_stalls_is_taken_back_and_nothing_prints_by_itself_afterwards(
    table: Table, fault: str, reason: str
) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(fault, at_dot=200)
        assert await printer.print(LINES) == stalled(reason)
        assert (printer.status().health, printer.status().reason) == (Health.OFFLINE, reason)
        before = everything(stand)
        stand.model.clear(fault)
        assert everything(stand) == before
        assert stand.model.held == 0
        assert await printer.print(LINES) == PRINTED
        assert stand.model.slips[-1].text == lines_in_full()

    table.try_out(story)


def test_a_printer_that_cannot_be_emptied_may_go_on_at_the_refill_and_the_outcome_says_so(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(faults.PAPER_OUT, at_dot=200)
        assert await printer.print(LINES) == unknown("held")
        assert printer.status().reason == "paper"
        before = everything(stand)
        stand.model.refill()
        assert everything(stand) != before  # this printer does print the rest: the outcome did not promise otherwise

    table.try_out(story, Body(clears=False))


def test_a_jammed_cutter_stalls_the_slip_at_its_end(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(faults.CUTTER_ERROR)
        assert await printer.print(LINES) == stalled("cutter")
        stand.model.clear(faults.CUTTER_ERROR)
        assert await printer.print(LINES) == PRINTED
        texts = [slip.text for slip in tuple(stand.model.slips)]
        assert texts == [lines_in_full()] * 2  # cut apart: the stalled slip is not the head of the good one

    table.try_out(story)


def test_paper_nearly_out_prints_and_is_told(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(faults.PAPER_LOW)
        assert await printer.print(SLIP) == PRINTED
        assert (printer.status().health, printer.status().reason) == (Health.DEGRADED, "paper_low")
        stand.model.refill()
        assert (await printer.look()).health is Health.ONLINE

    table.try_out(story)


def test_a_slow_printer_is_waited_for(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(faults.SLOW, dots_per_s=2000)
        assert await printer.print(LINES) == PRINTED

    table.try_out(story)


def test_a_printer_slower_than_any_patience_leaves_the_outcome_open_and_its_buffer_empty(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = stand.with_patience(completion_s=0.5).driver(await stand.learn())
        stand.model.lay(faults.SLOW, dots_per_s=10)
        assert await printer.print(LINES) == unknown("silent")
        assert stand.model.held == 0

    table.try_out(story)


def test_a_printer_that_falls_silent_leaves_the_outcome_open(table: Table) -> None:
    async def story(stand: Stand) -> None:
        patience = stand.with_patience(answer_s=1.0)
        printer = patience.driver(await stand.learn())
        assert await printer.print(LINES) == PRINTED
        stand.model.lay(faults.SILENT, at_byte=100)  # the questions before take 12, so this is within the job
        assert await printer.print(LINES) == unknown("silent")
        assert printer.status().reason == "silent"

    table.try_out(story)


def test_without_the_process_id_the_slip_was_read_but_not_proven(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(faults.NO_PROCESS_ID)
        assert await printer.print(SLIP) == PrintOutcome(PrintResult.PARSED)

    table.try_out(story)


def test_a_link_that_breaks_leaves_the_outcome_open_and_the_next_slip_whole(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        assert await printer.print(SLIP) == PRINTED
        good = stand.model.slips[-1]
        stand.model.lay(faults.LINK_DROP, at_byte=1000)  # within the picture of the name
        assert await printer.print(SLIP) == unknown("link")
        assert printer.status().reason == "link"
        assert await printer.print(SLIP) == PRINTED
        assert stand.model.slips[-1].marks == good.marks

    table.try_out(story)


def test_a_link_that_breaks_at_the_first_question_sent_nothing(table: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        assert await printer.print(SLIP) == PRINTED
        stand.model.lay(faults.LINK_DROP, at_byte=2)
        with pytest.raises(Unavailable) as refused:
            await printer.print(SLIP)
        assert refused.value.reason == "link"
        assert len(stand.model.slips) == 1

    table.try_out(story)


# --- at every place


@pytest.mark.parametrize("clears", [True, False])
def test_wherever_the_link_breaks_nothing_is_claimed_and_the_next_slip_is_whole(virtual: Table, clears: bool) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        assert await printer.print(SLIP) == PRINTED
        good, before = stand.model.slips[-1], stand.model.received
        assert await printer.print(SLIP) == PRINTED
        for at in places(stand.model.received - before):
            stand.model.lay(faults.LINK_DROP, at_byte=at)
            assert await printer.print(SLIP) == unknown("link"), at
            await printer.look()
            assert await printer.print(SLIP) == PRINTED, at
            assert stand.model.slips[-1].marks == good.marks, at

    virtual.try_out(story, Body(clears=clears))


def test_wherever_the_paper_ends_only_a_whole_slip_is_called_printed(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        assert await printer.print(SLIP) == PRINTED
        good = stand.model.slips[-1]
        for at in range(1, good.height + 200, 17):
            stand.model.lay(faults.PAPER_OUT, at_dot=at)
            outcome = await printer.print(SLIP)
            whole = stand.model.slips[-1].height == good.height
            assert outcome == (PRINTED if whole else stalled("paper")), at
            seen = everything(stand)
            stand.model.refill()
            assert everything(stand) == seen, at

    virtual.try_out(story)


def test_a_full_buffer_on_a_stalled_printer_never_hangs_the_box(virtual: Table) -> None:
    async def story(stand: Stand) -> None:
        printer = await stand.printer()
        stand.model.lay(faults.PAPER_OUT, at_dot=100)
        long = Document(tuple(Text("䶮" * 20) for _ in range(10)))
        outcome = await asyncio.wait_for(printer.print(long), 120)
        assert outcome in {stalled("paper"), unknown("held")}

    virtual.try_out(story)


def places(size: int) -> list[int]:
    """Bytes into a connection: every few of the commands', fewer within the picture; the first 12 are questions."""
    return [*range(13, 450, 5), *range(450, size - 250, 301), *range(size - 250, size, 4)]


def everything(stand: Stand) -> tuple[object, ...]:
    """All paper that is to be seen."""
    return (*stand.model.slips, replace(stand.model.paper, number=0))


def lines_in_full() -> str:
    return "\n".join(f"第 {line} 行" for line in range(20))
